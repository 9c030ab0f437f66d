// Reading, writing and descriptors (POSIX.1-2017 <unistd.h>, <fcntl.h>, <sys/uio.h>): the kernel's calls as
// they are.
#include "sysdep/syscall.hpp"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

using libc::checked;

extern "C" {

ssize_t read(int fd, void *buffer, size_t size) { return checked(SYS_read, fd, buffer, size); }
ssize_t write(int fd, const void *buffer, size_t size) { return checked(SYS_write, fd, buffer, size); }
ssize_t pread(int fd, void *buffer, size_t size, off_t at) { return checked(SYS_pread64, fd, buffer, size, at); }
ssize_t pwrite(int fd, const void *buffer, size_t size, off_t at) {
    return checked(SYS_pwrite64, fd, buffer, size, at);
}
ssize_t readv(int fd, const iovec *parts, int count) { return checked(SYS_readv, fd, parts, count); }
ssize_t writev(int fd, const iovec *parts, int count) { return checked(SYS_writev, fd, parts, count); }
ssize_t preadv(int fd, const iovec *parts, int count, off_t at) {
    return checked(SYS_preadv, fd, parts, count, at, 0);
}
ssize_t pwritev(int fd, const iovec *parts, int count, off_t at) {
    return checked(SYS_pwritev, fd, parts, count, at, 0);
}
ssize_t preadv2(int fd, const iovec *parts, int count, off_t at, int flags) {
    return checked(SYS_preadv2, fd, parts, count, at, 0, flags);
}
ssize_t pwritev2(int fd, const iovec *parts, int count, off_t at, int flags) {
    return checked(SYS_pwritev2, fd, parts, count, at, 0, flags);
}
ssize_t process_vm_readv(pid_t pid, const iovec *local, unsigned long locals, const iovec *remote,
                         unsigned long remotes, unsigned long flags) {
    return checked(SYS_process_vm_readv, pid, local, locals, remote, remotes, flags);
}
ssize_t process_vm_writev(pid_t pid, const iovec *local, unsigned long locals, const iovec *remote,
                          unsigned long remotes, unsigned long flags) {
    return checked(SYS_process_vm_writev, pid, local, locals, remote, remotes, flags);
}

int close(int fd) {
    long result = libc::call(SYS_close, fd);
    return static_cast<int>(libc::to_errno(result == -EINTR ? 0 : result)); // the descriptor is gone either way
}
int close_range(unsigned first, unsigned last, int flags) {
    return static_cast<int>(checked(SYS_close_range, first, last, flags));
}
void closefrom(int first) { close_range(first < 0 ? 0u : static_cast<unsigned>(first), ~0u, 0); }
off_t lseek(int fd, off_t offset, int whence) { return checked(SYS_lseek, fd, offset, whence); }
int dup(int fd) { return static_cast<int>(checked(SYS_dup, fd)); }
int dup2(int from, int to) { return static_cast<int>(checked(SYS_dup2, from, to)); }
int dup3(int from, int to, int flags) { return static_cast<int>(checked(SYS_dup3, from, to, flags)); }
int pipe(int ends[2]) { return static_cast<int>(checked(SYS_pipe, ends)); }
int pipe2(int ends[2], int flags) { return static_cast<int>(checked(SYS_pipe2, ends, flags)); }
int fsync(int fd) { return static_cast<int>(checked(SYS_fsync, fd)); }
int fdatasync(int fd) { return static_cast<int>(checked(SYS_fdatasync, fd)); }
int syncfs(int fd) { return static_cast<int>(checked(SYS_syncfs, fd)); }
void sync() { libc::call(SYS_sync); }
int ftruncate(int fd, off_t size) { return static_cast<int>(checked(SYS_ftruncate, fd, size)); }
int truncate(const char *path, off_t size) { return static_cast<int>(checked(SYS_truncate, path, size)); }
ssize_t sendfile(int out, int in, off_t *offset, size_t count) {
    return checked(SYS_sendfile, out, in, offset, count);
}
ssize_t copy_file_range(int in, off_t *in_offset, int out, off_t *out_offset, size_t size, unsigned flags) {
    return checked(SYS_copy_file_range, in, in_offset, out, out_offset, size, flags);
}
ssize_t splice(int in, off_t *in_offset, int out, off_t *out_offset, size_t size, unsigned flags) {
    return checked(SYS_splice, in, in_offset, out, out_offset, size, flags);
}
ssize_t tee(int in, int out, size_t size, unsigned flags) { return checked(SYS_tee, in, out, size, flags); }
ssize_t readahead(int fd, off_t offset, size_t size) { return checked(SYS_readahead, fd, offset, size); }
int sync_file_range(int fd, off_t offset, off_t size, unsigned flags) {
    return static_cast<int>(checked(SYS_sync_file_range, fd, offset, size, flags));
}
int posix_fadvise(int fd, off_t offset, off_t size, int advice) {
    return static_cast<int>(-libc::call(SYS_fadvise64, fd, offset, size, advice));
}
int posix_fallocate(int fd, off_t offset, off_t size) {
    return static_cast<int>(-libc::call(SYS_fallocate, fd, 0, offset, size));
}
int fallocate(int fd, int mode, off_t offset, off_t size) {
    return static_cast<int>(checked(SYS_fallocate, fd, mode, offset, size));
}

int ioctl(int fd, unsigned long request, ...) {
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return static_cast<int>(checked(SYS_ioctl, fd, request, argument));
}
}
