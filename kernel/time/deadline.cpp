#include "time/deadline.h"

#include "time/clock.h"

namespace martlet {

Deadline Deadline::after(u64 timeout_ns) {
    u64 at_ns;
    if (__builtin_add_overflow(martlet::monotonic_ns(), timeout_ns, &at_ns)) return never();
    return at(at_ns);
}

Deadline Deadline::at_realtime(u64 realtime_ns) {
    u64 now_ns = martlet::realtime_ns();
    Deadline deadline = after(realtime_ns > now_ns ? realtime_ns - now_ns : 0);
    deadline.realtime_ns = realtime_ns != 0 ? realtime_ns : 1; // both have passed
    return deadline;
}

bool Deadline::has_passed() const {
    if (is_realtime()) return martlet::realtime_ns() >= realtime_ns;
    return !is_never() && martlet::monotonic_ns() >= monotonic_ns;
}

} // namespace martlet
