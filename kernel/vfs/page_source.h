// The pages of an open file for transfers that need not copy: splice(2), sendfile(2), copy_file_range(2).
#pragma once
#include "vfs/file.h"

namespace martlet {

struct Frame;

/// Part of a frame with a reference to it.
struct BorrowedPage {
    Frame* frame = nullptr;
    u32 start = 0, size = 0; // size 0: the end of the file, no frame
};

enum class MayWait : u8 { No, Yes };

/// Up to one page of `file` at `offset`, at most `limit` bytes: the page-cache page itself where the file has one, else a
/// fresh frame that the file was read into. Errors as read(2). MayWait::No binds files that support_no_wait.
Result<BorrowedPage> borrow_page(File& file, u64 offset, usize limit, MayWait may_wait = MayWait::Yes);

} // namespace martlet
