#include "vfs/file_locks.h"

#include "vfs/file_system.h"
#include "vfs/inode.h"

namespace martlet {
namespace {

/// Processes that wait for record locks, and for whom: the graph in which a new wait must not close a circle.
struct WaitEdge {
    ListNode node;
    int waiter = 0, holder = 0;
    u64 search = 0;           // the last search that reached it
    WaitEdge* next = nullptr; // of that search's list
};
SpinLock wait_graph_lock{LockRank::Leaf};
constinit List<WaitEdge, &WaitEdge::node> wait_graph GUARDED_BY(wait_graph_lock);

/// Whether `holder` waits, directly or through others, for `waiter`. A process with several threads may wait
/// several times.
bool would_deadlock(int waiter, int holder) REQUIRES(wait_graph_lock) {
    static u64 last_search GUARDED_BY(wait_graph_lock) = 0;
    u64 search = ++last_search;
    WaitEdge* pending = nullptr; // reached, but whom its holder waits for has not been looked at
    for (;;) {
        if (holder == waiter) return true;
        for (WaitEdge& edge : wait_graph) {
            if (edge.waiter != holder || edge.search == search) continue;
            edge.search = search;
            edge.next = pending;
            pending = &edge;
        }
        if (!pending) return false;
        holder = pending->holder;
        pending = pending->next;
    }
}

void free_all(List<RangeLock, &RangeLock::node>& list) {
    while (RangeLock* lock = list.pop_front()) delete lock;
}

} // namespace

/// Every inode that has or had locks.
struct FileLocksRegistry {
    SpinLock lock{LockRank::FdTable};
    List<FileLocks, &FileLocks::registry_node_> all GUARDED_BY(lock);
};
namespace {
FileLocksRegistry registry;
} // namespace

FileLocks::FileLocks(const Inode& inode) : device_(inode.super_block().device), inode_number_(inode.number()) {
    LockGuard guard(registry.lock);
    registry.all.push_back(*this);
}

void FileLocks::for_each(void (*visit)(void*, const RangeLock&, u64, u64), void* context) {
    LockGuard guard(registry.lock);
    for (FileLocks& each : registry.all) {
        LockGuard inner(each.lock_);
        for (const RangeLock& lock : each.locks_) visit(context, lock, each.device_, each.inode_number_);
    }
}

FileLocks::~FileLocks() {
    {
        LockGuard guard(registry.lock);
        registry_node_.unlink();
    }
    LockGuard guard(lock_);
    free_all(locks_);
}

Result<FileLocks*> FileLocks::of(Inode& inode) {
    if (FileLocks* locks = inode.locks.load(std::memory_order_acquire)) return locks;
    Own<FileLocks> fresh = TRY(make_own<FileLocks>(inode));
    FileLocks* expected = nullptr;
    if (inode.locks.compare_exchange_strong(expected, fresh.get(), std::memory_order_acq_rel)) return fresh.release();
    return expected;
}

RangeLock* FileLocks::conflict(const RangeLock& wanted) {
    for (RangeLock& held : locks_) {
        if (held.lock_class != wanted.lock_class || held.owner == wanted.owner) continue;
        if (held.start > wanted.end || held.end < wanted.start) continue;
        if (held.kind == LockKind::Exclusive || wanted.kind == LockKind::Exclusive) return &held;
    }
    return nullptr;
}

/// Cuts the owner's locks out of the range and, with `keep`, puts the wanted lock there. A cut in the middle needs one
/// spare, the new lock another.
void FileLocks::replace_range(const RangeLock& wanted, bool keep, RangeLock*& spare_one, RangeLock*& spare_two,
                              LockList& freed) {
    for (RangeLock& held : locks_) {
        if (held.lock_class != wanted.lock_class || !(held.owner == wanted.owner)) continue;
        if (held.start > wanted.end || held.end < wanted.start) continue;
        bool left = held.start < wanted.start, right = held.end > wanted.end;
        if (left && right) {
            RangeLock* rest = std::exchange(spare_one, nullptr);
            rest->owner = held.owner;
            rest->lock_class = held.lock_class;
            rest->kind = held.kind;
            rest->process_id = held.process_id;
            rest->start = wanted.end + 1;
            rest->end = held.end;
            held.end = wanted.start - 1;
            locks_.push_back(*rest);
            break; // one lock covered the whole range: no other touches it
        }
        if (left) {
            held.end = wanted.start - 1;
        } else if (right) {
            held.start = wanted.end + 1;
        } else {
            held.node.unlink();
            freed.push_back(held);
        }
    }
    if (!keep) return;
    u64 start = wanted.start, end = wanted.end;
    for (RangeLock& held : locks_) { // after the cut only neighbours can touch it: those of its kind join
        if (held.lock_class != wanted.lock_class || held.kind != wanted.kind || !(held.owner == wanted.owner)) continue;
        bool is_before = held.start < wanted.start && held.end + 1 == wanted.start;
        bool is_after = held.start > wanted.end && wanted.end + 1 == held.start;
        if (!is_before && !is_after) continue;
        if (is_before) start = held.start;
        else end = held.end;
        held.node.unlink();
        freed.push_back(held);
    }
    RangeLock* fresh = std::exchange(spare_two, nullptr);
    fresh->owner = wanted.owner;
    fresh->lock_class = wanted.lock_class;
    fresh->kind = wanted.kind;
    fresh->start = start;
    fresh->end = end;
    fresh->process_id = wanted.process_id;
    locks_.push_back(*fresh);
}

bool FileLocks::try_lock(const RangeLock& wanted, RangeLock*& spare_one, RangeLock*& spare_two,
                         LockList& freed, int& holder) {
    LockGuard guard(lock_);
    RangeLock* obstacle = conflict(wanted);
    if (obstacle) {
        holder = obstacle->owner.file ? 0 : obstacle->owner.process_id;
        return false;
    }
    replace_range(wanted, true, spare_one, spare_two, freed);
    return true;
}

Result<void> FileLocks::lock(const RangeLock& wanted, LockWait wait) {
    Own<RangeLock> first = TRY(make_own<RangeLock>());
    Own<RangeLock> second = TRY(make_own<RangeLock>());
    RangeLock* spare_one = first.release();
    RangeLock* spare_two = second.release();
    LockList freed;
    Result<void> result;
    for (;;) {
        u64 seen = release_count_.load(std::memory_order_acquire);
        int holder = 0;
        if (try_lock(wanted, spare_one, spare_two, freed, holder)) break;
        if (wait == LockWait::No) {
            result = Error(Errno::EAGAIN);
            break;
        }
        WaitEdge edge;
        edge.waiter = wanted.owner.process_id;
        edge.holder = holder;
        bool is_process_wait = !wanted.owner.file && holder != 0;
        if (is_process_wait) {
            LockGuard guard(wait_graph_lock);
            if (would_deadlock(edge.waiter, edge.holder)) {
                result = Error(Errno::EDEADLK);
                break;
            }
            wait_graph.push_back(edge);
        }
        result = released_.wait([&] { return release_count_.load(std::memory_order_acquire) != seen; });
        if (is_process_wait) {
            LockGuard guard(wait_graph_lock);
            edge.node.unlink();
        }
        if (!result) break;
    }
    delete spare_one;
    delete spare_two;
    if (result && wanted.kind == LockKind::Shared) { // a conversion may have weakened a lock
        release_count_.fetch_add(1, std::memory_order_acq_rel);
        released_.wake_all();
    }
    free_all(freed);
    return result;
}

Result<void> FileLocks::unlock(const LockOwner& owner, LockClass lock_class, u64 start, u64 end) {
    Own<RangeLock> spare = TRY(make_own<RangeLock>());
    RangeLock* spare_one = spare.release();
    RangeLock* none = nullptr;
    RangeLock wanted;
    wanted.owner = owner;
    wanted.lock_class = lock_class;
    wanted.start = start;
    wanted.end = end;
    LockList freed;
    {
        LockGuard guard(lock_);
        replace_range(wanted, false, spare_one, none, freed);
    }
    delete spare_one;
    free_all(freed);
    release_count_.fetch_add(1, std::memory_order_acq_rel);
    released_.wake_all();
    return {};
}

bool FileLocks::find_conflict(const RangeLock& wanted, RangeLock& found) {
    LockGuard guard(lock_);
    RangeLock* obstacle = conflict(wanted);
    if (!obstacle) return false;
    found.owner = obstacle->owner;
    found.kind = obstacle->kind;
    found.start = obstacle->start;
    found.end = obstacle->end;
    found.process_id = obstacle->process_id;
    return true;
}

bool FileLocks::holds_other_kind(const RangeLock& wanted) {
    LockGuard guard(lock_);
    for (RangeLock& held : locks_)
        if (held.lock_class == wanted.lock_class && held.owner == wanted.owner && held.kind != wanted.kind) return true;
    return false;
}

void FileLocks::release_owner(const LockOwner& owner) {
    LockList freed;
    {
        LockGuard guard(lock_);
        for (RangeLock& held : locks_) {
            if (!(held.owner == owner)) continue;
            held.node.unlink();
            freed.push_back(held);
        }
    }
    if (freed.is_empty()) return;
    free_all(freed);
    release_count_.fetch_add(1, std::memory_order_acq_rel);
    released_.wake_all();
}

} // namespace martlet
