// Per-process timers (POSIX.1-2017 timer_create): the kernel's, told apart by its small integers; and adjtime(3).
#include "sysdep/syscall.hpp"

#include <signal.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>

namespace {

long id_of(timer_t timer) { return reinterpret_cast<long>(timer); }

} // namespace

extern "C" {

// A thread per expiry (SIGEV_THREAD) is not offered.
int timer_create(clockid_t clock, sigevent *__restrict event, timer_t *__restrict timer) {
    if (event && event->sigev_notify == SIGEV_THREAD) {
        errno = ENOTSUP;
        return -1;
    }
    int id;
    if (libc::checked(SYS_timer_create, clock, event, &id) < 0)
        return -1;
    *timer = reinterpret_cast<timer_t>(static_cast<long>(id));
    return 0;
}

int timer_delete(timer_t timer) { return static_cast<int>(libc::checked(SYS_timer_delete, id_of(timer))); }
int timer_settime(timer_t timer, int flags, const itimerspec *__restrict value, itimerspec *__restrict old) {
    return static_cast<int>(libc::checked(SYS_timer_settime, id_of(timer), flags, value, old));
}
int timer_gettime(timer_t timer, itimerspec *value) {
    return static_cast<int>(libc::checked(SYS_timer_gettime, id_of(timer), value));
}
int timer_getoverrun(timer_t timer) { return static_cast<int>(libc::checked(SYS_timer_getoverrun, id_of(timer))); }

int adjtime(const timeval *delta, timeval *old) {
    constexpr unsigned kReadOnly = 0x2000;
    constexpr long kMicroseconds = 1000000;
    timex request = {};
    request.modes = ADJ_OFFSET_SINGLESHOT;
    if (delta) {
        if (delta->tv_sec > 2145 || delta->tv_sec < -2145) {
            errno = EINVAL;
            return -1;
        }
        request.offset = delta->tv_sec * kMicroseconds + delta->tv_usec;
    } else {
        request.modes |= kReadOnly;
    }
    if (adjtimex(&request) < 0)
        return -1;
    if (old)
        *old = {request.offset / kMicroseconds, request.offset % kMicroseconds};
    return 0;
}
}
