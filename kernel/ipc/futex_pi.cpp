// Futexes with priority inheritance: FUTEX_LOCK_PI and its relatives (futex(2), Linux Documentation:
// pi-futex).
//
// The kernel knows a lock (PiLock) only while somebody waits for it: as an entry in the futex table, with its
// owner and the waiters in line, the most urgent first; the owner runs with their priority. Unlocking hands
// the lock over: the next in line owns it, and the word says so, before it is woken. When the owner dies, the
// next in line becomes the owner and corrects the word itself (`heir`), since only it has the address.
// Everything here, the words included, is under one mutex: this is the slow path of a lock that is contended.
#include <algorithm>
#include <optional>

#include "arch/user_copy.h"
#include "ipc/futex_table.h"
#include "proc/process_info.h"
#include "proc/task.h"
#include "sched/scheduler.h"
#include "sync/mutex.h"
#include "sync/wait_queue.h"

namespace martlet {

namespace {

Mutex g_mutex{LockRank::PiFutex};

struct PiWaiter : NonCopyable {
    explicit PiWaiter(Task& waiting) : task(waiting) {}
    ListNode node; // of PiLock::waiters
    Task& task;
    PiLock* lock = nullptr; // waited for; of an heir: inherited
    std::atomic<bool> is_owner = false;
    bool is_heir = false;
};

/// In FUTEX_WAIT_REQUEUE_PI: on its word's list until it is moved to the lock. Never woken by the table.
struct RequeueWaiter : FutexEntry {
    RequeueWaiter(Task& task, const FutexKey& lock_key)
        : FutexEntry(FutexEntryKind::RequeueWaiter, &task), target(lock_key), place(task) {}
    FutexKey target;
    PiWaiter place;
};

} // namespace

/// Exists while it has waiters or an heir.
class PiLock : public FutexEntry {
public:
    explicit PiLock(HeldFutexKey key) : FutexEntry(FutexEntryKind::PiLock, nullptr), held(std::move(key)) {}
    HeldFutexKey held;
    Ref<Task> owner;
    PiLock* next_owned = nullptr; // by the same task
    PiWaiter* heir = nullptr;     // has inherited from a dead owner and not yet corrected the word
    List<PiWaiter, &PiWaiter::node> waiters;
};

namespace {

u32 own_id() { return static_cast<u32>(current_task().thread_id()); }

void set_owner(PiLock& lock, Task* owner) REQUIRES(g_mutex) {
    if (lock.owner) {
        PiLock* first = lock.owner->pi.owned.load();
        if (first == &lock) {
            lock.owner->pi.owned.store(lock.next_owned);
        } else {
            while (first->next_owned != &lock) first = first->next_owned;
            first->next_owned = lock.next_owned;
        }
    }
    lock.owner = owner ? Ref<Task>(*owner) : nullptr;
    if (!owner) return;
    lock.next_owned = owner->pi.owned.load();
    owner->pi.owned.store(&lock);
}

/// The owner runs with the priority of the most urgent who waits for one of its locks, and so on along the chain.
void pass_priority_on(Task* owner) REQUIRES(g_mutex) {
    while (owner) {
        u32 highest = 0;
        for (PiLock* lock = owner->pi.owned.load(); lock; lock = lock->next_owned)
            if (PiWaiter* first = lock->waiters.front()) highest = std::max(highest, first->task.effective_priority());
        u32 before = owner->effective_priority();
        Scheduler::set_inherited_priority(*owner, highest);
        if (owner->effective_priority() == before || !owner->pi.blocked_on) return;
        owner = owner->pi.blocked_on->owner.get();
    }
}

/// What the table knows about a word: the lock; nothing; EINVAL: plain waiters.
Result<PiLock*> find_lock(const FutexKey& key) REQUIRES(g_mutex) {
    FutexBucket& bucket = futex_bucket_of(key);
    IrqLockGuard guard(bucket.lock);
    FutexEntry* entry = find_futex_entry(bucket, key);
    if (!entry) return nullptr;
    if (entry->kind != FutexEntryKind::PiLock) return Error(Errno::EINVAL);
    return static_cast<PiLock*>(entry);
}

void destroy_if_unused(PiLock& lock) REQUIRES(g_mutex) {
    if (!lock.waiters.is_empty() || lock.heir) return;
    dequeue_futex_entry(lock);
    set_owner(lock, nullptr);
    delete &lock;
}

/// Replaces `value` in the word. False: it had changed, and `value` is what it holds.
Result<bool> exchange_word(FutexWord word, u32& value, u32 desired) {
    bool exchanged = false;
    if (!arch_user_compare_exchange_u32(word.address, value, desired, exchanged)) return Error(Errno::EFAULT);
    return exchanged;
}

/// Sets the word, whatever it holds.
Result<void> write_word(FutexWord word, u32 desired) {
    u32 value = TRY(load_futex_word(word));
    while (!TRY(exchange_word(word, value, desired))) {}
    return {};
}

enum class HandOver : u8 { Unlock, Inheritance };

/// The next in line owns the lock from now on; the word says so already, or the heir will correct it.
void hand_over(PiLock& lock, HandOver reason) REQUIRES(g_mutex) {
    bool is_inheritance = reason == HandOver::Inheritance;
    PiWaiter& next = *lock.waiters.pop_front();
    next.task.pi.blocked_on = nullptr;
    next.is_heir = is_inheritance;
    lock.heir = is_inheritance ? &next : nullptr;
    next.lock = is_inheritance ? &lock : nullptr;
    Ref<Task> before = lock.owner;
    set_owner(lock, &next.task);
    pass_priority_on(before.get());
    pass_priority_on(&next.task);
    Task& task = next.task;
    next.is_owner.store(true, std::memory_order_release);
    Scheduler::wake(task); // it cannot go on without the mutex
    destroy_if_unused(lock);
}

/// Whether waiting for `owner` would wait for `self` in the end.
bool leads_back(Task* owner, const Task& self) REQUIRES(g_mutex) {
    while (owner && owner != &self) owner = owner->pi.blocked_on ? owner->pi.blocked_on->owner.get() : nullptr;
    return owner != nullptr;
}

/// Takes the word for `task` if nobody owns it. Answers its value if somebody does.
Result<std::optional<u32>> take_free_word(FutexWord word, const Task& task, u32 value) REQUIRES(g_mutex) {
    u32 id = static_cast<u32>(task.thread_id());
    while ((value & kFutexOwnerMask) == 0)
        if (TRY(exchange_word(word, value, (value & (kFutexOwnerDied | kFutexWaiters)) | id))) return std::nullopt;
    return value;
}

/// A lock whose word names an owner that the kernel does not know as one yet. Null: there is no such task, or it leaves
/// without knowing of the lock.
Result<PiLock*> make_lock(HeldFutexKey& held, u32 owner_id) REQUIRES(g_mutex) {
    Ref<Task> owner = find_task(static_cast<int>(owner_id));
    if (!owner) return nullptr;
    Own<PiLock> made = TRY(make_own<PiLock>(HeldFutexKey{held.key, held.object}));
    set_owner(*made, owner.get());
    // Either a task that leaves sees the lock, or this sees that it leaves (release_pi_locks).
    if (owner->pi.has_left.load()) {
        set_owner(*made, nullptr);
        return nullptr;
    }
    enqueue_futex_entry(*made, held.key);
    return made.release();
}

/// The lock for a word that somebody else owns, with the bit set that sends the owner here. Null: `task` has got it.
Result<PiLock*> take_or_find_lock(FutexWord word, HeldFutexKey& held, Task& task) REQUIRES(g_mutex) {
    u32 value = TRY(load_futex_word(word));
    for (;;) {
        if ((value & kFutexOwnerMask) == static_cast<u32>(task.thread_id())) return Error(Errno::EDEADLK);
        if (PiLock* lock = TRY(find_lock(held.key))) {
            u32 owner_id = static_cast<u32>(lock->owner->thread_id());
            if (!lock->heir && (value & kFutexOwnerMask) != owner_id) return Error(Errno::EINVAL);
            if (!(value & kFutexWaiters) && !TRY(exchange_word(word, value, value | kFutexWaiters))) continue;
            return lock;
        }
        std::optional<u32> owned = TRY(take_free_word(word, task, value));
        if (!owned) return nullptr;
        value = *owned;
        if (!(value & kFutexWaiters)) {
            if (!TRY(exchange_word(word, value, value | kFutexWaiters))) continue;
            value |= kFutexWaiters;
        }
        if (PiLock* lock = TRY(make_lock(held, value & kFutexOwnerMask))) return lock;
        // The owner may have said in the word that it died.
        u32 seen = value;
        value = TRY(load_futex_word(word));
        if (value == seen) return Error(Errno::ESRCH);
    }
}

void stand_in_line(PiLock& lock, PiWaiter& waiter) REQUIRES(g_mutex) {
    waiter.lock = &lock;
    waiter.task.pi.blocked_on = &lock;
    // By priority, then in order of arrival.
    u32 priority = waiter.task.effective_priority();
    PiWaiter* behind = lock.waiters.front();
    while (behind && behind->task.effective_priority() >= priority) behind = lock.waiters.next(*behind);
    if (behind) lock.waiters.insert_before(*behind, waiter);
    else lock.waiters.push_back(waiter);
    pass_priority_on(lock.owner.get());
}

void leave_line(PiWaiter& waiter) REQUIRES(g_mutex) {
    PiLock& lock = *waiter.lock;
    waiter.node.unlink();
    waiter.task.pi.blocked_on = nullptr;
    waiter.lock = nullptr;
    pass_priority_on(lock.owner.get());
    destroy_if_unused(lock);
}

/// An heir writes its id into the word. EFAULT: it cannot, and the lock goes to the next in line.
Result<void> accept_inheritance(FutexWord word, PiWaiter& waiter) REQUIRES(g_mutex) {
    PiLock& lock = *waiter.lock;
    lock.heir = nullptr;
    u32 bits = kFutexOwnerDied | (lock.waiters.is_empty() ? 0 : kFutexWaiters);
    Result<void> written = write_word(word, own_id() | bits);
    if (!written && !lock.waiters.is_empty()) hand_over(lock, HandOver::Inheritance);
    else destroy_if_unused(lock);
    return written;
}

Result<void> wait_in_line(PiWaiter& waiter, Deadline deadline) {
    return sleep_until_true([&waiter] { return waiter.is_owner.load(std::memory_order_acquire); },
                            WaitMode::Interruptible, deadline);
}

/// After the wait, whose result is `waited`: whether the caller owns the lock now.
Result<void> end_wait(FutexWord word, PiWaiter& waiter, Result<void> waited) REQUIRES(g_mutex) {
    if (waiter.is_owner) return waiter.is_heir ? accept_inheritance(word, waiter) : Result<void>();
    leave_line(waiter);
    return waited;
}

} // namespace

Result<void> futex_lock_pi(FutexWord word, Deadline deadline) {
    HeldFutexKey held = TRY(make_futex_key(word));
    Task& self = current_task();
    PiWaiter waiter(self);
    {
        MutexGuard guard(g_mutex);
        PiLock* lock = TRY(take_or_find_lock(word, held, self));
        if (!lock) return {};
        if (leads_back(lock->owner.get(), self)) {
            destroy_if_unused(*lock);
            return Error(Errno::EDEADLK);
        }
        stand_in_line(*lock, waiter);
    }
    Result<void> waited = wait_in_line(waiter, deadline);
    MutexGuard guard(g_mutex);
    waited = end_wait(word, waiter, waited);
    if (!waited && waited.error() == Errno::kRestartSys) return Error(Errno::kRestartNoIntr);
    return waited;
}

Result<void> futex_try_lock_pi(FutexWord word) {
    HeldFutexKey held = TRY(make_futex_key(word));
    MutexGuard guard(g_mutex);
    PiLock* lock = TRY(take_or_find_lock(word, held, current_task()));
    if (!lock) return {};
    destroy_if_unused(*lock);
    return Error(Errno::EAGAIN);
}

Result<void> futex_unlock_pi(FutexWord word) {
    if (word.address % sizeof(u32) != 0) return Error(Errno::EINVAL);
    if ((TRY(load_futex_word(word)) & kFutexOwnerMask) != own_id()) return Error(Errno::EPERM);
    HeldFutexKey held = TRY(make_futex_key(word));
    MutexGuard guard(g_mutex);
    u32 value = TRY(load_futex_word(word));
    PiLock* lock = TRY(find_lock(held.key));
    if (lock) {
        if (lock->owner.get() != &current_task() || lock->heir) return Error(Errno::EINVAL);
        PiWaiter& next = *lock->waiters.front();
        u32 next_id = static_cast<u32>(next.task.thread_id());
        bool is_last = lock->waiters.next(next) == nullptr;
        while (!TRY(exchange_word(word, value, next_id | (is_last ? 0 : kFutexWaiters)))) {}
        hand_over(*lock, HandOver::Unlock);
        return {};
    }
    do {
        if ((value & kFutexOwnerMask) != own_id()) return Error(Errno::EPERM);
    } while (!TRY(exchange_word(word, value, 0)));
    return {};
}

Result<void> futex_wait_requeue_pi(FutexWord word, u32 expected, FutexWord target, Deadline deadline) {
    if (word.address == target.address) return Error(Errno::EINVAL);
    HeldFutexKey from = TRY(make_futex_key(word));
    HeldFutexKey to = TRY(make_futex_key(target));
    if (from.key == to.key) return Error(Errno::EINVAL);
    RequeueWaiter waiter(current_task(), to.key);
    enqueue_futex_entry(waiter, from.key);
    Result<u32> value = load_futex_word(word);
    Result<void> waited = value && *value == expected ? wait_in_line(waiter.place, deadline)
                                                      : Error(value ? Errno::EAGAIN : Errno::EFAULT);
    bool was_moved;
    {
        MutexGuard guard(g_mutex);
        was_moved = waiter.bucket.load() == nullptr;
        if (!was_moved) dequeue_futex_entry(waiter);
    }
    if (!was_moved) return Error(waited.error() == Errno::kRestartSys ? Errno::kRestartNoIntr : waited.error());
    // Moved between queueing and the comparison: this wait counts as one that had begun.
    if (!value || *value != expected) waited = wait_in_line(waiter.place, deadline);
    MutexGuard guard(g_mutex);
    waited = end_wait(target, waiter.place, waited);
    // The first half is done and must not be done again, so this is no restart: the program looks at its state.
    if (!waited && waited.error() == Errno::kRestartSys) return Error(Errno::EAGAIN);
    return waited;
}

namespace {

/// The first waiter for `from`, if it waits to be moved to `to`.
Result<RequeueWaiter*> next_to_move(const FutexKey& from, const FutexKey& to) REQUIRES(g_mutex) {
    FutexBucket& bucket = futex_bucket_of(from);
    IrqLockGuard guard(bucket.lock);
    FutexEntry* entry = find_futex_entry(bucket, from);
    if (!entry) return nullptr;
    if (entry->kind != FutexEntryKind::RequeueWaiter) return Error(Errno::EINVAL);
    RequeueWaiter& waiter = *static_cast<RequeueWaiter*>(entry);
    if (!(waiter.target == to)) return Error(Errno::EINVAL);
    return &waiter; // it does not leave without the mutex
}

} // namespace

Result<u32> futex_requeue_pi(FutexWord word, FutexWord target, u32 move_count, u32 expected) {
    if (word.address == target.address) return Error(Errno::EINVAL);
    HeldFutexKey from = TRY(make_futex_key(word));
    HeldFutexKey to = TRY(make_futex_key(target));
    if (from.key == to.key) return Error(Errno::EINVAL);
    MutexGuard guard(g_mutex);
    if (TRY(load_futex_word(word)) != expected) return Error(Errno::EAGAIN);
    for (u32 count = 0;; ++count) {
        RequeueWaiter* waiter = count <= move_count ? TRY(next_to_move(from.key, to.key)) : nullptr;
        if (!waiter) return count;
        PiWaiter& place = waiter->place;
        PiLock* lock = TRY(take_or_find_lock(target, to, place.task));
        if (lock && leads_back(lock->owner.get(), place.task)) {
            destroy_if_unused(*lock);
            return Error(Errno::EDEADLK);
        }
        dequeue_futex_entry(*waiter);
        if (lock) {
            stand_in_line(*lock, place);
            continue;
        }
        Task& task = place.task;
        place.is_owner.store(true, std::memory_order_release);
        Scheduler::wake(task); // it cannot go on without the mutex
    }
}

void release_pi_locks(Task& task) {
    if (task.signals.has_left) task.pi.has_left.store(true);
    if (!task.pi.owned.load()) return;
    MutexGuard guard(g_mutex);
    while (PiLock* lock = task.pi.owned.load()) hand_over(*lock, HandOver::Inheritance);
}

} // namespace martlet
