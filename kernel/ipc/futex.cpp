// Waiting, waking and moving waiters of plain futexes.
#include "ipc/futex.h"

#include <optional>

#include "arch/user_copy.h"
#include "base/vector.h"
#include "ipc/futex_table.h"
#include "proc/task.h"
#include "sync/wait_queue.h"

namespace martlet {

namespace {

/// Waits until the entry, which is queued, is woken. Answers why the wait ended otherwise.
Result<void> sleep_on(FutexEntry& entry, Deadline deadline) {
    Result<void> result = sleep_until_true([&entry] { return entry.is_woken.load(std::memory_order_acquire); },
                                           WaitMode::Interruptible, deadline);
    dequeue_futex_entry(entry);
    if (entry.is_woken.load(std::memory_order_acquire)) return {};
    return result;
}

} // namespace

Result<void> futex_wait(FutexWord word, u32 expected, u32 bitset, Deadline deadline) {
    if (bitset == 0) return Error(Errno::EINVAL);
    HeldFutexKey held = TRY(make_futex_key(word));
    FutexEntry entry(FutexEntryKind::Waiter, &current_task());
    entry.bitset = bitset;
    enqueue_futex_entry(entry, held.key);
    // Queued first, then read: a waker that changed the word before its wake-up either is seen here or finds us queued.
    Result<u32> value = load_futex_word(word);
    if (value && *value == expected) return sleep_on(entry, deadline);
    dequeue_futex_entry(entry);
    // Already woken: that wake-up was meant for a waiter, and none is lost by answering success.
    if (value && entry.is_woken.load()) return {};
    return Error(value ? Errno::EAGAIN : Errno::EFAULT);
}

namespace {

[[gnu::noinline]] Result<u32> wake_in(FutexBucket& bucket, const FutexKey& key, u32 bitset, u32 count) {
    u32 total = 0;
    IrqLockGuard guard(bucket.lock);
    for (FutexEntry& entry : bucket.entries) {
        if (!(entry.key == key)) continue;
        if (entry.kind != FutexEntryKind::Waiter) return Error(Errno::EINVAL);
        if (!(entry.bitset & bitset)) continue;
        wake_futex_entry(bucket, entry);
        if (++total == count) break;
    }
    return total;
}

[[gnu::noinline]] Result<u32> wake_shared(FutexWord word, u32 bitset, u32 count) {
    HeldFutexKey held = TRY(make_futex_key(word));
    FutexBucket& bucket = futex_bucket_of(held.key);
    return bucket.is_empty() ? Result<u32>(0) : wake_in(bucket, held.key, bitset, count);
}

} // namespace

/// Most wake-ups find nobody: a private word is looked up without anything to hold or give back.
Result<u32> futex_wake(FutexWord word, u32 bitset, u32 count) {
    if (bitset == 0) return Error(Errno::EINVAL);
    if (word.scope == FutexScope::Shared) return wake_shared(word, bitset, count);
    TRY(check_futex_address(word.address));
    FutexKey key = private_futex_key(word.address);
    FutexBucket& bucket = futex_bucket_of(key);
    return bucket.is_empty() ? Result<u32>(0) : wake_in(bucket, key, bitset, count);
}

namespace {

/// The step of a requeue that has to be one with the comparison: under the lock of the word's bucket.
struct Requeue {
    const FutexKey& from;
    bool is_same_key; // the waiters stay, and count as moved
    u32 wake_count, move_count;
    u32 total = 0;
    List<FutexEntry, &FutexEntry::node> moving;

    Result<void> run(FutexBucket& bucket) REQUIRES(bucket.lock) {
        for (FutexEntry& entry : bucket.entries)
            if (entry.key == from && entry.kind != FutexEntryKind::Waiter) return Error(Errno::EINVAL);
        u32 moved = 0;
        for (FutexEntry& entry : bucket.entries) {
            if (!(entry.key == from)) continue;
            if (total < wake_count) {
                wake_futex_entry(bucket, entry);
            } else if (moved < move_count) {
                ++moved;
                if (!is_same_key) take_along(bucket, entry);
            } else {
                break;
            }
            ++total;
        }
        return {};
    }

private:
    void take_along(FutexBucket& bucket, FutexEntry& entry) REQUIRES(bucket.lock) {
        bucket.unlink(entry);
        entry.bucket.store(&g_moving_futex_entries, std::memory_order_release);
        moving.push_back(entry);
    }
};

/// Compares under a spinlock. Nothing: the page is not there, and has to be faulted in without the lock.
std::optional<bool> holds_value(FutexWord word, u32 expected) {
    u32 value;
    if (!arch_user_load_u32(word.address, value)) return std::nullopt;
    return value == expected;
}

void arrive(List<FutexEntry, &FutexEntry::node>& moving, const FutexKey& key) {
    FutexBucket& bucket = futex_bucket_of(key);
    IrqLockGuard guard(bucket.lock);
    while (FutexEntry* entry = moving.pop_front()) {
        bucket.entry_count.fetch_add(1, std::memory_order_seq_cst);
        bucket.link(*entry);
        entry->key = key;
        entry->bucket.store(&bucket, std::memory_order_release);
    }
}

} // namespace

Result<u32> futex_requeue(FutexWord word, FutexWord target, u32 wake_count, u32 move_count, const u32* expected) {
    HeldFutexKey from = TRY(make_futex_key(word));
    HeldFutexKey to = TRY(make_futex_key(target));
    Requeue requeue{from.key, from.key == to.key, wake_count, move_count, 0, {}};
    FutexBucket& bucket = futex_bucket_of(from.key);
    for (;;) {
        if (expected) TRY(load_futex_word(word)); // brings the page in
        PreemptGuard preempt_guard; // a waiter that leaves spins while it is between the buckets
        std::optional<bool> is_equal = true;
        {
            IrqLockGuard guard(bucket.lock);
            if (expected) is_equal = holds_value(word, *expected);
            if (is_equal == true) TRY(requeue.run(bucket));
        }
        if (is_equal == true) {
            arrive(requeue.moving, to.key);
            return requeue.total;
        }
        if (is_equal == false) return Error(Errno::EAGAIN);
    }
}

Result<u32> futex_wait_any(std::span<const FutexWaitItem> items, Deadline deadline) {
    struct Place {
        explicit Place(Thread* thread) : entry(FutexEntryKind::Waiter, thread) {}
        FutexEntry entry;
        HeldFutexKey held;
    };
    Vector<Own<Place>> places;
    for (const FutexWaitItem& item : items) {
        Own<Place> place = TRY(make_own<Place>(&current_task()));
        place->held = TRY(make_futex_key(item.word));
        TRY(places.push_back(std::move(place)));
    }
    for (Own<Place>& place : places) enqueue_futex_entry(place->entry, place->held.key);
    auto find_woken = [&places]() -> std::optional<u32> {
        for (usize index = places.size(); index-- > 0;)
            if (places[index]->entry.is_woken.load(std::memory_order_acquire)) return static_cast<u32>(index);
        return std::nullopt;
    };
    Result<void> result;
    for (usize index = 0; index < items.size() && result; ++index) {
        Result<u32> value = load_futex_word(items[index].word);
        if (!value || *value != items[index].expected) result = Error(value ? Errno::EAGAIN : Errno::EFAULT);
    }
    if (result) result = sleep_until_true([&] { return find_woken().has_value(); }, WaitMode::Interruptible, deadline);
    for (Own<Place>& place : places) dequeue_futex_entry(place->entry);
    if (std::optional<u32> woken = find_woken()) return *woken;
    return Error(result.error());
}

} // namespace martlet
