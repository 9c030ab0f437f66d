// Waiting for children (POSIX.1-2017 <sys/wait.h>, wait4(2)).
#include "sysdep/syscall.hpp"

#include <sys/resource.h>
#include <sys/wait.h>

using libc::checked;

extern "C" {

pid_t wait4(pid_t pid, int *status, int options, rusage *usage) {
    return static_cast<pid_t>(checked(SYS_wait4, pid, status, options, usage));
}
pid_t wait3(int *status, int options, rusage *usage) { return wait4(-1, status, options, usage); }
pid_t waitpid(pid_t pid, int *status, int options) { return wait4(pid, status, options, nullptr); }
pid_t wait(int *status) { return wait4(-1, status, 0, nullptr); }
int waitid(idtype_t type, id_t id, siginfo_t *info, int options) {
    return static_cast<int>(checked(SYS_waitid, type, id, info, options, nullptr));
}
}
