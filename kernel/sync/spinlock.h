// SpinLock: short critical sections; nothing under one may sleep (debug kernels check).
//
// Two ways to take it. `LockGuard` disables preemption: for data that no interrupt handler touches.
// `IrqLockGuard` also disables interrupts: for data that an interrupt handler may touch; then every user must
// take it so. Waiters are not served in order: in an emulator or under a hypervisor the one whose turn it is
// may not be running, and all would wait for it. Sections are short, so nobody starves.
#pragma once
#include <atomic>

#include "arch/cpu.h"
#include "base/types.h"
#include "sync/lock_rank.h"
#include "sync/preempt.h"
#include "sync/thread_annotations.h"

namespace martlet {

#ifdef MARTLET_DEBUG
/// Checks the rank against the locks that this CPU holds, and remembers it / forgets it (sync/lock_check.cpp).
void note_spinlock_acquired(LockRank rank);
void note_spinlock_released(LockRank rank);
#else
inline void note_spinlock_acquired(LockRank) {}
inline void note_spinlock_released(LockRank) {}
#endif

class CAPABILITY("spinlock") SpinLock : NonCopyable {
public:
    constexpr explicit SpinLock(LockRank rank) : rank_(rank) {}

    void lock() ACQUIRE() {
        preempt_disable();
        note_spinlock_acquired(rank_);
        while (is_locked_.exchange(true, std::memory_order_acquire)) [[unlikely]]
            while (is_locked_.load(std::memory_order_relaxed)) cpu_relax();
    }
    void unlock() RELEASE() {
        unlock_without_preemption();
        preempt_enable();
    }
    [[nodiscard]] bool try_lock() TRY_ACQUIRE(true) {
        preempt_disable();
        if (!is_locked_.exchange(true, std::memory_order_acquire)) {
            note_spinlock_acquired(rank_);
            return true;
        }
        preempt_enable();
        return false;
    }
    /// Whether some CPU holds it: for assertions only.
    bool is_locked() const { return is_locked_.load(std::memory_order_relaxed); }
    LockRank rank() const { return rank_; }

private:
    friend class IrqLockGuard;
    friend class Scheduler;
    /// Frees the lock but leaves preemption off, so that interrupts can come back on first.
    void unlock_without_preemption() RELEASE() {
        note_spinlock_released(rank_);
        is_locked_.store(false, std::memory_order_release);
    }

    std::atomic<bool> is_locked_{false};
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
        lock_.unlock_without_preemption();
        irq_restore(state_);
        preempt_enable();
    }

private:
    SpinLock& lock_;
    u64 state_;
};

} // namespace martlet
