// The pages of an open file for transfers that need not copy: splice(2), copies between layers of an overlay.
#pragma once
#include <span>

#include "vfs/file.h"

namespace martlet {

struct Frame;

/// Part of a frame with a reference to it.
struct BorrowedPage {
    Frame* frame = nullptr;
    u32 start = 0, size = 0;
};

enum class MayWait : u8 { No, Yes };

/// What follows `offset` in `file`, at most `limit` bytes in as many pages as `pages` takes: the page-cache
/// pages themselves where the file has them, else one fresh frame that the file was read into. Answers the
/// number of pages, 0 at the end of the file. Errors as read(2). MayWait::No binds files that
/// support_no_wait.
Result<u32> borrow_pages(File& file, u64 offset, usize limit, std::span<BorrowedPage> pages,
                         MayWait may_wait = MayWait::Yes);

} // namespace martlet
