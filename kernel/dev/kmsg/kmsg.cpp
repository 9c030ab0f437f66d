// /dev/kmsg: the kernel log as a file of records, and a way for programs to add to it (Linux Documentation/ABI/testing/
// dev-kmsg). Each read answers one record "priority,sequence,microseconds,-;text\n"; lseek chooses where to go on.
#include <algorithm>

#include "base/format.h"
#include "base/init.h"
#include "base/log.h"
#include "debug/log_reader.h"
#include "dev/device.h"

namespace martlet {
namespace {

constexpr u32 kMemoryMajor = 1, kKmsgMinor = 11;
constexpr int kSeekSet = 0, kSeekEnd = 2, kSeekData = 3;
constexpr u32 kDefaultLevel = static_cast<u32>(LogLevel::Notice), kUserFacility = 1;

class KmsgFile : public File {
public:
    KmsgFile(u32 flags, Path path) : File(flags, std::move(path)), sequence_(first_log_sequence()) {}

    Result<usize> read(IoCursor& to, u64) override {
        MutexGuard guard(lock_);
        for (;;) {
            if (std::optional<LogRecord> record = read_log(sequence_, text_)) return deliver(*record, to);
            if (is_nonblocking()) return Error(Errno::EAGAIN);
            u64 wanted = sequence_;
            TRY(log_wait_queue().wait([wanted] { return next_log_sequence() > wanted; }));
        }
    }

    Result<usize> write(IoCursor& from, u64) override {
        char line[kLogTextMax];
        usize size = from.remaining();
        if (size > sizeof(line)) return Error(Errno::EINVAL);
        usize taken = TRY(from.take(line, size));
        std::string_view text(line, taken);
        u32 priority = take_priority(text);
        while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
        u32 facility = priority >> 3;
        log_from_user(static_cast<LogLevel>(priority & 7), static_cast<u8>(facility ? facility : kUserFacility), text);
        return taken;
    }

    Result<u64> seek(i64 offset, int whence) override {
        if (offset != 0) return Error(Errno::ESPIPE);
        MutexGuard guard(lock_);
        switch (whence) {
        case kSeekSet: sequence_ = first_log_sequence(); return 0;
        case kSeekEnd: sequence_ = next_log_sequence(); return 0;
        case kSeekData: sequence_ = log_clear_sequence(); return 0;
        default: return Error(Errno::EINVAL);
        }
    }

    bool is_pollable() const override { return true; }
    u32 poll(PollTable* table) override {
        if (table) table->watch(log_wait_queue());
        u32 events = 0; // never POLLOUT, although it can be written, as on Linux
        u64 sequence = sequence_.load(std::memory_order_relaxed);
        if (next_log_sequence() > sequence) events |= kPollIn | kPollRdNorm;
        if (first_log_sequence() > sequence) events |= kPollErr | kPollPri;
        return events;
    }

private:
    static constexpr usize kHeaderMax = 64;

    /// EPIPE if records were overwritten before they could be read; EINVAL if the reader's buffer is too small.
    Result<usize> deliver(const LogRecord& record, IoCursor& to) REQUIRES(lock_) {
        if (record.sequence > sequence_) {
            sequence_ = record.sequence;
            return Error(Errno::EPIPE);
        }
        usize size = format(std::span(line_), "%u,%llu,%llu,-;", record.facility * 8u + static_cast<u32>(record.level),
                            static_cast<unsigned long long>(record.sequence),
                            static_cast<unsigned long long>(record.timestamp_ns / 1000));
        for (char character : record.text) {
            u8 byte = static_cast<u8>(character);
            if (byte < 0x20 || byte == 0x7f || byte == '\\')
                size += format(std::span(line_).subspan(size), "\\x%02x", byte);
            else
                line_[size++] = character;
        }
        line_[size++] = '\n';
        if (to.remaining() < size) return Error(Errno::EINVAL);
        usize copied = TRY(to.put(line_, size));
        if (copied < size) return Error(Errno::EFAULT);
        sequence_ = record.sequence + 1;
        return size;
    }

    /// "<13>text": the number, and `text` behind it; without one the default.
    static u32 take_priority(std::string_view& text) {
        if (text.empty() || text[0] != '<') return kDefaultLevel;
        u32 value = 0;
        usize index = 1;
        for (; index < text.size() && index < 5 && text[index] >= '0' && text[index] <= '9'; ++index)
            value = value * 10 + static_cast<u32>(text[index] - '0');
        if (index == 1 || index == text.size() || text[index] != '>') return kDefaultLevel;
        text.remove_prefix(index + 1);
        return value & 0x7ff;
    }

    Mutex lock_{LockRank::SleepLeaf};
    std::atomic<u64> sequence_; // of the next record; written under lock_
    char text_[kLogTextMax] GUARDED_BY(lock_);
    char line_[kHeaderMax + 4 * kLogTextMax] GUARDED_BY(lock_); // every byte may become \xNN
};

class KmsgDevice : public CharacterDevice {
public:
    KmsgDevice() : CharacterDevice("kmsg", make_device(kMemoryMajor, kKmsgMinor), 0644) {}
    Result<Ref<File>> open(u32 flags, const Path& path) override {
        return Ref<File>(TRY(make_ref<KmsgFile>(flags, path)));
    }
};

void kmsg_init() {
    Result<Ref<KmsgDevice>> device = make_ref<KmsgDevice>();
    Result<void> registered = device ? register_character_device(*device) : Error(device.error());
    if (!registered) log_error("kmsg: cannot register the device: error %d", static_cast<int>(registered.error()));
}
INIT_TASK(Devices, kmsg_init);

} // namespace
} // namespace martlet
