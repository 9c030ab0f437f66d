// Directory streams (POSIX.1-2017 <dirent.h>) over getdents64. A stream's position is the kernel's d_off of the
// entry last returned, so telldir and seekdir survive any change of the buffer.
#include "internal/lock.hpp"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct __dirstream {
    int fd;
    off_t position;
    size_t next, end;
    libc::Lock lock;
    alignas(dirent) char buffer[4096 - 64];
};

using libc::checked;

namespace {

DIR *new_stream(int fd) {
    auto *stream = static_cast<DIR *>(malloc(sizeof(DIR)));
    if (!stream)
        return nullptr;
    stream->fd = fd;
    stream->position = 0;
    stream->next = stream->end = 0;
    stream->lock = {};
    return stream;
}

dirent *next_entry(DIR *stream) {
    if (stream->next >= stream->end) {
        long got = libc::call(SYS_getdents64, stream->fd, stream->buffer, sizeof stream->buffer);
        if (got <= 0) {
            if (got < 0 && got != -ENOENT) // ENOENT: the directory was removed, which is its end
                errno = static_cast<int>(-got);
            return nullptr;
        }
        stream->next = 0;
        stream->end = static_cast<size_t>(got);
    }
    auto *entry = reinterpret_cast<dirent *>(stream->buffer + stream->next);
    stream->next += entry->d_reclen;
    stream->position = entry->d_off;
    return entry;
}

} // namespace

extern "C" {

ssize_t getdents64(int fd, void *buffer, size_t size) { return checked(SYS_getdents64, fd, buffer, size); }

DIR *fdopendir(int fd) {
    struct stat status;
    if (fstat(fd, &status) < 0)
        return nullptr;
    if (!S_ISDIR(status.st_mode)) {
        errno = ENOTDIR;
        return nullptr;
    }
    long flags = checked(SYS_fcntl, fd, F_GETFL, 0);
    if (flags < 0)
        return nullptr;
    if (flags & O_PATH) {
        errno = EBADF;
        return nullptr;
    }
    DIR *stream = new_stream(fd);
    if (stream)
        libc::call(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC);
    return stream;
}

DIR *opendir(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return nullptr;
    DIR *stream = new_stream(fd);
    if (!stream) {
        close(fd);
        errno = ENOMEM;
    }
    return stream;
}

int closedir(DIR *stream) {
    int result = close(stream->fd);
    free(stream);
    return result;
}

dirent *readdir(DIR *stream) {
    libc::LockGuard guard(stream->lock);
    return next_entry(stream);
}

int readdir_r(DIR *__restrict stream, dirent *__restrict entry, dirent **__restrict result) {
    int saved = errno;
    errno = 0;
    libc::LockGuard guard(stream->lock);
    dirent *next = next_entry(stream);
    int error = errno;
    errno = saved;
    if (next)
        memcpy(entry, next, next->d_reclen);
    *result = next ? entry : nullptr;
    return next ? 0 : error;
}

void seekdir(DIR *stream, long position) {
    libc::LockGuard guard(stream->lock);
    stream->position = lseek(stream->fd, position, SEEK_SET);
    stream->next = stream->end = 0;
}

void rewinddir(DIR *stream) { seekdir(stream, 0); }
long telldir(DIR *stream) { return stream->position; }
int dirfd(DIR *stream) { return stream->fd; }
}
