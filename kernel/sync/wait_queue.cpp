// Waiting and waking. A Waiter is on a queue's list exactly while queue_ points at the queue; both change under the
// queue's lock.
#include "sync/wait_queue.h"

#include "sched/scheduler.h"
#include "time/clock.h"
#include "time/timer.h"

namespace martlet {

Waiter::~Waiter() { WaitQueue::remove(*this); }

WaitQueue::~WaitQueue() { DEBUG_ASSERT(!has_waiters()); }

void WaitQueue::add(Waiter& waiter) {
    IrqLockGuard guard(lock_);
    waiter.queue_.store(this, std::memory_order_relaxed);
    waiters_.push_back(waiter);
    // Sequentially consistent: a waker that made the condition true before this sees no waiter, and then our
    // evaluation of the condition, which follows, sees what it wrote.
    has_waiters_.store(true, std::memory_order_seq_cst);
}

void WaitQueue::remove(Waiter& waiter) {
    WaitQueue* queue = waiter.queue_.load(std::memory_order_acquire);
    if (!queue) return;
    IrqLockGuard guard(queue->lock_);
    if (waiter.queue_.load(std::memory_order_relaxed) != queue) return;
    waiter.node_.unlink();
    waiter.queue_.store(nullptr, std::memory_order_relaxed);
    queue->has_waiters_.store(!queue->waiters_.is_empty(), std::memory_order_relaxed);
}

void WaitQueue::wake(u32 count) {
    IrqLockGuard guard(lock_);
    for (Waiter& waiter : waiters_) {
        if (count-- == 0) break;
        (void)waiter.notify_(waiter, 0);
    }
}

void WaitQueue::tell(u32 events) {
    IrqLockGuard guard(lock_);
    bool is_used = false; // by an exclusive waiter
    for (Waiter& waiter : waiters_) {
        bool is_exclusive = waiter.kind_ == WaiterKind::Exclusive;
        if (is_exclusive && is_used) continue;
        bool used = waiter.notify_(waiter, events);
        is_used |= is_exclusive && used;
    }
}

namespace {

bool wake_owner(Waiter& waiter, u32) { return Scheduler::wake(*static_cast<Thread*>(waiter.owner())); }

void wake_from_timer(Timer&, void* thread) { Scheduler::wake(*static_cast<Thread*>(thread)); }

bool is_interrupted(const Thread& thread, WaitMode mode) {
    if (mode == WaitMode::Uninterruptible) return false;
    return thread.has_work(mode == WaitMode::Killable ? ThreadWork::KillPending : ThreadWork::SignalPending);
}

} // namespace

/// The sleep loop shared by queues and plain sleeps; the caller has arranged for wake-ups.
Result<void> wait_detail::sleep_until_true(bool (*condition)(void*), void* context, WaitMode mode, Deadline deadline) {
    might_sleep();
    Thread* self = current_thread();
    Timer timer(wake_from_timer, self);
    Waiter clock_steps(wake_owner, self);
    if (deadline.is_realtime()) clock_step_queue().add(clock_steps);
    ThreadState state = mode == WaitMode::Interruptible ? ThreadState::Interruptible
                        : mode == WaitMode::Killable    ? ThreadState::Killable
                                                        : ThreadState::Uninterruptible;
    for (;;) {
        Scheduler::set_state(state);
        bool is_true = condition(context);
        bool timed_out = !is_true && deadline.has_passed();
        bool interrupted = !is_true && is_interrupted(*self, mode);
        if (is_true || timed_out || interrupted) {
            Scheduler::set_state(ThreadState::Runnable);
            if (is_true) return {};
            return Error(interrupted ? Errno::kRestartSys : Errno::ETIMEDOUT);
        }
        Deadline due = deadline.now_seen();
        if (!due.is_never() && (due.is_realtime() || !timer.is_pending())) timer.arm(due.monotonic_ns);
        Scheduler::schedule();
    }
}

Result<void> WaitQueue::wait_erased(bool (*condition)(void*), void* context, WaitMode mode, Deadline deadline) {
    might_sleep();
    if (condition(context)) return {};
    Waiter waiter(wake_owner, current_thread());
    add(waiter);
    return wait_detail::sleep_until_true(condition, context, mode, deadline);
}

Result<void> sleep_until(Deadline deadline, WaitMode mode) {
    Result<void> result = sleep_until_true([] { return false; }, mode, deadline);
    if (!result && result.error() == Errno::ETIMEDOUT) return {};
    return result;
}

} // namespace martlet
