// POSIX semaphores (POSIX.1-2017 <semaphore.h>, sem_overview(7)): a futex word that counts, and how many wait on it.
// Named ones are files /dev/shm/sem.NAME, mapped; one address for each in a process.
#include "internal/lock.hpp"
#include "sysdep/syscall.hpp"

#include <errno.h>
#include <limits.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using libc::call;

namespace {

constexpr int kWake = 1, kPrivate = 128, kWaitBitset = 9, kRealtime = 256;
constexpr unsigned kValueMax = INT_MAX; // SEM_VALUE_MAX

int failed(int error) {
    errno = error;
    return -1;
}

bool take(sem_t *semaphore) {
    unsigned value = __atomic_load_n(&semaphore->__value, __ATOMIC_RELAXED);
    while (value > 0)
        if (__atomic_compare_exchange_n(&semaphore->__value, &value, value - 1, true, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return true;
    return false;
}

int wait_until(sem_t *semaphore, int clock_flag, const timespec *until) {
    if (take(semaphore))
        return 0;
    if (until && (until->tv_nsec < 0 || until->tv_nsec >= 1'000'000'000))
        return failed(EINVAL);
    int scope = semaphore->__shared ? 0 : kPrivate;
    __atomic_fetch_add(&semaphore->__waiters, 1, __ATOMIC_SEQ_CST);
    int result = 0;
    while (!take(semaphore)) {
        long answer = call(SYS_futex, &semaphore->__value, kWaitBitset | clock_flag | scope, 0, until, nullptr, -1);
        if (answer == 0 || answer == -EAGAIN)
            continue;
        result = failed(static_cast<int>(-answer)); // EINTR, ETIMEDOUT
        break;
    }
    __atomic_fetch_sub(&semaphore->__waiters, 1, __ATOMIC_SEQ_CST);
    return result;
}

// Named semaphores that this process has open.
struct Named {
    Named *next;
    sem_t *semaphore;
    dev_t device;
    ino_t inode;
    int users;
};
Named *g_named;
libc::Lock g_named_lock;

bool path_of(const char *name, char (&path)[NAME_MAX + 16]) {
    while (*name == '/')
        name++;
    size_t length = strlen(name);
    if (length == 0 || strchr(name, '/')) {
        errno = EINVAL;
        return false;
    }
    if (length > NAME_MAX - 4) {
        errno = ENAMETOOLONG;
        return false;
    }
    strcpy(stpcpy(path, "/dev/shm/sem."), name);
    return true;
}

// A complete file under a name of its own first, so that nobody opens half a semaphore.
int create_file(const char *path, mode_t mode, unsigned value) {
    char temporary[NAME_MAX + 40];
    snprintf(temporary, sizeof temporary, "/dev/shm/sem.%d.%lx", getpid(), reinterpret_cast<unsigned long>(&temporary));
    int fd = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return -1;
    sem_t fresh = {};
    fresh.__value = value;
    fresh.__shared = 1;
    bool is_made = write(fd, &fresh, sizeof fresh) == static_cast<ssize_t>(sizeof fresh) && link(temporary, path) == 0;
    int error = errno;
    unlink(temporary);
    if (is_made)
        return fd;
    close(fd);
    errno = error;
    return -1;
}

// Maps the file, or finds the mapping there is.
sem_t *attach(int fd) {
    struct stat status;
    if (fstat(fd, &status) < 0)
        return SEM_FAILED;
    if (status.st_size < static_cast<off_t>(sizeof(sem_t))) {
        errno = EINVAL;
        return SEM_FAILED;
    }
    g_named_lock.lock();
    sem_t *semaphore = SEM_FAILED;
    for (Named *named = g_named; named; named = named->next) {
        if (named->device != status.st_dev || named->inode != status.st_ino)
            continue;
        named->users++;
        semaphore = named->semaphore;
    }
    if (semaphore == SEM_FAILED) {
        auto *named = static_cast<Named *>(malloc(sizeof(Named)));
        void *memory = named ? mmap(nullptr, sizeof(sem_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
        if (memory == MAP_FAILED) {
            free(named);
        } else {
            semaphore = static_cast<sem_t *>(memory);
            *named = {g_named, semaphore, status.st_dev, status.st_ino, 1};
            g_named = named;
        }
    }
    g_named_lock.unlock();
    return semaphore;
}

} // namespace

extern "C" {

int sem_init(sem_t *semaphore, int shared, unsigned value) {
    if (value > kValueMax)
        return failed(EINVAL);
    *semaphore = {};
    semaphore->__value = value;
    semaphore->__shared = shared != 0;
    return 0;
}
int sem_destroy(sem_t *) { return 0; }

int sem_wait(sem_t *semaphore) { return wait_until(semaphore, 0, nullptr); }
int sem_trywait(sem_t *semaphore) { return take(semaphore) ? 0 : failed(EAGAIN); }
int sem_timedwait(sem_t *__restrict semaphore, const timespec *__restrict until) {
    return wait_until(semaphore, kRealtime, until);
}
int sem_clockwait(sem_t *__restrict semaphore, clockid_t clock, const timespec *__restrict until) {
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return failed(EINVAL);
    return wait_until(semaphore, clock == CLOCK_REALTIME ? kRealtime : 0, until);
}

int sem_post(sem_t *semaphore) {
    // After the count has grown the semaphore may be gone: whoever it was made for may destroy it at once.
    int scope = semaphore->__shared ? 0 : kPrivate;
    unsigned value = __atomic_load_n(&semaphore->__value, __ATOMIC_RELAXED);
    do {
        if (value >= kValueMax)
            return failed(EOVERFLOW);
    } while (!__atomic_compare_exchange_n(&semaphore->__value, &value, value + 1, true, __ATOMIC_SEQ_CST,
                                          __ATOMIC_RELAXED));
    if (__atomic_load_n(&semaphore->__waiters, __ATOMIC_SEQ_CST) > 0)
        call(SYS_futex, &semaphore->__value, kWake | scope, 1);
    return 0;
}

int sem_getvalue(sem_t *__restrict semaphore, int *__restrict value) {
    *value = static_cast<int>(__atomic_load_n(&semaphore->__value, __ATOMIC_RELAXED));
    return 0;
}

sem_t *sem_open(const char *name, int flags, ...) {
    char path[NAME_MAX + 16];
    if (!path_of(name, path))
        return SEM_FAILED;
    mode_t mode = 0;
    unsigned value = 0;
    if (flags & O_CREAT) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        value = va_arg(arguments, unsigned);
        va_end(arguments);
        if (value > kValueMax) {
            errno = EINVAL;
            return SEM_FAILED;
        }
    }
    for (;;) {
        int fd = -1;
        if ((flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL))
            fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 && (flags & O_CREAT) && ((flags & O_EXCL) || errno == ENOENT)) {
            fd = create_file(path, mode, value);
            if (fd < 0 && errno == EEXIST && !(flags & O_EXCL))
                continue; // somebody was faster
        }
        if (fd < 0)
            return SEM_FAILED;
        sem_t *semaphore = attach(fd);
        int error = errno;
        close(fd);
        errno = error;
        return semaphore;
    }
}

int sem_close(sem_t *semaphore) {
    g_named_lock.lock();
    Named *gone = nullptr;
    bool is_known = false;
    for (Named **link = &g_named; *link; link = &(*link)->next) {
        if ((*link)->semaphore != semaphore)
            continue;
        is_known = true;
        if (--(*link)->users == 0) {
            gone = *link;
            *link = gone->next;
        }
        break;
    }
    g_named_lock.unlock();
    if (!is_known)
        return failed(EINVAL);
    if (gone) {
        munmap(semaphore, sizeof(sem_t));
        free(gone);
    }
    return 0;
}

int sem_unlink(const char *name) {
    char path[NAME_MAX + 16];
    if (!path_of(name, path))
        return -1;
    int result = unlink(path);
    if (result < 0 && errno == EPERM)
        errno = EACCES;
    return result;
}
}
