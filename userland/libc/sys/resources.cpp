// Limits, usage, priorities, and what the system tells about itself (POSIX.1-2017 <sys/resource.h>,
// <sys/utsname.h>, <sys/times.h>; sysinfo(2)).
#include "sysdep/syscall.hpp"

#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace {

template <typename... Arguments> int answer(long number, Arguments... arguments) {
    return static_cast<int>(libc::checked(number, arguments...));
}

} // namespace

extern "C" {

int getrlimit(int resource, rlimit *limit) { return answer(SYS_prlimit64, 0, resource, nullptr, limit); }
int setrlimit(int resource, const rlimit *limit) { return answer(SYS_prlimit64, 0, resource, limit, nullptr); }
int prlimit(pid_t pid, int resource, const rlimit *limit, rlimit *old) {
    return answer(SYS_prlimit64, pid, resource, limit, old);
}
int getrusage(int who, rusage *usage) { return answer(SYS_getrusage, who, usage); }

// The kernel answers 20 - nice, so that no good answer is negative.
int getpriority(int which, id_t who) {
    long result = libc::call(SYS_getpriority, which, who);
    return result < 0 ? static_cast<int>(libc::to_errno(result)) : static_cast<int>(20 - result);
}
int setpriority(int which, id_t who, int priority) { return answer(SYS_setpriority, which, who, priority); }

int nice(int increment) {
    int saved = errno;
    errno = 0;
    int priority = getpriority(PRIO_PROCESS, 0);
    if (errno)
        return -1;
    errno = saved;
    priority += increment > 40 ? 40 : increment < -40 ? -40 : increment;
    priority = priority > PRIO_MAX - 1 ? PRIO_MAX - 1 : priority < PRIO_MIN ? PRIO_MIN : priority;
    if (setpriority(PRIO_PROCESS, 0, priority) < 0) {
        if (errno == EACCES)
            errno = EPERM;
        return -1;
    }
    return priority;
}

int uname(utsname *name) { return answer(SYS_uname, name); }
clock_t times(tms *buffer) { return libc::checked(SYS_times, buffer); }
int(sysinfo)(struct sysinfo *info) { return answer(SYS_sysinfo, info); }
}
