// PageCache: the pages of one file, the one copy of its bytes: read, write, mmap and execve all use these
// frames.
//
// A sparse array of frames; a missing one is a hole that reads as zeros. Frames may come from an archive
// (adopt). Locking: a spinlock guards the array and the size. Content is written under the inode's
// attribute_lock by its owner, or through mappings without any lock. Bytes between the end of the file and
// the end of its last page are zero, except what mappings put there: that is cleared before the file grows
// over it.
#pragma once
#include "mm/memory_object.h"
#include "sync/spinlock.h"
#include "vfs/io_cursor.h"
#include "base/radix_tree.h"

namespace martlet {

/// Who pays for pages: a file system with a size limit. Outlives the file system as long as pages do.
class PageBudget final : public RefCounted {
public:
    explicit PageBudget(u64 limit_pages) : limit_(limit_pages) {}
    /// False when the limit is reached (ENOSPC).
    bool reserve_pages(u64 count);
    void return_pages(u64 count) { used_.fetch_sub(count, std::memory_order_relaxed); }
    u64 limit() const { return limit_.load(std::memory_order_relaxed); }
    u64 used() const { return used_.load(std::memory_order_relaxed); }
    void set_limit(u64 pages) { limit_.store(pages, std::memory_order_relaxed); }

private:
    std::atomic<u64> limit_;
    std::atomic<u64> used_ = 0;
};

class PageCache final : public MemoryObject {
public:
    explicit PageCache(Ref<PageBudget> budget) : budget_(std::move(budget)) {}
    ~PageCache() override;

    // MemoryObject. get_page makes pages for holes inside the file (ENOSPC, ENOMEM); ENXIO past its end.
    Result<Frame*> get_page(u64 index, PageAccess access) override;
    Frame* find_page(u64 index) override;
    Result<void> mark_dirty(u64 index) override;
    Result<void> remove_pages(u64 first_index, u64 end_index) override {
        punch_hole(first_index * kPageSize, (end_index - first_index) * kPageSize);
        return {};
    }

    u64 size() const { return size_.load(std::memory_order_acquire); }
    u64 page_count();

    Result<usize> read(IoCursor& to, u64 offset);
    /// Extends the file as it goes. Fewer bytes than asked for when memory, space or the source's memory ends early; an
    /// error only when nothing was written.
    Result<usize> write(IoCursor& from, u64 offset);
    /// ftruncate(2): pages past the end are dropped, mappings of them with them.
    void set_size(u64 size);
    /// The page of `index` with a reference, or null for a hole; also one behind the end.
    Frame* resident_page(u64 index);
    /// Makes every page of the range exist (fallocate(2)); the size is the caller's. On ENOSPC and ENOMEM it gives back
    /// what it made.
    Result<void> allocate_range(u64 offset, u64 size);
    /// Turns the range into a hole.
    void punch_hole(u64 offset, u64 size);
    /// Gives page `index`, so far a hole, this frame and its reference. ENOMEM, ENOSPC: the frame stays the caller's.
    Result<void> adopt(u64 index, Frame& frame);
    /// The first offset >= `offset` that has data / is a hole; the size if there is none.
    u64 next_data(u64 offset);
    u64 next_hole(u64 offset);
    /// From now on mappings may write behind the end.
    /// Whether a page was written to for the first time through a shared mapping since take_mapped_write_ns() answered
    /// when, by the real-time clock; 0: it was not.
    bool has_mapped_write() const { return mapped_write_ns_.load(std::memory_order_relaxed) != 0; }
    u64 take_mapped_write_ns() { return mapped_write_ns_.exchange(0, std::memory_order_relaxed); }
    void mark_mapped() { was_mapped_.store(true, std::memory_order_relaxed); }

private:
    /// Pages that the file's size covers.
    u64 page_limit() const { return (size() + kPageSize - 1) / kPageSize; }
    Result<Frame*> make_page(u64 index, bool may_extend, Zeroing zeroing);
    void grow_to(u64 size);
    void clear_tail(u64 size);
    void drop_pages(u64 first_index, u64 end_index);

    Ref<PageBudget> budget_;
    SpinLock lock_{LockRank::InodeTable};
    RadixTree<Frame> pages_ GUARDED_BY(lock_);
    u64 page_count_ GUARDED_BY(lock_) = 0;
    std::atomic<u64> size_ = 0; // written under lock_
    std::atomic<bool> was_mapped_ = false;
    std::atomic<u64> mapped_write_ns_ = 0;
};

} // namespace martlet
