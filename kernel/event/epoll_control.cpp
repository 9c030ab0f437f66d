// epoll_ctl(2): items come and go; nesting is checked.
#include "event/epoll.h"

#include <algorithm>

#include "mm/frame.h"
#include "vfs/caller.h"

namespace martlet {
namespace {

/// Epolls above each other at most; also what callbacks nest.
constexpr u32 kMaximumLevels = 5;
u64 g_last_visit = 0; // under file_watch_mutex

} // namespace

/// A twenty-fifth of memory for one user, as Linux.
u64 epoll_watch_limit() {
    return total_memory_frames() * kPageSize / 25 / sizeof(EpollItem);
}

/// How many epolls are nested below this one. Items do not change under file_watch_mutex.
u32 Epoll::levels_below(u64 visit, const Epoll& forbidden, bool& is_circular) NO_THREAD_SAFETY_ANALYSIS {
    if (this == &forbidden) is_circular = true;
    if (is_circular || nested_items_ == 0) return 0;
    if (visit_ == visit) return known_depth_;
    u32 levels = 0;
    for (EpollItem* item = items_.first(); item; item = items_.next(*item))
        if (Epoll* nested = item->file.as<Epoll>())
            levels = std::max(levels, nested->levels_below(visit, forbidden, is_circular) + 1);
    visit_ = visit;
    known_depth_ = levels;
    return levels;
}

u32 Epoll::levels_above(u64 visit) {
    if (visit_ == visit) return known_depth_;
    u32 levels = 0;
    for (FileWatcher* watcher = first_watcher(); watcher; watcher = watcher->next_watcher())
        if (File* above = watcher->watching_file())
            levels = std::max(levels, above->as<Epoll>()->levels_above(visit) + 1);
    visit_ = visit;
    known_depth_ = levels;
    return levels;
}

Result<void> Epoll::check_nesting(Epoll& target) {
    bool is_circular = false;
    u32 below = target.levels_below(++g_last_visit, *this, is_circular);
    if (is_circular) return Error(Errno::ELOOP);
    u32 above = levels_above(++g_last_visit);
    if (above + 1 + below + 1 > kMaximumLevels) return Error(Errno::ELOOP);
    return {};
}

Result<void> Epoll::add(File& target, int fd, const EpollEvent& event) {
    MutexGuard watch_guard(file_watch_mutex);
    if (Epoll* nested = target.as<Epoll>()) TRY(check_nesting(*nested));
    return insert(target, fd, event);
}

Result<void> Epoll::insert(File& target, int fd, const EpollEvent& event) {
    MutexGuard guard(mutex_);
    if (find(target, fd)) return Error(Errno::EEXIST);
    Ref<UserAccount> account = current_credentials().account;
    if (account->epoll_items.load(std::memory_order_relaxed) >= epoll_watch_limit()) return Error(Errno::ENOSPC);
    EpollEvent wanted = {event.events | kPollErr | kPollHup, event.data};
    Own<EpollItem> made = TRY(make_own<EpollItem>(*this, target, fd, wanted));
    account->epoll_items.fetch_add(1, std::memory_order_relaxed);
    made->account = std::move(account);
    EpollItem& item = *made.release();
    items_.insert(item);
    target.add_watcher(item);
    if (target.as<Epoll>()) ++nested_items_;
    u32 ready;
    if (auto watched = item.watch_queues(ready); !watched) {
        discard(item);
        return watched;
    }
    if (ready) enqueue(item);
    return {};
}

Result<void> Epoll::modify(File& target, int fd, const EpollEvent& event) {
    MutexGuard guard(mutex_);
    EpollItem* item = find(target, fd);
    if (!item) return Error(Errno::ENOENT);
    if (item->has(kEpollExclusive)) return Error(Errno::EINVAL);
    item->data = event.data;
    // From here on callbacks see the new events; what happened before is asked for.
    item->events.store(event.events | kPollErr | kPollHup, std::memory_order_seq_cst);
    bool is_ready = (target.poll(nullptr) & item->wanted()) != 0;
    if (is_ready && !item->is_queued.load(std::memory_order_relaxed)) enqueue(*item);
    return {};
}

Result<void> Epoll::remove(File& target, int fd) {
    MutexGuard watch_guard(file_watch_mutex);
    MutexGuard guard(mutex_);
    EpollItem* item = find(target, fd);
    if (!item) return Error(Errno::ENOENT);
    discard(*item);
    return {};
}

} // namespace martlet
