#include "syscall/poll_support.h"

#include "proc/signal.h"
#include "time/clock.h"

namespace martlet {

Result<Deadline> deadline_of(i64 seconds, i64 nanoseconds) {
    constexpr i64 kForever = 1ll << 33; // seconds that do not fit into ns since boot
    if (seconds < 0 || nanoseconds < 0 || nanoseconds >= static_cast<i64>(kNanosecondsPerSecond))
        return Error(Errno::EINVAL);
    if (seconds >= kForever) return Deadline::never();
    u64 timeout_ns = static_cast<u64>(seconds) * kNanosecondsPerSecond + static_cast<u64>(nanoseconds);
    return timeout_ns == 0 ? Deadline::at(0) : Deadline::after(timeout_ns);
}

Result<Deadline> load_deadline(UserPtr<abi::TimeSpec64> timeout) {
    if (!timeout) return Deadline::never();
    abi::TimeSpec64 given = TRY(timeout.load());
    return deadline_of(given.seconds, given.nanoseconds);
}

u64 nanoseconds_left(Deadline deadline) {
    u64 now = monotonic_ns();
    return deadline.monotonic_ns > now ? deadline.monotonic_ns - now : 0;
}

void store_rest(UserPtr<abi::TimeSpec64> timeout, Deadline deadline) {
    if (!timeout || deadline.is_never()) return;
    u64 left = nanoseconds_left(deadline);
    (void)timeout.store(
        {static_cast<i64>(left / kNanosecondsPerSecond), static_cast<i64>(left % kNanosecondsPerSecond)});
}

Result<i64> end_masked(Result<i64> result) {
    bool interrupted = !result && result.error() == Errno::kRestartSys;
    end_temporary_signal_mask(interrupted ? Interrupted::Yes : Interrupted::No);
    if (interrupted) return Error(Errno::kRestartNoHandler);
    return result;
}

} // namespace martlet
