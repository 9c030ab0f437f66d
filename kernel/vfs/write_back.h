// Write-back: the kernel thread that stores dirty pages of the caches of stored files (vfs/written_cache.h),
// and its limits.
//
// The thread starts with the first dirty page. It stores what has been dirty for vm.dirty_expire_centisecs,
// looking every vm.dirty_writeback_centisecs, and everything as soon as more than vm.dirty_background_ratio
// (or _bytes) of the memory that could hold cached pages is dirty. Above vm.dirty_ratio (or _bytes) writers
// wait for it. Memory that runs out waits for it too. Locking: the list of dirty caches has a spinlock. The
// thread waits for nobody's lock but those that storing needs: who waits for the thread may hold locks, and
// waits for a limited time.
#pragma once
#include "base/list.h"
#include "base/result.h"

namespace martlet {

class WrittenCache;

class WriteBack {
public:
    /// Something that stores pages before it ends, where its last user cannot wait for that.
    class LastUse {
    public:
        virtual void store_and_end() = 0;
        ListNode last_use_node;

    protected:
        ~LastUse() = default;
    };
    /// The thread will call it. False: there is no thread, so nothing was ever dirty.
    static bool end_later(LastUse& use);

    struct Statistics {
        u64 dirty, writing;               // pages now
        u64 dirtied_total, written_total; // since boot
        u64 background_limit, limit;
    };
    static Statistics statistics();

    /// The thread runs. ENOMEM.
    static Result<void> start();
    /// For the caches: a cache's first page became dirty / its last one clean; pages became dirty, are being
    /// stored, are done with (or dropped).
    static void cache_is_dirty(WrittenCache& cache);
    static void cache_is_clean(WrittenCache& cache);
    static void count_dirty(i64 pages);
    static void count_writing(i64 pages);
    /// A writer that dirtied pages waits here while there are too many; looked at once in 32 pages. No spinlock held.
    static void throttle();

    /// Stores everything that is dirty when the call begins (sync(2)). Errors stay with the caches.
    static void sync_all();
    /// For the reclaim hook, when no clean page is left: has dirty ones stored and answers how many pages that freed.
    static u64 reclaim(u64 frames);
};

} // namespace martlet
