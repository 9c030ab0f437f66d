// open, openat, creat, fcntl, lockf, flock (POSIX.1-2017 <fcntl.h>).
#include "sysdep/syscall.hpp"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/file.h>
#include <unistd.h>

using libc::checked;

extern "C" {

int openat(int directory, const char *path, int flags, ...) {
    mode_t mode = 0;
    if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    return static_cast<int>(checked(SYS_openat, directory, path, flags, mode));
}

int open(const char *path, int flags, ...) {
    mode_t mode = 0;
    if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    return static_cast<int>(checked(SYS_open, path, flags, mode));
}

int creat(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int fcntl(int fd, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    long argument = va_arg(arguments, long);
    va_end(arguments);
    if (command == F_SETFL || command == F_DUPFD || command == F_SETFD || command == F_DUPFD_CLOEXEC)
        argument = static_cast<int>(argument);
    if (command == F_GETOWN) {
        // A process group is a negative number, which the plain call cannot tell from an error.
        f_owner_ex owner;
        long result = libc::call(SYS_fcntl, fd, F_GETOWN_EX, &owner);
        if (result == -EINVAL)
            return static_cast<int>(checked(SYS_fcntl, fd, F_GETOWN, 0));
        if (result < 0)
            return static_cast<int>(libc::to_errno(result));
        constexpr int kOwnerGroup = 2;
        return owner.type == kOwnerGroup ? -owner.pid : owner.pid;
    }
    return static_cast<int>(checked(SYS_fcntl, fd, command, argument));
}

int lockf(int fd, int function, off_t size) {
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_CUR;
    lock.l_len = size;
    switch (function) {
    case F_TEST:
        if (fcntl(fd, F_GETLK, &lock) < 0)
            return -1;
        if (lock.l_type == F_UNLCK || lock.l_pid == getpid())
            return 0;
        errno = EACCES;
        return -1;
    case F_ULOCK:
        lock.l_type = F_UNLCK;
        return fcntl(fd, F_SETLK, &lock);
    case F_TLOCK:
        return fcntl(fd, F_SETLK, &lock);
    case F_LOCK:
        return fcntl(fd, F_SETLKW, &lock);
    }
    errno = EINVAL;
    return -1;
}

int flock(int fd, int operation) { return static_cast<int>(checked(SYS_flock, fd, operation)); }
}
