// A mutual-exclusion lock for the library's own state: one word, a futex when contended, and a plain load and
// no atomic instruction while the process has one thread. 0 free, 1 held, 2 held and waited for.
#pragma once

#include "internal/thread.hpp"
#include "sysdep/syscall.hpp"

namespace libc {

class Lock {
public:
    constexpr Lock() = default;
    void lock() {
        if (!g_multithreaded)
            return;
        int expected = 0;
        if (!__atomic_compare_exchange_n(&word_, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            lock_slow();
    }
    void unlock() {
        if (__atomic_load_n(&word_, __ATOMIC_RELAXED) == 0)
            return; // taken while the process had one thread
        if (__atomic_exchange_n(&word_, 0, __ATOMIC_RELEASE) == 2)
            call(SYS_futex, &word_, 1 | 128, 1);
    }

private:
    void lock_slow() {
        while (__atomic_exchange_n(&word_, 2, __ATOMIC_ACQUIRE) != 0)
            call(SYS_futex, &word_, 0 | 128, 2, nullptr);
    }
    int word_ = 0;
};

class LockGuard {
public:
    explicit LockGuard(Lock &lock) : lock_(lock) { lock_.lock(); }
    ~LockGuard() { lock_.unlock(); }
    LockGuard(const LockGuard &) = delete;
    LockGuard &operator=(const LockGuard &) = delete;

private:
    Lock &lock_;
};

} // namespace libc
