// Mutexes, once, spin locks (POSIX.1-2017): a futex word with 0 free, 1 held, 2 held and waited for.
#include "internal/thread.hpp"
#include "sysdep/syscall.hpp"

#include <errno.h>
#include <pthread.h>

using libc::call;

namespace {

constexpr int kWait = 0, kWake = 1, kPrivate = 128, kWaitBitset = 9, kRealtime = 256;

int flags_of(const pthread_mutex_t *mutex) { return mutex->__kind & 0x80 ? 0 : kPrivate; }
int type_of(const pthread_mutex_t *mutex) { return static_cast<int>(mutex->__kind & 3); }

bool take(pthread_mutex_t *mutex) {
    int free = 0;
    return __atomic_compare_exchange_n(&mutex->__state, &free, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

// What a thread that holds the mutex already is told; 0 if it does not, -1 if it has it once more.
int held_by_self(pthread_mutex_t *mutex, int answer) {
    int type = type_of(mutex);
    if (type == PTHREAD_MUTEX_NORMAL || mutex->__owner != libc::current_thread()->tid)
        return 0;
    if (type == PTHREAD_MUTEX_ERRORCHECK)
        return answer;
    if (mutex->__count == ~0u)
        return EAGAIN;
    mutex->__count++;
    return -1;
}

int lock(pthread_mutex_t *mutex, const timespec *until) {
    if (int held = held_by_self(mutex, EDEADLK))
        return held < 0 ? 0 : held;
    if (!take(mutex)) {
        while (__atomic_exchange_n(&mutex->__state, 2, __ATOMIC_ACQUIRE) != 0) {
            long result = call(SYS_futex, &mutex->__state, kWaitBitset | kRealtime | flags_of(mutex), 2,
                               until, nullptr, -1);
            if (result == -ETIMEDOUT || result == -EINVAL)
                return static_cast<int>(-result);
        }
    }
    if (type_of(mutex) != PTHREAD_MUTEX_NORMAL)
        mutex->__owner = libc::current_thread()->tid;
    return 0;
}

} // namespace

extern "C" {

int pthread_mutex_init(pthread_mutex_t *__restrict mutex, const pthread_mutexattr_t *__restrict attributes) {
    *mutex = {};
    if (attributes)
        mutex->__kind = attributes->__word;
    return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex) { return mutex->__state ? EBUSY : 0; }
int pthread_mutex_lock(pthread_mutex_t *mutex) { return lock(mutex, nullptr); }

int pthread_mutex_timedlock(pthread_mutex_t *__restrict mutex, const timespec *__restrict until) {
    return lock(mutex, until);
}

int pthread_mutex_trylock(pthread_mutex_t *mutex) {
    if (int held = held_by_self(mutex, EBUSY))
        return held < 0 ? 0 : held;
    if (!take(mutex))
        return EBUSY;
    if (type_of(mutex) != PTHREAD_MUTEX_NORMAL)
        mutex->__owner = libc::current_thread()->tid;
    return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex) {
    if (type_of(mutex) != PTHREAD_MUTEX_NORMAL) {
        if (mutex->__owner != libc::current_thread()->tid)
            return EPERM;
        if (mutex->__count > 0) {
            mutex->__count--;
            return 0;
        }
        mutex->__owner = 0;
    }
    int flags = flags_of(mutex);
    if (__atomic_exchange_n(&mutex->__state, 0, __ATOMIC_RELEASE) == 2)
        call(SYS_futex, &mutex->__state, kWake | flags, 1);
    return 0;
}

int pthread_mutexattr_init(pthread_mutexattr_t *attributes) {
    *attributes = {};
    return 0;
}
int pthread_mutexattr_destroy(pthread_mutexattr_t *) { return 0; }
int pthread_mutexattr_settype(pthread_mutexattr_t *attributes, int type) {
    if (type < PTHREAD_MUTEX_NORMAL || type > PTHREAD_MUTEX_ERRORCHECK)
        return EINVAL;
    attributes->__word = (attributes->__word & ~3u) | static_cast<unsigned>(type);
    return 0;
}
int pthread_mutexattr_gettype(const pthread_mutexattr_t *__restrict attributes, int *__restrict type) {
    *type = static_cast<int>(attributes->__word & 3);
    return 0;
}
int pthread_mutexattr_setpshared(pthread_mutexattr_t *attributes, int shared) {
    if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED)
        return EINVAL;
    attributes->__word = (attributes->__word & ~0x80u) | (shared ? 0x80u : 0u);
    return 0;
}
int pthread_mutexattr_getpshared(const pthread_mutexattr_t *__restrict attributes, int *__restrict shared) {
    *shared = attributes->__word & 0x80 ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE;
    return 0;
}

// 0 new, 1 running, 2 running and waited for, 3 done.
int pthread_once(pthread_once_t *once, void (*function)()) {
    for (;;) {
        int state = 0;
        if (__atomic_compare_exchange_n(once, &state, 1, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            function();
            if (__atomic_exchange_n(once, 3, __ATOMIC_RELEASE) == 2)
                call(SYS_futex, once, kWake | kPrivate, 0x7fffffff);
            return 0;
        }
        if (state == 3)
            return 0;
        if (state == 1)
            __atomic_compare_exchange_n(once, &state, 2, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
        call(SYS_futex, once, kWait | kPrivate, 2, nullptr);
    }
}

int pthread_spin_init(pthread_spinlock_t *lock_word, int) {
    *lock_word = 0;
    return 0;
}
int pthread_spin_destroy(pthread_spinlock_t *) { return 0; }
int pthread_spin_trylock(pthread_spinlock_t *lock_word) {
    return __atomic_exchange_n(lock_word, 1, __ATOMIC_ACQUIRE) ? EBUSY : 0;
}
int pthread_spin_lock(pthread_spinlock_t *lock_word) {
    while (pthread_spin_trylock(lock_word))
        __builtin_ia32_pause();
    return 0;
}
int pthread_spin_unlock(pthread_spinlock_t *lock_word) {
    __atomic_store_n(lock_word, 0, __ATOMIC_RELEASE);
    return 0;
}
}
