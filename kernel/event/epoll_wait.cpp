// Taking events from an epoll (epoll_wait(2)).
#include "event/epoll.h"

namespace martlet {

/// Asks the queued files and tells of those that are ready. Level-triggered items go to the end of the list
/// again, behind whatever was not looked at, so that a few busy files do not hide the others. What stays is
/// for the other sleepers; pollers heard of it when it was queued.
[[gnu::always_inline]] inline Result<u32> Epoll::deliver(UserPtr<EpollEvent> events, u32 capacity) {
    MutexGuard guard(mutex_);
    collect_arrived();
    ReadyList batch;
    batch.splice_back(ready_);
    u32 count = 0;
    bool has_faulted = false;
    while (count < capacity) {
        EpollItem* item = take(batch);
        if (!item) break;
        u32 ready = item->file.poll(nullptr) & item->wanted();
        if (!ready) continue;
        has_faulted = !(events + count).store({ready, item->data});
        bool stays = has_faulted || !item->has(kEpollEdge | kEpollOneShot);
        if (stays && must_queue(*item)) ready_.push_back(*item);
        if (has_faulted) break;
        if (item->has(kEpollOneShot))
            item->events.fetch_and(kEpollExclusive | kEpollWakeUp | kEpollOneShot | kEpollEdge,
                                   std::memory_order_relaxed);
        ++count;
    }
    batch.splice_back(ready_);
    ready_.splice_back(batch);
    note_ready();
    if (sleepers_.has_waiters() && has_ready()) sleepers_.wake_one();
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
