// SpinLock: short critical sections; nothing under one may sleep (debug kernels check).
//
// Two ways to take it. `LockGuard` disables preemption: for data that no interrupt handler touches.
// `IrqLockGuard` also disables interrupts: for data that an interrupt handler may touch; then every user must take it so.
// A ticket lock: waiters are served in order.
#pragma once
#include <atomic>

#include "arch/cpu.h"
#include "base/types.h"
#include "sync/lock_rank.h"
#include "sync/thread_annotations.h"

namespace martlet {

class CAPABILITY("spinlock") SpinLock : NonCopyable {
public:
    constexpr explicit SpinLock(LockRank rank) : rank_(rank) {}

    void lock() ACQUIRE();
    void unlock() RELEASE();
    [[nodiscard]] bool try_lock() TRY_ACQUIRE(true);
    /// Whether some CPU holds it: for assertions only.
    bool is_locked() const { return next_.load(std::memory_order_relaxed) != serving_.load(std::memory_order_relaxed); }
    LockRank rank() const { return rank_; }

private:
    std::atomic<u32> next_{0};
    std::atomic<u32> serving_{0};
    const LockRank rank_;
};

class SCOPED_CAPABILITY LockGuard : NonCopyable {
public:
    explicit LockGuard(SpinLock& lock) ACQUIRE(lock) : lock_(lock) { lock_.lock(); }
    ~LockGuard() RELEASE() { lock_.unlock(); }

private:
    SpinLock& lock_;
};

class SCOPED_CAPABILITY IrqLockGuard : NonCopyable {
public:
    explicit IrqLockGuard(SpinLock& lock) ACQUIRE(lock) : lock_(lock), state_(irq_save()) { lock_.lock(); }
    ~IrqLockGuard() RELEASE() {
        lock_.unlock();
        irq_restore(state_);
    }

private:
    SpinLock& lock_;
    u64 state_;
};

/// Preemption off for a scope, without a lock: keeps this_cpu() stable.
class PreemptGuard : NonCopyable {
public:
    PreemptGuard();
    ~PreemptGuard();
};

/// Debug kernels: panics when called with preemption disabled. Every function that may sleep calls it first.
#ifdef MARTLET_DEBUG
void might_sleep();
#else
inline void might_sleep() {}
#endif

} // namespace martlet
