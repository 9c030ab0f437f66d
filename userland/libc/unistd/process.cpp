// Processes, groups, sessions and credentials (POSIX.1-2017 <unistd.h>).
#include "internal/thread.hpp"
#include "sysdep/syscall.hpp"

#include <grp.h>
#include <unistd.h>

using libc::checked;

namespace {

template <typename... Arguments> int answer(long number, Arguments... arguments) {
    return static_cast<int>(checked(number, arguments...));
}

constexpr unsigned kUnchanged = ~0u;

} // namespace

extern "C" {

pid_t getpid() { return answer(SYS_getpid); }
pid_t getppid() { return answer(SYS_getppid); }
pid_t gettid() { return libc::current_thread()->tid; }
pid_t getpgrp() { return answer(SYS_getpgrp); }
pid_t getpgid(pid_t pid) { return answer(SYS_getpgid, pid); }
pid_t getsid(pid_t pid) { return answer(SYS_getsid, pid); }
pid_t setsid() { return answer(SYS_setsid); }
int setpgid(pid_t pid, pid_t group) { return answer(SYS_setpgid, pid, group); }
pid_t setpgrp() { return setpgid(0, 0); }
uid_t getuid() { return static_cast<uid_t>(libc::call(SYS_getuid)); }
uid_t geteuid() { return static_cast<uid_t>(libc::call(SYS_geteuid)); }
gid_t getgid() { return static_cast<gid_t>(libc::call(SYS_getgid)); }
gid_t getegid() { return static_cast<gid_t>(libc::call(SYS_getegid)); }
int getgroups(int count, gid_t groups[]) { return answer(SYS_getgroups, count, groups); }
int setgroups(size_t count, const gid_t *groups) { return answer(SYS_setgroups, count, groups); }
int setuid(uid_t uid) { return answer(SYS_setuid, uid); }
int setgid(gid_t gid) { return answer(SYS_setgid, gid); }
int setreuid(uid_t real, uid_t effective) { return answer(SYS_setreuid, real, effective); }
int setregid(gid_t real, gid_t effective) { return answer(SYS_setregid, real, effective); }
int setresuid(uid_t real, uid_t effective, uid_t saved) { return answer(SYS_setresuid, real, effective, saved); }
int setresgid(gid_t real, gid_t effective, gid_t saved) { return answer(SYS_setresgid, real, effective, saved); }
int seteuid(uid_t uid) { return setresuid(kUnchanged, uid, kUnchanged); }
int setegid(gid_t gid) { return setresgid(kUnchanged, gid, kUnchanged); }
int getresuid(uid_t *real, uid_t *effective, uid_t *saved) {
    return answer(SYS_getresuid, real, effective, saved);
}
int getresgid(gid_t *real, gid_t *effective, gid_t *saved) {
    return answer(SYS_getresgid, real, effective, saved);
}
int acct(const char *path) { return answer(SYS_acct, path); }
int vhangup() { return answer(SYS_vhangup); }
void _exit(int status) {
    for (;;)
        libc::call(SYS_exit_group, status);
}
}
