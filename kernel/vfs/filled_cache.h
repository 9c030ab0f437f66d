// FilledCache: the pages of something that is stored elsewhere: a file of a file system on a block device.
//
// A page is read by fill() on its first use and kept until memory is needed. Sequential readers get several
// pages at once: the window doubles while reads go on where the last one ended, up to kReadAheadPages. What
// is written comes with vfs/written_cache.h. Locking: the tree of frames has its own; fill() runs without a
// lock, and of two that filled the same page one result is kept. The size is an atomic that only grows while
// pages are used, except by the owner's truncation.
#pragma once
#include "base/list.h"
#include "mm/frame_tree.h"
#include "mm/memory_object.h"
#include "vfs/io_cursor.h"

namespace martlet {

class FilledCache : public MemoryObject {
public:
    explicit FilledCache(u64 size);
    ~FilledCache() override;

    Result<Frame*> get_page(u64 index, PageAccess access) override;
    Frame* find_page(u64 index) override { return index < page_limit() ? pages_.find(index) : nullptr; }
    /// EIO and what fill() answers count only before the first byte.
    Result<usize> read(IoCursor& to, u64 offset);
    u64 size() const { return size_.load(std::memory_order_acquire); }
    u64 page_count() { return pages_.count(); }
    /// Reads pages ahead of time (readahead(2), POSIX_FADV_WILLNEED).
    void prefetch(u64 offset, u64 size);
    /// Frees the pages of the range that nobody uses (POSIX_FADV_DONTNEED).
    void drop_unused(u64 first_index, u64 end_index) { (void)pages_.remove_unused(~0ull, first_index, end_index); }

    /// Frees up to `count` pages that nobody uses, of all caches. For the reclaim hook; may sleep.
    static u64 reclaim_clean_pages(u64 count);
    /// Also those that programs only map (for reading). Call without locks; sleeps.
    static u64 reclaim_mapped_pages(u64 count);
    /// The pages of all caches.
    static u64 total_pages();

protected:
    /// Reads bytes [offset, offset + bytes.size()), all inside the size. EIO.
    virtual Result<void> fill(u64 offset, std::span<u8> bytes) = 0;

    /// The page, read if it is not there and zero behind the end, with a reference for the caller.
    Result<Frame*> load_page(u64 index);
    /// FrameTree::publish.
    Result<Frame*> publish_page(u64 index, Frame* fresh) { return pages_.publish(index, fresh); }
    void drop_pages(u64 first_index, u64 end_index) { pages_.remove_range(first_index, end_index); }
    /// Mappings may have written behind the end: clears that before it becomes part of the file.
    void clear_tail();
    void grow_to(u64 size);
    void shrink_to(u64 size) { size_.store(size, std::memory_order_release); }

private:
    static constexpr u64 kReadAheadPages = 16;
    u64 page_limit() const { return (size() + kPageSize - 1) / kPageSize; }
    void note_read(u64 first_index, u64 end_index);

    std::atomic<u64> size_;
    FrameTree pages_;
    std::atomic<u64> next_sequential_ = 0, window_ = 1; // hints: races only read too much or too little
    ListNode all_node_;
    friend class FilledCacheList;
};

} // namespace martlet
