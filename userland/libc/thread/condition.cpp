// Condition variables, read-write locks, barriers (POSIX.1-2017), over futex words.
#include "sysdep/syscall.hpp"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <time.h>

using libc::call;

namespace {

constexpr int kWait = 0, kWake = 1, kWaitBitset = 9, kRealtime = 256;

} // namespace

extern "C" {

int pthread_condattr_init(pthread_condattr_t *attributes) {
    *attributes = {};
    return 0;
}
int pthread_condattr_destroy(pthread_condattr_t *) { return 0; }
int pthread_condattr_setclock(pthread_condattr_t *attributes, clockid_t clock) {
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return EINVAL;
    attributes->__word = static_cast<unsigned>(clock);
    return 0;
}
int pthread_condattr_getclock(const pthread_condattr_t *__restrict attributes, clockid_t *__restrict clock) {
    *clock = static_cast<clockid_t>(attributes->__word);
    return 0;
}

int pthread_cond_init(pthread_cond_t *__restrict condition, const pthread_condattr_t *__restrict attributes) {
    *condition = {};
    if (attributes)
        condition->__clock = static_cast<int>(attributes->__word);
    return 0;
}
int pthread_cond_destroy(pthread_cond_t *) { return 0; }

// The sequence number read under the mutex makes a signal between unlock and wait visible: the word has changed.
int pthread_cond_timedwait(pthread_cond_t *__restrict condition, pthread_mutex_t *__restrict mutex,
                           const timespec *__restrict until) {
    int sequence = __atomic_load_n(&condition->__sequence, __ATOMIC_RELAXED);
    __atomic_fetch_add(&condition->__waiters, 1, __ATOMIC_SEQ_CST);
    if (int error = pthread_mutex_unlock(mutex)) {
        __atomic_fetch_sub(&condition->__waiters, 1, __ATOMIC_RELAXED);
        return error;
    }
    int operation = kWaitBitset | (condition->__clock == CLOCK_REALTIME ? kRealtime : 0);
    long result = call(SYS_futex, &condition->__sequence, operation, sequence, until, nullptr, -1);
    __atomic_fetch_sub(&condition->__waiters, 1, __ATOMIC_RELAXED);
    pthread_mutex_lock(mutex);
    return result == -ETIMEDOUT || result == -EINVAL ? static_cast<int>(-result) : 0;
}

int pthread_cond_wait(pthread_cond_t *__restrict condition, pthread_mutex_t *__restrict mutex) {
    return pthread_cond_timedwait(condition, mutex, nullptr);
}

static void wake(pthread_cond_t *condition, int count) {
    __atomic_fetch_add(&condition->__sequence, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&condition->__waiters, __ATOMIC_SEQ_CST) > 0)
        call(SYS_futex, &condition->__sequence, kWake, count);
}

int pthread_cond_signal(pthread_cond_t *condition) {
    wake(condition, 1);
    return 0;
}
int pthread_cond_broadcast(pthread_cond_t *condition) {
    wake(condition, INT_MAX);
    return 0;
}

// State: the number of readers, or -1 for a writer.
int pthread_rwlock_init(pthread_rwlock_t *__restrict lock, const pthread_rwlockattr_t *__restrict) {
    *lock = {};
    return 0;
}
int pthread_rwlock_destroy(pthread_rwlock_t *) { return 0; }

int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock) {
    int state = __atomic_load_n(&lock->__state, __ATOMIC_RELAXED);
    while (state >= 0) {
        if (state == INT_MAX)
            return EAGAIN;
        if (__atomic_compare_exchange_n(&lock->__state, &state, state + 1, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return 0;
    }
    return EBUSY;
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *lock) {
    int free = 0;
    return __atomic_compare_exchange_n(&lock->__state, &free, -1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)
               ? 0
               : EBUSY;
}

static int wait_for(pthread_rwlock_t *lock, int (*attempt)(pthread_rwlock_t *)) {
    int result;
    while ((result = attempt(lock)) == EBUSY) {
        __atomic_fetch_add(&lock->__waiters, 1, __ATOMIC_SEQ_CST);
        int state = __atomic_load_n(&lock->__state, __ATOMIC_SEQ_CST);
        if (state != 0)
            call(SYS_futex, &lock->__state, kWait, state, nullptr);
        __atomic_fetch_sub(&lock->__waiters, 1, __ATOMIC_SEQ_CST);
    }
    return result;
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock) { return wait_for(lock, pthread_rwlock_tryrdlock); }
int pthread_rwlock_wrlock(pthread_rwlock_t *lock) { return wait_for(lock, pthread_rwlock_trywrlock); }

int pthread_rwlock_unlock(pthread_rwlock_t *lock) {
    int state = __atomic_load_n(&lock->__state, __ATOMIC_RELAXED), next;
    do
        next = state < 0 ? 0 : state - 1;
    while (!__atomic_compare_exchange_n(&lock->__state, &state, next, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
    if (next == 0 && __atomic_load_n(&lock->__waiters, __ATOMIC_SEQ_CST) > 0)
        call(SYS_futex, &lock->__state, kWake, INT_MAX);
    return 0;
}

int pthread_barrier_init(pthread_barrier_t* __restrict barrier, const pthread_barrierattr_t* __restrict,
                         unsigned count) {
    if (count == 0)
        return EINVAL;
    *barrier = {};
    barrier->__limit = count;
    return 0;
}
int pthread_barrier_destroy(pthread_barrier_t *) { return 0; }

int pthread_barrier_wait(pthread_barrier_t *barrier) {
    int generation = __atomic_load_n(&barrier->__generation, __ATOMIC_ACQUIRE);
    if (static_cast<unsigned>(__atomic_add_fetch(&barrier->__arrived, 1, __ATOMIC_ACQ_REL)) == barrier->__limit) {
        __atomic_store_n(&barrier->__arrived, 0, __ATOMIC_RELAXED);
        __atomic_fetch_add(&barrier->__generation, 1, __ATOMIC_RELEASE);
        call(SYS_futex, &barrier->__generation, kWake, INT_MAX);
        return PTHREAD_BARRIER_SERIAL_THREAD;
    }
    while (__atomic_load_n(&barrier->__generation, __ATOMIC_ACQUIRE) == generation)
        call(SYS_futex, &barrier->__generation, kWait, generation, nullptr);
    return 0;
}
}
