// Reading the kernel log's ring: for syslog(2) and /dev/kmsg.
#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "base/log.h"
#include "sync/wait_queue.h"

namespace martlet {

struct LogRecord {
    u64 sequence;
    u64 timestamp_ns;
    LogLevel level;
    u8 facility;           // 0: kernel, 1: user (written through /dev/kmsg)
    std::string_view text; // without newline, in the caller's buffer
};

inline constexpr usize kLogTextMax = 992; // bytes of one record; longer ones are cut

/// The oldest record whose sequence number is at least `sequence`, its text copied to `buffer` (kLogTextMax bytes hold
/// any). Nothing if there is no such record yet. A record with a higher number than asked: the others were overwritten.
std::optional<LogRecord> read_log(u64 sequence, std::span<char> buffer);
/// Sequence numbers of the oldest record kept and of the next to be written.
u64 first_log_sequence();
u64 next_log_sequence();
/// syslog(2) actions READ_CLEAR/CLEAR: readers through syslog start at this number; the ring itself is kept.
u64 log_clear_sequence();
void set_log_clear_sequence(u64 sequence);
inline constexpr usize kLogRingBytes = 64 * kKiB;

/// Appends a record from user space (/dev/kmsg).
void log_from_user(LogLevel level, u8 facility, std::string_view text);

/// Woken when records have been added.
WaitQueue& log_wait_queue();

} // namespace martlet
