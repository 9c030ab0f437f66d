// WaitQueue: threads that wait for a condition which somebody else makes true.
//
// Usual use:   waiter:  TRY(queue.wait([&] { return buffer_has_data(); }));
//              waker:   make the condition true, then queue.wake_all().
// The condition is evaluated without the queue's lock, possibly several times, and must not sleep (it may take
// spinlocks). No wake-up is lost: the waiter is on the queue before the last evaluation.
// A Waiter is told by a call instead: poll and epoll wait on many queues so. What happened is told as poll events.
// wake_* and announce are callable in any context, also under spinlocks of lower rank.
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

/// Whether an announcement goes to every waiter, or among the exclusive ones to the first that can use it.
enum class WaiterKind : u8 { Shared, Exclusive };

/// One interest in one queue; lives on the waiter's stack or in an epoll item. `notify` runs under the queue's lock, in
/// the waker's context, and must not sleep. It is told the poll events that were announced, 0 for any, and answers
/// whether it could use them (asked of exclusive waiters only).
class Waiter : NonCopyable {
public:
    using Notify = bool (*)(Waiter& waiter, u32 events);
    Waiter(Notify notify, void* owner, WaiterKind kind = WaiterKind::Shared)
        : notify_(notify), owner_(owner), kind_(kind) {}
    ~Waiter();
    void* owner() const { return owner_; }

private:
    friend class WaitQueue;
    Notify notify_;
    void* owner_;
    WaiterKind kind_;
    std::atomic<WaitQueue*> queue_ = nullptr;
    ListNode node_;
};

class WaitQueue : NonCopyable {
public:
    constexpr explicit WaitQueue(LockRank rank = LockRank::WaitQueue) : lock_(rank) {}
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

    void wake_one() { if (must_wake()) wake(1); }
    void wake_all() { if (must_wake()) wake(~0u); }
    /// Tells every shared waiter and one exclusive waiter that these poll events (vfs/poll.h) may hold now.
    void announce(u32 events) { if (must_wake()) tell(events); }

    void add(Waiter& waiter);
    /// Harmless when the waiter is not queued. After it returns, `notify` is not running.
    static void remove(Waiter& waiter);
    bool has_waiters() const { return has_waiters_.load(std::memory_order_seq_cst); }

private:
    Result<void> wait_erased(bool (*condition)(void*), void* context, WaitMode mode, Deadline deadline);
    /// The fence orders what the caller made true before the look at the waiters.
    bool must_wake() const {
        std::atomic_thread_fence(std::memory_order_seq_cst);
        return has_waiters();
    }
    void wake(u32 count);
    void tell(u32 events);

    SpinLock lock_;
    List<Waiter, &Waiter::node_> waiters_ GUARDED_BY(lock_);
    std::atomic<bool> has_waiters_ = false;
};

namespace wait_detail {
Result<void> sleep_until_true(bool (*condition)(void*), void* context, WaitMode mode, Deadline deadline);
}

/// Like WaitQueue::wait, for a waiter that its waker knows: who makes the condition true calls Scheduler::wake.
template <typename Condition>
[[nodiscard]] Result<void> sleep_until_true(Condition condition, WaitMode mode = WaitMode::Interruptible,
                                            Deadline deadline = Deadline::never()) {
    return wait_detail::sleep_until_true(
        [](void* context) { return static_cast<bool>((*static_cast<Condition*>(context))()); }, &condition,
        mode, deadline);
}

/// Sleeps until the deadline. kRestartSys if a signal arrives first.
[[nodiscard]] Result<void> sleep_until(Deadline deadline, WaitMode mode = WaitMode::Interruptible);

} // namespace martlet
