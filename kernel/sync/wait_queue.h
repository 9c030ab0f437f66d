// WaitQueue: threads that wait for a condition which somebody else makes true.
//
// Usual use:   waiter:  TRY(queue.wait([&] { return buffer_has_data(); }));
//              waker:   make the condition true, then queue.wake_all().
// The condition is evaluated without the queue's lock, possibly several times, and must not sleep (it may take
// spinlocks). No wake-up is lost: the waiter is on the queue before the last evaluation.
// wake_* are callable in any context, also under spinlocks of lower rank.
#pragma once
#include "base/list.h"
#include "base/result.h"
#include "sync/spinlock.h"
#include "time/deadline.h"

namespace martlet {

class Thread;
class WaitQueue;

/// Whether a signal ends the wait with kRestartSys (the caller may turn that into another restart code or EINTR).
enum class WaitMode : u8 { Interruptible, Uninterruptible, Killable };

/// One interest in one queue; lives on the waiter's stack or in an epoll item. `notify` runs under the queue's lock, in
/// the waker's context, and must not sleep.
class Waiter : NonCopyable {
public:
    using Notify = void (*)(Waiter& waiter);
    Waiter(Notify notify, void* owner) : notify_(notify), owner_(owner) {}
    ~Waiter();
    void* owner() const { return owner_; }

private:
    friend class WaitQueue;
    Notify notify_;
    void* owner_;
    std::atomic<WaitQueue*> queue_ = nullptr;
    ListNode node_;
};

class WaitQueue : NonCopyable {
public:
    ~WaitQueue();

    /// Blocks until `condition()` is true. Errors: kRestartSys (a signal is pending and the mode allows it),
    /// ETIMEDOUT (the deadline passed and the condition is still false).
    template <typename Condition>
    [[nodiscard]] Result<void> wait(Condition condition, WaitMode mode = WaitMode::Interruptible,
                                    Deadline deadline = Deadline::never()) {
        return wait_erased([](void* context) { return static_cast<bool>((*static_cast<Condition*>(context))()); },
                           &condition, mode, deadline);
    }
    template <typename Condition> void wait_uninterruptible(Condition condition) {
        (void)wait(condition, WaitMode::Uninterruptible);
    }

    void wake_one() { wake(1); }
    void wake_all() { wake(~0u); }

    void add(Waiter& waiter);
    /// Harmless when the waiter is not queued. After it returns, `notify` is not running.
    static void remove(Waiter& waiter);
    bool has_waiters() const { return has_waiters_.load(std::memory_order_seq_cst); }

private:
    Result<void> wait_erased(bool (*condition)(void*), void* context, WaitMode mode, Deadline deadline);
    void wake(u32 count);

    SpinLock lock_{LockRank::WaitQueue};
    List<Waiter, &Waiter::node_> waiters_ GUARDED_BY(lock_);
    std::atomic<bool> has_waiters_ = false;
};

/// Sleeps until the deadline. kRestartSys if a signal arrives first.
[[nodiscard]] Result<void> sleep_until(Deadline deadline, WaitMode mode = WaitMode::Interruptible);

} // namespace martlet
