// File status and modes (POSIX.1-2017 <sys/stat.h>, stat(2)).
#include "sysdep/syscall.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

template <typename... Arguments> int answer(long number, Arguments... arguments) {
    return static_cast<int>(libc::checked(number, arguments...));
}

} // namespace

extern "C" {

int(stat)(const char *__restrict path, struct stat *__restrict status) { return answer(SYS_stat, path, status); }
int(fstat)(int fd, struct stat *status) { return answer(SYS_fstat, fd, status); }
int(lstat)(const char *__restrict path, struct stat *__restrict status) { return answer(SYS_lstat, path, status); }
int fstatat(int directory, const char *__restrict path, struct stat *__restrict status, int flags) {
    return answer(SYS_newfstatat, directory, path, status, flags);
}
int statx(int directory, const char *__restrict path, int flags, unsigned mask, struct statx *__restrict status) {
    return answer(SYS_statx, directory, path, flags, mask, status);
}
int chmod(const char *path, mode_t mode) { return answer(SYS_chmod, path, mode); }
int fchmod(int fd, mode_t mode) { return answer(SYS_fchmod, fd, mode); }
int lchmod(const char *path, mode_t mode) { return fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW); }
mode_t umask(mode_t mask) { return static_cast<mode_t>(libc::call(SYS_umask, mask)); }
int mkdir(const char *path, mode_t mode) { return answer(SYS_mkdir, path, mode); }
int mkdirat(int directory, const char *path, mode_t mode) { return answer(SYS_mkdirat, directory, path, mode); }
int mknod(const char *path, mode_t mode, dev_t device) { return answer(SYS_mknod, path, mode, device); }
int mknodat(int directory, const char *path, mode_t mode, dev_t device) {
    return answer(SYS_mknodat, directory, path, mode, device);
}
int mkfifo(const char *path, mode_t mode) { return mknod(path, mode | S_IFIFO, 0); }
int mkfifoat(int directory, const char *path, mode_t mode) {
    return mknodat(directory, path, mode | S_IFIFO, 0);
}
int utimensat(int directory, const char *path, const timespec times[2], int flags) {
    return answer(SYS_utimensat, directory, path, times, flags);
}
int futimens(int fd, const timespec times[2]) { return answer(SYS_utimensat, fd, nullptr, times, 0); }

// fchmodat(2) takes no flags. Without following a link, the file is opened by name only and changed through
// /proc, which refuses links themselves.
int fchmodat(int directory, const char *path, mode_t mode, int flags) {
    if (flags == 0)
        return answer(SYS_fchmodat, directory, path, mode);
    if (flags != AT_SYMLINK_NOFOLLOW) {
        errno = EINVAL;
        return -1;
    }
    int fd = openat(directory, path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -1;
    struct stat status;
    int result = -1;
    if (fstat(fd, &status) == 0) {
        if (S_ISLNK(status.st_mode)) {
            errno = EOPNOTSUPP;
        } else {
            char name[32];
            snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
            result = chmod(name, mode);
        }
    }
    int saved = errno;
    close(fd);
    errno = saved;
    return result;
}
}
