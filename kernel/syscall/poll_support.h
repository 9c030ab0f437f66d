// What poll, select and their relatives share: the time they may wait, the temporary signal mask, the wait itself.
//
// Descriptors are looked at first without watching anything: a call that finds something ready, or may not wait, costs
// one look at each. Only a call that has to wait registers on the queues, and looks again after each announcement.
#pragma once
#include "abi/file.h"
#include "syscall/file_support.h"
#include "vfs/poll_wait.h"

namespace martlet {

/// The events of `wanted` that hold, errors and hang-ups; `wait`, if given, watches for them. POLLNVAL alone for a
/// descriptor that is not open or may not be waited for. `files`: the caller's.
[[gnu::always_inline]] inline u32 poll_descriptor(FdTable& files, int fd, u32 wanted, PollWait* wait) {
    UsedFile file = files.use(fd, Rights::Wait);
    if (!file || (file->flags() & kOpenPath)) [[unlikely]] return kPollNval;
    if (wait) [[unlikely]] return wait->poll(file.keep(), wanted);
    return file->poll(nullptr) & (wanted | kPollErr | kPollHup);
}

/// Waits until `scan(PollWait*)`, which answers how many descriptors are ready, finds one; 0 when the deadline passed.
/// kRestartSys, ENOMEM, and what `scan` fails with.
template <typename Scan> Result<u32> wait_until_ready(Scan scan, Deadline deadline) {
    u32 ready = TRY(scan(nullptr));
    if (ready > 0 || deadline.monotonic_ns == 0) return ready;
    PollWait wait;
    ready = TRY(scan(&wait));
    while (ready == 0) {
        auto waited = wait.wait(deadline);
        ready = TRY(scan(nullptr));
        if (waited || ready > 0) continue;
        if (waited.error() == Errno::ETIMEDOUT) return 0;
        return Error(waited.error());
    }
    return ready;
}

/// A relative time; at once for 0. EINVAL.
Result<Deadline> deadline_of(i64 seconds, i64 nanoseconds);
/// The same from the caller's memory; never for a null pointer.
Result<Deadline> load_deadline(UserPtr<abi::TimeSpec64> timeout);
u64 nanoseconds_left(Deadline deadline);
/// Linux tells the caller of ppoll and pselect6 how much time was left; a fault there is ignored.
void store_rest(UserPtr<abi::TimeSpec64> timeout, Deadline deadline);
/// ppoll and pselect6: after the old mask is back, an interruption is EINTR if a handler runs, else a restart.
Result<i64> end_masked(Result<i64> result);

} // namespace martlet
