// FilledCache: the pages of something that is stored elsewhere: a file of a file system on a block device.
//
// A page is read by fill() on its first use and kept until memory is needed. Sequential readers get several pages at once:
// the window doubles while reads go on where the last one ended, up to kReadAheadPages. Read-only so far; a file system
// that writes marks pages dirty in its own subclass and must keep them from reclaim_clean_pages (docs/FILE_SYSTEMS.md).
// Locking: the tree of frames has its own; fill() runs without a lock, and of two that filled the same page one result is
// kept.
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
    Frame* find_page(u64 index) override { return pages_.find(index); }
    /// EIO and what fill() answers count only before the first byte.
    Result<usize> read(IoCursor& to, u64 offset);
    u64 size() const { return size_; }
    u64 page_count() { return pages_.count(); }
    /// Reads pages ahead of time (readahead(2), POSIX_FADV_WILLNEED).
    void prefetch(u64 offset, u64 size);

    /// Frees up to `count` pages that nobody uses, of all caches. For the reclaim hook; may sleep.
    static u64 reclaim_clean_pages(u64 count);

protected:
    /// Reads bytes [offset, offset + bytes.size()), all inside the size. EIO.
    virtual Result<void> fill(u64 offset, std::span<u8> bytes) = 0;

private:
    static constexpr u64 kReadAheadPages = 16;
    u64 page_limit() const { return (size_ + kPageSize - 1) / kPageSize; }
    Result<Frame*> load_page(u64 index);
    void note_read(u64 first_index, u64 end_index);

    const u64 size_;
    FrameTree pages_;
    std::atomic<u64> next_sequential_ = 0, window_ = 1; // hints: races only read too much or too little
    ListNode all_node_;
    friend class FilledCacheList;
};

} // namespace martlet
