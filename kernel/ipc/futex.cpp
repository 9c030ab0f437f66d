// A waiter lives on its task's stack and on its bucket's list while it may be woken; wake-up takes it off and marks it.
// It queues first and reads the word afterwards, so that reading may fault and no wake-up is lost.
#include "ipc/futex.h"

#include "arch/user_copy.h"
#include "mm/address_space.h"
#include "proc/process.h"
#include "sync/wait_queue.h"

namespace martlet {

namespace {

/// What names a word: an object or an address space (never dereferenced), and a position in it.
struct Key {
    const void* owner = nullptr;
    u64 position = 0;
    bool operator==(const Key&) const = default;
};

/// A key with the reference that keeps its owner's identity from being reused while somebody waits.
struct HeldKey {
    Key key;
    Ref<MemoryObject> object;
};

struct FutexWaiter {
    ListNode node;
    Key key; // changes in a requeue only
    u32 bitset;
    std::atomic<bool> is_moving = false; // between two buckets
    std::atomic<bool> is_woken = false;
    WaitQueue queue;
};

struct Bucket {
    SpinLock lock{LockRank::Futex};
    List<FutexWaiter, &FutexWaiter::node> waiters GUARDED_BY(lock);
};

constexpr usize kBucketCount = 256;
Bucket g_buckets[kBucketCount];

Bucket& bucket_of(const Key& key) {
    u64 mixed = (reinterpret_cast<u64>(key.owner) >> 6) * 0x9e37'79b9'7f4a'7c15 ^ (key.position >> 2) * 0xc2b2'ae3d'27d4'eb4f;
    return g_buckets[mixed >> 56];
}
static_assert(kBucketCount == 256, "bucket_of takes eight bits");

Result<HeldKey> make_key(u64 address, FutexScope scope) {
    if (address % sizeof(u32) != 0) return Error(Errno::EINVAL);
    if (address >= kUserEnd) return Error(Errno::EFAULT);
    AddressSpace& space = *current_task().address_space();
    if (scope == FutexScope::Shared) {
        auto location = TRY(space.shared_location(address));
        if (location) {
            const void* owner = location->object.get();
            return HeldKey{{owner, location->page_index * kPageSize + address % kPageSize}, std::move(location->object)};
        }
    }
    return HeldKey{{&space, address}, nullptr};
}

Result<u32> load_word(u64 address) {
    u32 value;
    if (!arch_user_load_u32(address, value)) return Error(Errno::EFAULT);
    return value;
}

/// Leaves the list if it is still there. When it returns no waker or mover knows the waiter any more.
void leave(FutexWaiter& waiter) {
    for (;;) {
        while (waiter.is_moving.load(std::memory_order_acquire)) cpu_relax();
        Key key = waiter.key;
        Bucket& bucket = bucket_of(key);
        IrqLockGuard guard(bucket.lock);
        if (waiter.is_moving.load(std::memory_order_acquire) || !(waiter.key == key)) continue;
        waiter.node.unlink();
        return;
    }
}

/// Under the bucket's lock, which keeps the waiter from going away before its queue is left alone.
void wake(FutexWaiter& waiter) {
    waiter.node.unlink();
    waiter.is_woken.store(true, std::memory_order_release);
    waiter.queue.wake_all();
}

} // namespace

Result<void> futex_wait(u64 address, u32 expected, FutexScope scope, u32 bitset, Deadline deadline) {
    if (bitset == 0) return Error(Errno::EINVAL);
    HeldKey held = TRY(make_key(address, scope));
    FutexWaiter waiter;
    waiter.key = held.key;
    waiter.bitset = bitset;
    {
        Bucket& bucket = bucket_of(held.key);
        IrqLockGuard guard(bucket.lock);
        bucket.waiters.push_back(waiter);
    }
    // Queued first, then read: a waker that changed the word before its wake-up either is seen here or finds us queued.
    Result<u32> value = load_word(address);
    if (!value || *value != expected) {
        leave(waiter);
        // Already woken: that wake-up was meant for a waiter, and none is lost by answering success.
        if (value && waiter.is_woken.load()) return {};
        return Error(value ? Errno::EAGAIN : Errno::EFAULT);
    }
    Result<void> result = waiter.queue.wait([&waiter] { return waiter.is_woken.load(std::memory_order_acquire); },
                                            WaitMode::Interruptible, deadline);
    leave(waiter);
    if (waiter.is_woken.load(std::memory_order_acquire)) return {};
    return result;
}

Result<u32> futex_wake(u64 address, FutexScope scope, u32 bitset, u32 count) {
    if (bitset == 0) return Error(Errno::EINVAL);
    HeldKey held = TRY(make_key(address, scope));
    Bucket& bucket = bucket_of(held.key);
    u32 total = 0;
    IrqLockGuard guard(bucket.lock);
    for (FutexWaiter& waiter : bucket.waiters) {
        if (total == count) break;
        if (!(waiter.key == held.key) || !(waiter.bitset & bitset)) continue;
        wake(waiter);
        ++total;
    }
    return total;
}

namespace {

u32 count_waiters(const Key& key, u32 limit) {
    Bucket& bucket = bucket_of(key);
    u32 count = 0;
    IrqLockGuard guard(bucket.lock);
    for (FutexWaiter& waiter : bucket.waiters)
        if (count < limit && waiter.key == key) ++count;
    return count;
}

/// Takes the first waiter for `key` off its bucket, marked as moving; null if there is none.
FutexWaiter* begin_move(const Key& key) {
    Bucket& bucket = bucket_of(key);
    IrqLockGuard guard(bucket.lock);
    for (FutexWaiter& waiter : bucket.waiters) {
        if (!(waiter.key == key)) continue;
        waiter.is_moving.store(true, std::memory_order_release);
        waiter.node.unlink();
        return &waiter;
    }
    return nullptr;
}

void end_move(FutexWaiter& waiter, const Key& key) {
    Bucket& bucket = bucket_of(key);
    IrqLockGuard guard(bucket.lock);
    waiter.key = key;
    bucket.waiters.push_back(waiter);
    waiter.is_moving.store(false, std::memory_order_release);
}

} // namespace

Result<u32> futex_requeue(u64 address, u64 target, FutexScope scope, u32 wake_count, u32 move_count, bool compare, u32 expected) {
    HeldKey from = TRY(make_key(address, scope));
    HeldKey to = TRY(make_key(target, scope));
    if (compare && TRY(load_word(address)) != expected) return Error(Errno::EAGAIN);
    u32 total = TRY(futex_wake(address, scope, ~0u, wake_count));
    if (from.key == to.key) return total + count_waiters(from.key, move_count); // they stay, and count as moved
    for (u32 moved = 0; moved < move_count; ++moved) {
        PreemptGuard guard; // a waiter that leaves spins until the move is over
        FutexWaiter* waiter = begin_move(from.key);
        if (!waiter) break;
        end_move(*waiter, to.key);
        ++total;
    }
    return total;
}

} // namespace martlet
