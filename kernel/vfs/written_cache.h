// WrittenCache: a FilledCache that can be written to: which pages are dirty, and how they get back to where
// they are kept.
//
// States of a page: clean -> dirty (write(), or a write through a shared mapping, which faults first) ->
// being stored -> clean; dirty again when it was written meanwhile. A dirty page, or one being stored, is in
// a second tree whose reference keeps it from reclaim. Before a page is stored, mappings lose write
// permission, so that the next write tells again. An error of storing is recorded for fsync(2)
// (vfs/error_sequence.h) and the page is clean: it was tried, as on Linux. Only where memory was short, or a
// mapping busy in the background, does the page stay dirty. Locking: `dirty_lock_` guards the tree and the
// mark in each frame; store() runs under `write_back_mutex_`, one page after the other in ascending order. A
// page is marked after its bytes have changed, so that what storing missed is dirty again. store() must not
// take a lock under which write() is called: writers wait for write-back when too much is dirty. The owner
// writes back before it gives a cache up; what is dirty then is lost.
#pragma once
#include "sync/mutex.h"
#include "vfs/error_sequence.h"
#include "vfs/filled_cache.h"

namespace martlet {

class WrittenCache : public FilledCache {
public:
    /// `errors` outlives the cache.
    WrittenCache(u64 size, ErrorSequence& errors) : FilledCache(size), errors_(errors) {}
    ~WrittenCache() override { drop_dirty(0, ~0ull); }

    // MemoryObject.
    Result<void> mark_dirty(u64 index) override;

    /// Up to `limit`; behind the end the size grows as it goes. EIO, ENOMEM and what fill() answers count
    /// only before the first byte. Waits when too much is dirty.
    Result<usize> write(IoCursor& from, u64 offset, u64 limit);
    /// Stores the pages of [first_index, end_index) that are dirty when the call begins; waits for those being stored.
    /// Errors of storing are recorded; ENOMEM: some are still dirty.
    Result<void> write_back(u64 first_index = 0, u64 end_index = ~0ull);
    /// For the write-back thread: passes over what others are busy with.
    void write_back_in_background();
    /// Forgets the pages of the range, dirty or not, mapped or not: what is kept has changed, or is no more.
    void discard(u64 first_index, u64 end_index);
    /// Pages behind the end go with the mappings of them.
    void resize(u64 size);

    ErrorSequence& errors() { return errors_; }
    u64 dirty_page_count();
    u64 dirty_since_ns() const { return dirty_since_ns_.load(std::memory_order_relaxed); }

protected:
    /// Writes bytes [offset, offset + bytes.size()), all inside the size, to where they are kept. EIO,
    /// ENOSPC; ENOMEM: will be tried again.
    virtual Result<void> store(u64 offset, std::span<const u8> bytes) = 0;

private:
    friend class WriteBack;
    struct Batch;
    Result<usize> write_page(IoCursor& from, u64 index, usize in_page, usize count);
    Result<Frame*> take_whole_page(IoCursor& from, u64 index, usize count, usize& taken);
    Result<void> mark(u64 index, Frame& frame);
    void take_dirty(u64& index, u64 end, Batch& batch);
    Result<void> store_range(u64 first_index, u64 end_index, SpaceLocks locks) REQUIRES(write_back_mutex_);
    Result<void> store_page(u64 index, const Frame& frame);
    void finish(u64 index, Frame& frame, bool is_done);
    void drop_dirty(u64 first_index, u64 end_index);

    ErrorSequence& errors_;
    Mutex write_back_mutex_{LockRank::WriteBack};
    SpinLock dirty_lock_{LockRank::InodeTable};
    RadixTree<Frame> dirty_ GUARDED_BY(dirty_lock_); // dirty, or being stored
    u64 dirty_count_ GUARDED_BY(dirty_lock_) = 0;    // of them marked
    std::atomic<u64> dirty_since_ns_ = 0;

public:
    // The write-back thread's (write_back.cpp).
    static Ref<WrittenCache> next_dirty(u64 round);
    ListNode dirty_node_;
    u64 last_round_ = 0;
    using DirtyList = List<WrittenCache, &WrittenCache::dirty_node_>;
};

} // namespace martlet
