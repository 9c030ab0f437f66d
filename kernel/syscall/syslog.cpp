// syslog(2): the kernel log for dmesg and log daemons.
#include <algorithm>

#include "base/format.h"
#include "debug/log_reader.h"
#include "debug/log_sink.h"
#include "proc/process.h"
#include "syscall/system.h"

namespace martlet {

namespace {

enum Action { kClose, kOpen, kRead, kReadAll, kReadClear, kClear, kConsoleOff, kConsoleOn, kConsoleLevel, kSizeUnread,
              kSizeBuffer };

constexpr u32 kMinimumConsoleLevel = 1, kDefaultConsoleLevel = 7;
std::atomic<u32> g_saved_console_level = kDefaultConsoleLevel; // what SYSLOG_ACTION_CONSOLE_ON brings back
std::atomic<u64> g_read_sequence; // SYSLOG_ACTION_READ takes records out, for everybody

/// One record as syslog(2) shows it: "<level>[seconds.micros] text\n".
usize show(const LogRecord& record, std::span<char> line) {
    u64 micros = record.timestamp_ns / 1000;
    usize size = format(line, "<%u>[%5llu.%06llu] %.*s\n",
                        static_cast<u32>(record.facility * 8u + static_cast<u32>(record.level)),
                        static_cast<unsigned long long>(micros / 1'000'000),
                        static_cast<unsigned long long>(micros % 1'000'000),
                        static_cast<int>(record.text.size()), record.text.data());
    return std::min(size, line.size() - 1);
}

constexpr usize kLineSize = kLogTextMax + 64;
struct Buffers {
    char text[kLogTextMax];
    char line[kLineSize];
};

/// Whole records from `sequence` on while they fit; `sequence` moves past them.
Result<i64> copy_records(u64& sequence, u64 end, UserPtr<char> to, usize size, Buffers& buffers) {
    usize done = 0;
    while (sequence < end) {
        auto record = read_log(sequence, buffers.text);
        if (!record || record->sequence >= end) break;
        usize length = show(*record, buffers.line);
        if (done + length > size) break;
        TRY((to + done).store_array(std::span<const char>(buffers.line, length)));
        done += length;
        sequence = record->sequence + 1;
    }
    return static_cast<i64>(done);
}

usize total_size(u64 from, u64 end, Buffers& buffers) {
    usize total = 0;
    while (from < end) {
        auto record = read_log(from, buffers.text);
        if (!record || record->sequence >= end) break;
        total += show(*record, buffers.line);
        from = record->sequence + 1;
    }
    return total;
}

/// The last records that fit.
Result<i64> read_all(UserPtr<char> to, usize size, Buffers& buffers) {
    u64 sequence = std::max(log_clear_sequence(), first_log_sequence());
    u64 end = next_log_sequence();
    usize total = total_size(sequence, end, buffers);
    while (total > size && sequence < end) {
        auto record = read_log(sequence, buffers.text);
        if (!record) break;
        total -= std::min(total, show(*record, buffers.line));
        sequence = record->sequence + 1;
    }
    return copy_records(sequence, end, to, size, buffers);
}

Result<i64> read_next(UserPtr<char> to, usize size, Buffers& buffers) {
    TRY(log_wait_queue().wait([] { return g_read_sequence.load() < next_log_sequence(); }));
    u64 sequence = g_read_sequence.load();
    i64 count = TRY(copy_records(sequence, next_log_sequence(), to, size, buffers));
    g_read_sequence = sequence;
    return count;
}

} // namespace

Result<i64> sys_syslog(int type, UserPtr<char> buffer, int size) {
    if (type < kClose || type > kSizeBuffer) return Error(Errno::EINVAL);
    bool is_harmless = type == kReadAll || type == kSizeBuffer;
    if (!is_harmless && !current_has(Capability::Syslog) && !current_has(Capability::SysAdmin))
        return Error(Errno::EPERM);
    bool reads = type == kRead || type == kReadAll || type == kReadClear;
    if (reads && (!buffer || size < 0)) return Error(Errno::EINVAL);
    if (reads && size == 0) return 0;
    Own<Buffers> buffers = TRY(make_own<Buffers>());
    usize capacity = static_cast<usize>(size);
    switch (type) {
    case kRead: return read_next(buffer, capacity, *buffers);
    case kReadAll: return read_all(buffer, capacity, *buffers);
    case kReadClear: {
        i64 count = TRY(read_all(buffer, capacity, *buffers));
        set_log_clear_sequence(next_log_sequence());
        return count;
    }
    case kClear: set_log_clear_sequence(next_log_sequence()); return 0;
    case kConsoleOff:
        if (u32 level = console_log_level(); level != kMinimumConsoleLevel) g_saved_console_level = level;
        set_console_log_level(kMinimumConsoleLevel);
        return 0;
    case kConsoleOn: set_console_log_level(g_saved_console_level.load()); return 0;
    case kConsoleLevel:
        if (size < 1 || size > 8) return Error(Errno::EINVAL);
        set_console_log_level(static_cast<u32>(size));
        return 0;
    case kSizeUnread: return static_cast<i64>(total_size(g_read_sequence.load(), next_log_sequence(), *buffers));
    case kSizeBuffer: return static_cast<i64>(kLogRingBytes);
    default: return 0; // open and close do nothing
    }
}

} // namespace martlet
