// Calls for the system's administrator: mounts, reboot, kernel log, swap, host name, and the odd single calls
// (mount(2), reboot(2), syslog(2), prctl(2), ...).
#include "sysdep/syscall.hpp"

#include <sched.h>
#include <stdarg.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/swap.h>
#include <sys/timex.h>
#include <unistd.h>

namespace {

template <typename... Arguments> int answer(long number, Arguments... arguments) {
    return static_cast<int>(libc::checked(number, arguments...));
}

void convert(const struct statfs &from, struct statvfs &to) {
    to = {};
    to.f_bsize = from.f_bsize;
    to.f_frsize = from.f_frsize ? from.f_frsize : from.f_bsize;
    to.f_blocks = from.f_blocks;
    to.f_bfree = from.f_bfree;
    to.f_bavail = from.f_bavail;
    to.f_files = from.f_files;
    to.f_ffree = to.f_favail = from.f_ffree;
    to.f_fsid = static_cast<unsigned>(from.f_fsid.__val[0]) |
                static_cast<unsigned long>(static_cast<unsigned>(from.f_fsid.__val[1])) << 32;
    constexpr unsigned long kValid = 0x20; // the kernel's mark that the flags are filled in
    to.f_flag = from.f_flags & ~kValid;
    to.f_namemax = from.f_namelen;
    to.f_type = static_cast<unsigned>(from.f_type);
}

} // namespace

extern "C" {

int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data) {
    return answer(SYS_mount, source, target, type, flags, data);
}
int umount2(const char *target, int flags) { return answer(SYS_umount2, target, flags); }
int umount(const char *target) { return umount2(target, 0); }
int reboot(int command) { return answer(SYS_reboot, 0xfee1deadu, 672274793, command, nullptr); }
int klogctl(int type, char *buffer, int size) { return answer(SYS_syslog, type, buffer, size); }
int swapon(const char *path, int flags) { return answer(SYS_swapon, path, flags); }
int swapoff(const char *path) { return answer(SYS_swapoff, path); }
int sethostname(const char *name, size_t size) { return answer(SYS_sethostname, name, size); }
int setdomainname(const char *name, size_t size) { return answer(SYS_setdomainname, name, size); }
int personality(unsigned long persona) { return answer(SYS_personality, persona); }
ssize_t getrandom(void *buffer, size_t size, unsigned flags) {
    return libc::checked(SYS_getrandom, buffer, size, flags);
}
int(statfs)(const char *path, struct statfs *status) { return answer(SYS_statfs, path, status); }
int fstatfs(int fd, struct statfs *status) { return answer(SYS_fstatfs, fd, status); }

int(statvfs)(const char *__restrict path, struct statvfs *__restrict status) {
    struct statfs kernel;
    if (statfs(path, &kernel) < 0)
        return -1;
    convert(kernel, *status);
    return 0;
}

int fstatvfs(int fd, struct statvfs *status) {
    struct statfs kernel;
    if (fstatfs(fd, &kernel) < 0)
        return -1;
    convert(kernel, *status);
    return 0;
}

int prctl(int operation, ...) {
    va_list arguments;
    va_start(arguments, operation);
    unsigned long words[4];
    for (unsigned long &word : words)
        word = va_arg(arguments, unsigned long);
    va_end(arguments);
    return answer(SYS_prctl, operation, words[0], words[1], words[2], words[3]);
}

int adjtimex(timex *parameters) { return answer(SYS_adjtimex, parameters); }
int clock_adjtime(clockid_t clock, timex *parameters) { return answer(SYS_clock_adjtime, clock, parameters); }

int unshare(int flags) { return answer(SYS_unshare, flags); }
int setns(int fd, int type) { return answer(SYS_setns, fd, type); }

long syscall(long number, ...) {
    va_list arguments;
    va_start(arguments, number);
    long words[6];
    for (long &word : words)
        word = va_arg(arguments, long);
    va_end(arguments);
    return libc::to_errno(libc::raw_syscall(number, words[0], words[1], words[2], words[3], words[4], words[5]));
}
}
