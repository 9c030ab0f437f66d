// fopen, fdopen, freopen, fclose (C17 7.21.5, POSIX.1-2017).
#include "internal/file.hpp"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace libc {

namespace {

constexpr size_t kBufferBytes = 4096;

unsigned file_flags(int flags) {
    unsigned result = (flags & O_ACCMODE) == O_RDONLY   ? kFileNoWrite
                      : (flags & O_ACCMODE) == O_WRONLY ? kFileNoRead
                                                        : 0u;
    return flags & O_APPEND ? result | kFileAppend : result;
}

} // namespace

int open_flags(const char *mode) {
    int flags;
    switch (*mode) {
    case 'r': flags = O_RDONLY; break;
    case 'w': flags = O_WRONLY | O_CREAT | O_TRUNC; break;
    case 'a': flags = O_WRONLY | O_CREAT | O_APPEND; break;
    default: errno = EINVAL; return -1;
    }
    if (strchr(mode, '+'))
        flags = (flags & ~O_ACCMODE) | O_RDWR;
    if (strchr(mode, 'x'))
        flags |= O_EXCL;
    if (strchr(mode, 'e'))
        flags |= O_CLOEXEC;
    return flags;
}

FILE *new_file(size_t extra_bytes, const FileOperations *operations, unsigned flags) {
    auto *file = static_cast<FILE *>(malloc(sizeof(FILE) + extra_bytes));
    if (!file)
        return nullptr;
    *file = {};
    file->flags = flags;
    file->fd = -1;
    file->line_break = -1;
    file->operations = operations;
    return file;
}

} // namespace libc

using namespace libc;

extern "C" {

FILE *fdopen(int fd, const char *mode) {
    int flags = open_flags(mode);
    if (flags < 0)
        return nullptr;
    long current = checked(SYS_fcntl, fd, F_GETFL, 0);
    if (current < 0)
        return nullptr;
    int access = static_cast<int>(current) & O_ACCMODE, wanted = flags & O_ACCMODE;
    if (access != O_RDWR && access != wanted) {
        errno = EINVAL;
        return nullptr;
    }
    FILE *file = new_file(kUngetBytes + kBufferBytes, &kDescriptorOperations, file_flags(flags));
    if (!file)
        return nullptr;
    file->fd = fd;
    file->buffer = reinterpret_cast<unsigned char *>(file + 1) + kUngetBytes;
    file->buffer_bytes = kBufferBytes;
    if (!(file->flags & kFileNoWrite))
        file->flags |= kFileProbeTty;
    if (flags & O_CLOEXEC)
        call(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC);
    if ((flags & O_APPEND) && !(current & O_APPEND))
        call(SYS_fcntl, fd, F_SETFL, current | O_APPEND);
    list_file(file);
    return file;
}

FILE *fopen(const char *__restrict path, const char *__restrict mode) {
    int flags = open_flags(mode);
    if (flags < 0)
        return nullptr;
    int fd = open(path, flags, 0666);
    if (fd < 0)
        return nullptr;
    FILE *file = fdopen(fd, mode);
    if (!file) {
        int saved = errno;
        close(fd);
        errno = saved;
    }
    return file;
}

int fclose(FILE *file) {
    int result = fflush(file);
    unlist_file(file);
    if (g_interactive_output == file)
        g_interactive_output = nullptr;
    if (file->operations->close && file->operations->close(file) < 0)
        result = EOF;
    free(file->line);
    if (!(file->flags & kFileStatic))
        free(file);
    else
        file->fd = -1;
    return result;
}

FILE *freopen(const char *__restrict path, const char *__restrict mode, FILE *__restrict file) {
    int flags = open_flags(mode);
    FileGuard guard(file);
    fflush(file);
    int fd = -1;
    if (flags >= 0 && path) {
        fd = open(path, flags, 0666);
    } else if (flags >= 0) { // another mode for the same file
        char name[32];
        snprintf(name, sizeof name, "/proc/self/fd/%d", file->fd);
        fd = open(name, flags & ~(O_CREAT | O_EXCL), 0666);
    }
    if (fd < 0) {
        int saved = errno;
        fclose(file);
        errno = saved;
        return nullptr;
    }
    if (file->operations->close && file->operations != &kDescriptorOperations)
        file->operations->close(file);
    if (file->fd < 0) {
        file->fd = fd;
    } else if (fd != file->fd) { // the stream keeps its descriptor's number
        if (dup3(fd, file->fd, flags & O_CLOEXEC) < 0)
            return nullptr;
        close(fd);
    }
    file->operations = &kDescriptorOperations;
    file->flags = (file->flags & (kFileStatic | kFileListed)) | file_flags(flags);
    if (!(file->flags & kFileNoWrite) && file->fd != STDERR_FILENO)
        file->flags |= kFileProbeTty;
    file->line_break = -1;
    file->orientation = 0;
    file->read_position = file->read_end = nullptr;
    file->write_base = file->write_position = file->write_end = nullptr;
    return file;
}
}
