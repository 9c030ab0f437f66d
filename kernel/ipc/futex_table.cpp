#include "ipc/futex_table.h"

#include "arch/user_copy.h"
#include "mm/address_space.h"
#include "proc/process.h"
#include "sched/scheduler.h"

namespace martlet {

FutexBucket g_futex_buckets[kFutexBucketCount];
FutexBucket g_moving_futex_entries;

Result<HeldFutexKey> make_futex_key(FutexWord word) {
    TRY(check_futex_address(word.address));
    if (word.scope == FutexScope::Shared) {
        auto location = TRY(current_task().address_space()->shared_location(word.address));
        if (location) {
            const void* owner = location->object.get();
            return HeldFutexKey{{owner, location->page_index * kPageSize + word.address % kPageSize},
                                std::move(location->object)};
        }
    }
    return HeldFutexKey{private_futex_key(word.address), nullptr};
}

Result<u32> load_futex_word(FutexWord word) {
    u32 value;
    if (!arch_user_load_u32(word.address, value)) return Error(Errno::EFAULT);
    return value;
}

void enqueue_futex_entry(FutexEntry& entry, const FutexKey& key) {
    entry.key = key;
    FutexBucket& bucket = futex_bucket_of(key);
    bucket.entry_count.fetch_add(1, std::memory_order_seq_cst);
    IrqLockGuard guard(bucket.lock);
    entry.bucket.store(&bucket, std::memory_order_relaxed);
    bucket.link(entry);
}

void dequeue_futex_entry(FutexEntry& entry) {
    while (FutexBucket* bucket = entry.bucket.load(std::memory_order_acquire)) {
        if (bucket == &g_moving_futex_entries) {
            cpu_relax();
            continue;
        }
        IrqLockGuard guard(bucket->lock);
        if (entry.bucket.load(std::memory_order_relaxed) != bucket) continue; // moved or woken meanwhile
        bucket->unlink(entry);
        entry.bucket.store(nullptr, std::memory_order_relaxed);
    }
}

void wake_futex_entry(FutexBucket& bucket, FutexEntry& entry) {
    bucket.unlink(entry);
    entry.is_woken.store(true, std::memory_order_release);
    // The thread cannot leave before its entry has no bucket: it would wait for the lock that we hold.
    Scheduler::wake(*entry.thread);
    entry.bucket.store(nullptr, std::memory_order_release);
}

FutexEntry* find_futex_entry(FutexBucket& bucket, const FutexKey& key) {
    for (FutexEntry& entry : bucket.entries)
        if (entry.key == key) return &entry;
    return nullptr;
}

} // namespace martlet
