// Mutex: a sleeping lock with one owner. A waiter spins for a moment while the owner runs on another CPU.
// May not be taken under a spinlock or in interrupt context.
#pragma once
#include "sync/spinlock.h"
#include "sync/wait_queue.h"

namespace martlet {

class CAPABILITY("mutex") Mutex : NonCopyable {
public:
    constexpr explicit Mutex(LockRank rank) : rank_(rank) {}
    void lock() ACQUIRE();
    void unlock() RELEASE();
    [[nodiscard]] bool try_lock() TRY_ACQUIRE(true);
    bool is_held_by_current_thread() const;
    LockRank rank() const { return rank_; }

private:
    void wait_for_owner(Thread* self);
    bool take_while_owner_runs(Thread* self);

    std::atomic<Thread*> owner_ = nullptr;
    WaitQueue waiters_;
    const LockRank rank_;
};

class SCOPED_CAPABILITY MutexGuard : NonCopyable {
public:
    explicit MutexGuard(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
    ~MutexGuard() RELEASE() { mutex_.unlock(); }

private:
    Mutex& mutex_;
};

} // namespace martlet
