// Taking events from an epoll (epoll_wait(2)).
#include "event/epoll.h"

namespace martlet {

/// Asks the queued files and tells of those that are ready. Level-triggered items go to the end of the list again, behind
/// whatever was not looked at, so that a few busy files do not hide the others.
Result<u32> Epoll::deliver(UserPtr<EpollEvent> events, u32 capacity) {
    MutexGuard guard(mutex_);
    ReadyList batch, again;
    {
        IrqLockGuard ready_guard(lock_);
        batch.splice_back(ready_);
        has_ready_.store(false, std::memory_order_relaxed);
    }
    u32 count = 0;
    bool has_faulted = false;
    while (count < capacity) {
        EpollItem* item = batch.pop_front();
        if (!item) break;
        item->is_queued.store(false, std::memory_order_seq_cst); // what happens from here on queues it again
        u32 ready = item->file.poll(nullptr) & item->wanted();
        if (!ready) continue;
        has_faulted = !(events + count).store({ready, item->data});
        bool stays = has_faulted || !item->has(kEpollEdge | kEpollOneShot);
        if (stays && !item->is_queued.exchange(true, std::memory_order_acq_rel)) again.push_back(*item);
        if (has_faulted) break;
        if (item->has(kEpollOneShot))
            item->events.fetch_and(kEpollExclusive | kEpollWakeUp | kEpollOneShot | kEpollEdge, std::memory_order_relaxed);
        ++count;
    }
    bool leaves_some;
    {
        IrqLockGuard ready_guard(lock_);
        batch.splice_back(ready_);
        batch.splice_back(again);
        ready_.splice_back(batch);
        leaves_some = !ready_.is_empty();
        has_ready_.store(leaves_some, std::memory_order_release);
    }
    if (leaves_some) tell_waiters();
    if (count == 0 && has_faulted) return Error(Errno::EFAULT);
    return count;
}

Result<u32> Epoll::wait(UserPtr<EpollEvent> events, u32 capacity, Deadline deadline) {
    for (;;) {
        if (has_ready()) {
            u32 count = TRY(deliver(events, capacity));
            if (count > 0) return count;
        }
        if (deadline.monotonic_ns == 0) return 0;
        auto waited = sleepers_.wait([this] { return has_ready(); }, WaitMode::Interruptible, deadline);
        if (waited) continue;
        if (waited.error() == Errno::ETIMEDOUT) return 0;
        return Error(Errno::EINTR);
    }
}

} // namespace martlet
