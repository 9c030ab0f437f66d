// The table of futex waiters, shared by the kinds of futex. Internal to ipc.
//
// An entry is on the list of its key's bucket until somebody takes it off under the bucket's lock: a waker,
// which wakes it at the same time, or its own task. A waiter queues first and reads the word afterwards, so
// that reading may fault and no wake-up is lost. `FutexEntry::bucket` says where it is: null once it is off
// for good, &g_moving_futex_entries on its way between two buckets, which is short: its task waits for the
// arrival actively.
#pragma once
#include "base/list.h"
#include "ipc/futex.h"
#include "mm/address.h"
#include "mm/memory_object.h"
#include "proc/task.h"
#include "sync/spinlock.h"

namespace martlet {

class Thread;

/// What names a word: an object or an address space (never dereferenced), and a position in it.
struct FutexKey {
    const void* owner = nullptr;
    u64 position = 0;
    bool operator==(const FutexKey&) const = default;
};

/// A key with the reference that keeps its owner's identity from being reused while somebody waits.
struct HeldFutexKey {
    FutexKey key;
    Ref<MemoryObject> object;
};

struct FutexBucket;

enum class FutexEntryKind : u8 {
    Waiter,
    RequeueWaiter, // in FUTEX_WAIT_REQUEUE_PI (futex_pi.cpp)
    PiLock,        // not a waiter: a lock that somebody waits for (futex_pi.cpp)
};

struct FutexEntry : NonCopyable {
    FutexEntry(FutexEntryKind entry_kind, Thread* waiting) : thread(waiting), kind(entry_kind) {}
    ListNode node;
    FutexKey key; // changes in a move only
    std::atomic<FutexBucket*> bucket = nullptr;
    Thread* thread; // whom to wake
    std::atomic<bool> is_woken = false;
    u32 bitset = kFutexAnyBit;
    FutexEntryKind kind;
};

struct alignas(64) FutexBucket {
    SpinLock lock{LockRank::Futex};
    List<FutexEntry, &FutexEntry::node> entries GUARDED_BY(lock);
    /// Entries on the list, those on the way there included: a waker that finds none after it has changed the word may
    /// leave, because a waiter counts itself before it reads the word.
    std::atomic<u32> entry_count = 0;

    bool is_empty() const {
        std::atomic_thread_fence(std::memory_order_seq_cst);
        return entry_count.load(std::memory_order_relaxed) == 0;
    }
    void link(FutexEntry& entry) REQUIRES(lock) { entries.push_back(entry); }
    void unlink(FutexEntry& entry) REQUIRES(lock) {
        entry.node.unlink();
        entry_count.fetch_sub(1, std::memory_order_relaxed);
    }
};

extern FutexBucket g_moving_futex_entries;
inline constexpr usize kFutexBucketCount = 256;
extern FutexBucket g_futex_buckets[kFutexBucketCount];

/// EINVAL: not aligned; EFAULT: not user memory.
inline Result<void> check_futex_address(u64 address) {
    if (address % sizeof(u32) != 0) return Error(Errno::EINVAL);
    if (address >= kUserEnd) return Error(Errno::EFAULT);
    return {};
}
/// Of a word that only the calling task's address space shares: nothing has to be held.
inline FutexKey private_futex_key(u64 address) { return {current_task().address_space(), address}; }
/// EINVAL, EFAULT as above.
Result<HeldFutexKey> make_futex_key(FutexWord word);
inline FutexBucket& futex_bucket_of(const FutexKey& key) {
    u64 mixed = (reinterpret_cast<u64>(key.owner) >> 6) * 0x9e37'79b9'7f4a'7c15 ^
                (key.position >> 2) * 0xc2b2'ae3d'27d4'eb4f;
    static_assert(kFutexBucketCount == 256);
    return g_futex_buckets[mixed >> 56];
}

void enqueue_futex_entry(FutexEntry& entry, const FutexKey& key);
/// Takes the entry off if it is still on. When it returns, no waker or mover knows it any more.
void dequeue_futex_entry(FutexEntry& entry);
/// Takes it off and wakes its thread. The entry may be gone at once.
void wake_futex_entry(FutexBucket& bucket, FutexEntry& entry) REQUIRES(bucket.lock);
/// The first entry for `key`, or null.
FutexEntry* find_futex_entry(FutexBucket& bucket, const FutexKey& key) REQUIRES(bucket.lock);

Result<u32> load_futex_word(FutexWord word);

} // namespace martlet
