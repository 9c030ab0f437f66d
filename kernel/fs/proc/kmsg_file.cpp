// /proc/kmsg: the kernel log as lines "<level>[seconds] text"; a read takes what it returns and waits when
// there is nothing.
#include "base/format.h"
#include "debug/log_reader.h"
#include "fs/proc/system_entries.h"

namespace martlet {
namespace {

/// All readers share one position, as with syslog(2) action 2.
std::atomic<u64> next_sequence = 0;

class ProcKmsgFile final : public File {
public:
    using File::File;

    Result<usize> read(IoCursor& to, u64) override {
        if (is_nonblocking() && !has_record()) return Error(Errno::EAGAIN);
        TRY(log_wait_queue().wait([] { return has_record(); }));
        Own<char[]> text(new (std::nothrow) char[kLogTextMax]);
        Own<char[]> line(new (std::nothrow) char[kLineMax]);
        if (!text || !line) return Error(Errno::ENOMEM);
        usize done = 0;
        while (std::optional<LogRecord> record = read_log(next_sequence.load(), {text.get(), kLogTextMax})) {
            u64 microseconds = record->timestamp_ns / 1000;
            usize size = format({line.get(), kLineMax}, "<%u>[%5llu.%06llu] %.*s\n",
                                record->facility * 8u + static_cast<u32>(record->level),
                                static_cast<unsigned long long>(microseconds / 1'000'000),
                                static_cast<unsigned long long>(microseconds % 1'000'000),
                                static_cast<int>(record->text.size()), record->text.data());
            if (size > to.remaining() && done > 0) break;
            auto copied = to.put(line.get(), size < to.remaining() ? size : to.remaining());
            if (!copied && done == 0) return copied;
            if (!copied) break;
            done += *copied;
            next_sequence.store(record->sequence + 1);
            if (to.remaining() == 0) break;
        }
        return done;
    }

    bool is_pollable() const override { return true; }
    u32 poll(PollTable* table) override {
        if (table) table->watch(log_wait_queue());
        return has_record() ? kPollIn | kPollRdNorm : 0;
    }

private:
    static constexpr usize kLineMax = kLogTextMax + 40;
    static bool has_record() { return next_log_sequence() > next_sequence.load(); }
};

class ProcKmsgInode final : public ProcInode {
public:
    ProcKmsgInode(SuperBlock& block, u64 number) : ProcInode(block, number, kModeRegular | 0400, {}) {}
    Result<Ref<File>> open(u32 flags, const Path& path) override {
        if (!current_task().credentials().has(Capability::Syslog)) return Error(Errno::EPERM);
        return make_ref<ProcKmsgFile>(flags, path);
    }
};

} // namespace

Result<Ref<Inode>> create_kmsg_inode(SuperBlock& block, u64 number) { return make_ref<ProcKmsgInode>(block, number); }

} // namespace martlet
