// splice, tee, vmsplice: bytes between a pipe and a file by handing on frames.
//
// From a file the page-cache pages themselves enter the pipe; between pipes frames change hands; into a file
// the frames' bytes are written. vmsplice lends the program's own pages: what the program writes to them
// before they are read, the reader may see, as on Linux; the frames stay until the pipe lets go of them,
// whatever becomes of the mapping.
#include "fs/pipe/pipe.h"
#include "mm/address_space.h"
#include "mm/frame.h"
#include "syscall/file.h"
#include "syscall/file_support.h"
#include "syscall/offset_argument.h"
#include "vfs/inode.h"
#include "vfs/notify.h"
#include "vfs/page_source.h"

namespace martlet {
namespace {

constexpr u32 kSpliceMove = 1, kSpliceNonBlock = 2, kSpliceMore = 4, kSpliceGift = 8;
constexpr u32 kSpliceKnown = kSpliceMove | kSpliceNonBlock | kSpliceMore | kSpliceGift;

Blocking blocking_of(u32 flags, const File& file) {
    return (flags & kSpliceNonBlock) || file.is_nonblocking() ? Blocking::No : Blocking::Yes;
}

/// Events, timers and the like are counters and records, not bytes.
bool has_spliceable_bytes(File& file) { return file.kind() == FileKind::Other || file.kind() == FileKind::Socket; }

/// Appends as many of `parts` as fit and gives the others back. Answers the bytes appended.
Result<usize> hand_over(std::span<const BorrowedPage> parts, Pipe& to, Blocking blocking) {
    auto appended = to.append_frames(parts, blocking);
    usize kept = 0;
    for (const BorrowedPage& part : parts) {
        if (!appended || kept >= *appended) part.frame->release();
        kept += part.size;
    }
    return appended;
}

/// Until the pipe is full, the file ends or `count` bytes are in; waits only for the first slot.
Result<usize> file_to_pipe(File& from, u64& offset, Pipe& to, usize count, Blocking blocking) {
    // What was taken from a stream cannot be put back if others fill the pipe meanwhile: one page at a time.
    const u32 batch = from.is_seekable() ? kPipeBatch : 1;
    bool has_more = from.is_seekable() || from.supports_no_wait(TransferDirection::Read);
    usize done = 0;
    do {
        auto slots = to.wait_for_slot(done == 0 ? blocking : Blocking::No);
        if (!slots && done == 0) return Error(slots.error());
        if (!slots) break;
        BorrowedPage pages[kPipeBatch];
        auto borrowed = borrow_pages(from, offset, count - done, {pages, *slots < batch ? *slots : batch},
                                     done == 0 && blocking == Blocking::Yes ? MayWait::Yes : MayWait::No);
        if (!borrowed && done == 0) return Error(borrowed.error());
        if (!borrowed || *borrowed == 0) break;
        auto added = hand_over({pages, *borrowed}, to, blocking);
        if (!added && done == 0) return Error(added.error());
        if (!added) break;
        done += *added;
        offset += *added;
    } while (done < count && has_more);
    return done;
}

/// Writes what the pipe holds; waits only for the first bytes. Segment by segment to a socket, where each
/// write may be a message.
Result<usize> pipe_to_file(Pipe& from, File& to, u64& offset, usize count, Blocking blocking) {
    const u32 batch = to.kind() == FileKind::Socket ? 1 : kPipeBatch;
    usize done = 0;
    while (done < count) {
        BorrowedPage loans[kPipeBatch];
        auto lent = from.lend({loans, batch}, count - done, done == 0 ? blocking : Blocking::No);
        if (!lent && done == 0) return Error(lent.error());
        if (!lent || *lent == 0) break;
        UserIoVector vectors[kPipeBatch];
        for (u32 index = 0; index < *lent; ++index)
            vectors[index] = {reinterpret_cast<u64>(loans[index].frame->data()) + loans[index].start,
                              loans[index].size};
        IoCursor cursor = IoCursor::kernel_vectors({vectors, *lent});
        usize wanted = cursor.remaining();
        auto written = to.write(cursor, offset);
        from.settle(written.value_or(0));
        if (!written && done == 0) return Error(written.error());
        if (!written) break;
        offset += *written;
        done += *written;
        if (*written < wanted) break;
    }
    return done;
}

/// Hands frames on: splice consumes them, tee leaves them.
enum class Consume : u8 { No, Yes };
Result<usize> pipe_to_pipe(Pipe& from, Pipe& to, usize count, Blocking blocking, Consume consume) {
    for (;;) {
        TRY(to.wait_for_slot(blocking));
        BorrowedPage loans[kPipeBatch];
        u32 lent = TRY(from.lend(loans, count, blocking));
        if (lent == 0) return 0;
        for (u32 index = 0; index < lent; ++index) loans[index].frame->acquire();
        auto added = hand_over({loans, lent}, to, Blocking::No);
        from.settle(added && consume == Consume::Yes ? *added : 0);
        // Others may have filled the pipe since there was a slot.
        if (added || added.error() != Errno::EAGAIN || blocking == Blocking::No) return added;
    }
}

/// The program's pages from `address` on, with references, at most `size` bytes; EFAULT only if there is none.
Result<u32> pin_pages(u64 address, usize size, std::span<BorrowedPage> pages) {
    u32 count = 0;
    for (; count < pages.size() && size > 0; ++count) {
        u32 start = address & (kPageSize - 1);
        u32 part = size < kPageSize - start ? static_cast<u32>(size) : static_cast<u32>(kPageSize) - start;
        auto frame = current_task().address_space()->pin_page(address, PageAccess::Read);
        if (!frame && count == 0) return Error(frame.error());
        if (!frame) break;
        pages[count] = {*frame, start, part};
        address += part;
        size -= part;
    }
    return count;
}

/// As many of the program's pages as the pipe has slots for; waits only for the first slot.
Result<usize> memory_to_pipe(std::span<const UserIoVector> vectors, Pipe& to, Blocking blocking) {
    usize done = 0;
    for (const UserIoVector& vector : vectors) {
        for (usize offset = 0; offset < vector.size;) {
            auto slots = to.wait_for_slot(done == 0 ? blocking : Blocking::No);
            if (!slots && done == 0) return Error(slots.error());
            if (!slots) return done;
            BorrowedPage pages[kPipeBatch];
            auto pinned = pin_pages(vector.address + offset, vector.size - offset,
                                    {pages, *slots < kPipeBatch ? *slots : kPipeBatch});
            if (!pinned && done == 0) return Error(pinned.error());
            if (!pinned) return done;
            auto added = hand_over({pages, *pinned}, to, done == 0 ? blocking : Blocking::No);
            if (!added && done == 0) return Error(added.error());
            if (!added) return done;
            offset += *added;
            done += *added;
        }
    }
    return done;
}

} // namespace

Result<usize> sys_splice(int from_fd, UserPtr<i64> from_user, int to_fd, UserPtr<i64> to_user, usize count, u32 flags) {
    if (count == 0) return 0;
    if (flags & ~kSpliceKnown) return Error(Errno::EINVAL);
    Ref<File> from = TRY(get_file(from_fd, Rights::Read));
    Ref<File> to = TRY(get_file(to_fd, Rights::Write));
    Pipe* source = from->pipe();
    Pipe* target = to->pipe();
    if ((source && from_user) || (target && to_user)) return Error(Errno::ESPIPE);
    if (!from->can_read() || !to->can_write()) return Error(Errno::EBADF);
    if (!source && !target) return Error(Errno::EINVAL);
    if (count > kMaxTransfer) count = kMaxTransfer;
    if (source && target) {
        if (source == target) return Error(Errno::EINVAL);
        Blocking blocking = blocking_of(flags, *from) == Blocking::No ? Blocking::No : blocking_of(flags, *to);
        return pipe_to_pipe(*source, *target, count, blocking, Consume::Yes);
    }
    File& file = source ? *to : *from;
    if (source && (to->flags() & kOpenAppend)) return Error(Errno::EINVAL);
    Inode* inode = file.inode();
    if (inode && inode->is_directory()) return Error(Errno::EINVAL);
    if (!has_spliceable_bytes(file)) return Error(Errno::EINVAL);
    UserPtr<i64> user = source ? to_user : from_user;
    if (user && !file.is_seekable()) return Error(Errno::EINVAL);
    OffsetArgument offset;
    TRY(offset.begin(file, user));
    TRY(offset.check(count));
    if (target) TRY(ask_permission(file, kNotifyAccessPermission));
    usize done = source ? TRY(pipe_to_file(*source, file, offset.value, count, blocking_of(flags, *from)))
                        : TRY(file_to_pipe(file, offset.value, *target, count, blocking_of(flags, *to)));
    TRY(offset.end());
    if (target && done > 0) notify_file(file, kNotifyAccess); // the writes told of themselves
    return done;
}

Result<usize> sys_tee(int from_fd, int to_fd, usize count, u32 flags) {
    if (flags & ~kSpliceKnown) return Error(Errno::EINVAL);
    if (count == 0) return 0;
    Ref<File> from = TRY(get_file(from_fd, Rights::Read));
    Ref<File> to = TRY(get_file(to_fd, Rights::Write));
    if (!from->can_read() || !to->can_write()) return Error(Errno::EBADF);
    if (!from->pipe() || !to->pipe() || from->pipe() == to->pipe()) return Error(Errno::EINVAL);
    Blocking blocking = blocking_of(flags, *from) == Blocking::No ? Blocking::No : blocking_of(flags, *to);
    return pipe_to_pipe(*from->pipe(), *to->pipe(), count < kMaxTransfer ? count : kMaxTransfer, blocking, Consume::No);
}

Result<usize> sys_vmsplice(int fd, u64 vectors, u64 count, u32 flags) {
    if (flags & ~kSpliceKnown) return Error(Errno::EINVAL);
    Ref<File> file = TRY(get_open_file(fd, Rights::None));
    if (!file->can_write() && !file->can_read()) return Error(Errno::EBADF);
    TRY(get_file(fd, file->can_write() ? Rights::Write : Rights::Read));
    VectorArgument argument;
    TRY(argument.load(vectors, count));
    IoCursor cursor = IoCursor::user_vectors(argument.vectors());
    if (cursor.remaining() == 0) return 0;
    Pipe* pipe = file->pipe();
    if (!pipe) return Error(Errno::EBADF);
    Blocking blocking = flags & kSpliceNonBlock ? Blocking::No : Blocking::Yes; // whatever O_NONBLOCK says, as Linux
    if (!file->can_write()) return pipe->read(cursor, blocking);
    return memory_to_pipe(argument.vectors(), *pipe, blocking);
}

} // namespace martlet
