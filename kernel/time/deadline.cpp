#include "time/deadline.h"

#include "time/clock.h"

namespace martlet {

Deadline Deadline::after(u64 timeout_ns) {
    u64 at_ns;
    if (__builtin_add_overflow(martlet::monotonic_ns(), timeout_ns, &at_ns)) return never();
    return at(at_ns);
}

bool Deadline::has_passed() const { return !is_never() && martlet::monotonic_ns() >= monotonic_ns; }

} // namespace martlet
