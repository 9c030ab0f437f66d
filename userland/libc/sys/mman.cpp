// Memory mappings (POSIX.1-2017 <sys/mman.h>, mmap(2), mremap(2), memfd_create(2)).
#include "sysdep/syscall.hpp"

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

using libc::checked;

namespace {

template <typename... Arguments> int answer(long number, Arguments... arguments) {
    return static_cast<int>(checked(number, arguments...));
}

// /dev/shm/name, or false with errno.
bool shared_name(const char *name, char (&path)[NAME_MAX + 10]) {
    while (*name == '/')
        name++;
    size_t length = strlen(name);
    if (length == 0 || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        errno = EINVAL;
        return false;
    }
    if (length > NAME_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    strcpy(stpcpy(path, "/dev/shm/"), name);
    return true;
}

} // namespace

extern "C" {

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset) {
    return reinterpret_cast<void *>(checked(SYS_mmap, address, size, protection, flags, fd, offset));
}
int munmap(void *address, size_t size) { return answer(SYS_munmap, address, size); }
int mprotect(void *address, size_t size, int protection) { return answer(SYS_mprotect, address, size, protection); }
int msync(void *address, size_t size, int flags) { return answer(SYS_msync, address, size, flags); }
int madvise(void *address, size_t size, int advice) { return answer(SYS_madvise, address, size, advice); }
int posix_madvise(void *address, size_t size, int advice) {
    if (advice == POSIX_MADV_DONTNEED) // the kernel's would throw the data away
        return 0;
    return static_cast<int>(-libc::call(SYS_madvise, address, size, advice));
}
int mlock(const void *address, size_t size) { return answer(SYS_mlock, address, size); }
int mlock2(const void *address, size_t size, unsigned flags) { return answer(SYS_mlock2, address, size, flags); }
int munlock(const void *address, size_t size) { return answer(SYS_munlock, address, size); }
int mlockall(int flags) { return answer(SYS_mlockall, flags); }
int munlockall() { return answer(SYS_munlockall); }
int mincore(void *address, size_t size, unsigned char *pages) { return answer(SYS_mincore, address, size, pages); }

void *mremap(void *address, size_t old_size, size_t size, int flags, ...) {
    void *target = nullptr;
    if (flags & MREMAP_FIXED) {
        va_list arguments;
        va_start(arguments, flags);
        target = va_arg(arguments, void *);
        va_end(arguments);
    }
    return reinterpret_cast<void *>(checked(SYS_mremap, address, old_size, size, flags, target));
}

int memfd_create(const char *name, unsigned flags) { return answer(SYS_memfd_create, name, flags); }

int shm_open(const char *name, int flags, mode_t mode) {
    char path[NAME_MAX + 10];
    return shared_name(name, path) ? open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, mode) : -1;
}

int shm_unlink(const char *name) {
    char path[NAME_MAX + 10];
    return shared_name(name, path) ? unlink(path) : -1;
}
}
