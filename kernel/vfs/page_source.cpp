#include "vfs/page_source.h"

#include "mm/frame.h"
#include "vfs/inode.h"
#include "vfs/mount.h"
#include "vfs/page_cache.h"

namespace martlet {
namespace {

Result<u32> read_page(File& file, u64 offset, usize limit, BorrowedPage& page, MayWait may_wait) {
    Frame* frame = TRY(allocate_frame(FrameUse::Kernel, Zeroing::No));
    IoCursor cursor = IoCursor::kernel(frame->data(), limit < kPageSize ? limit : kPageSize);
    if (may_wait == MayWait::No) cursor.forbid_waiting();
    auto count = file.read(cursor, offset);
    if (!count || *count == 0) {
        frame->release();
        if (!count) return Error(count.error());
        return 0;
    }
    page = {frame, 0, static_cast<u32>(*count)};
    return 1;
}

} // namespace

Result<u32> borrow_pages(File& file, u64 offset, usize limit, std::span<BorrowedPage> pages, MayWait may_wait) {
    Inode* inode = file.inode();
    PageCache* cache = inode && inode->is_regular() && file.is_seekable() ? inode->page_cache() : nullptr;
    if (!cache) return read_page(file, offset, limit, pages[0], may_wait);
    u64 end = cache->size();
    if (offset >= end) return 0;
    if (limit > end - offset) limit = end - offset;
    u32 count = 0;
    for (; count < pages.size() && limit > 0; ++count) {
        Frame* frame = cache->resident_page(offset / kPageSize);
        if (!frame) break;
        usize in_page = offset % kPageSize;
        usize size = kPageSize - in_page < limit ? kPageSize - in_page : limit;
        pages[count] = {frame, static_cast<u32>(in_page), static_cast<u32>(size)};
        offset += size;
        limit -= size;
    }
    if (count == 0) return read_page(file, offset, limit, pages[0], may_wait); // a hole
    if (!(file.flags() & kOpenNoAtime)) note_access(file.path(), *inode);
    return count;
}

} // namespace martlet
