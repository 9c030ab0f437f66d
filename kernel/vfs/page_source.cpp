#include "vfs/page_source.h"

#include "mm/frame.h"
#include "vfs/inode.h"
#include "vfs/mount.h"
#include "vfs/page_cache.h"

namespace martlet {
namespace {

Result<BorrowedPage> read_page(File& file, u64 offset, usize limit, MayWait may_wait) {
    Frame* frame = TRY(allocate_frame(FrameUse::Kernel, Zeroing::No));
    IoCursor cursor = IoCursor::kernel(frame->data(), limit < kPageSize ? limit : kPageSize);
    if (may_wait == MayWait::No) cursor.forbid_waiting();
    auto count = file.read(cursor, offset);
    if (!count || *count == 0) {
        frame->release();
        if (!count) return Error(count.error());
        return BorrowedPage();
    }
    return BorrowedPage{frame, 0, static_cast<u32>(*count)};
}

} // namespace

Result<BorrowedPage> borrow_page(File& file, u64 offset, usize limit, MayWait may_wait) {
    Inode* inode = file.inode();
    PageCache* cache = inode && inode->is_regular() && file.is_seekable() ? inode->page_cache() : nullptr;
    if (!cache) return read_page(file, offset, limit, may_wait);
    u64 end = cache->size();
    if (offset >= end) return BorrowedPage();
    Frame* frame = cache->resident_page(offset / kPageSize);
    if (!frame) return read_page(file, offset, limit, may_wait); // a hole
    if (!(file.flags() & kOpenNoAtime)) note_access(file.path(), *inode);
    usize in_page = offset % kPageSize;
    usize size = kPageSize - in_page;
    if (size > end - offset) size = end - offset;
    if (size > limit) size = limit;
    return BorrowedPage{frame, static_cast<u32>(in_page), static_cast<u32>(size)};
}

} // namespace martlet
