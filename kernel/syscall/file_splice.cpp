// splice, tee, vmsplice: bytes between a pipe and a file by handing on frames.
//
// From a file the page-cache pages themselves enter the pipe; between pipes frames change hands; into a file the frames'
// bytes are written. vmsplice lends the program's own pages: what the program writes to them before they are read, the
// reader may see, as on Linux; the frames stay until the pipe lets go of them, whatever becomes of the mapping.
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

/// Until the pipe is full, the file ends or `count` bytes are in; waits only for the first slot.
Result<usize> file_to_pipe(File& from, u64& offset, Pipe& to, usize count, Blocking blocking) {
    TRY(to.wait_for_slot(blocking));
    usize done = 0;
    while (done < count) {
        if (done > 0 && !to.wait_for_slot(Blocking::No)) break;
        auto page = borrow_page(from, offset, count - done, done == 0 && blocking == Blocking::Yes ? MayWait::Yes : MayWait::No);
        if (!page || page->size == 0) {
            if (!page && done == 0) return Error(page.error());
            break;
        }
        u32 size = page->size;
        auto added = to.append_frame(*page, blocking);
        if (!added) {
            if (done == 0) return Error(added.error());
            break;
        }
        done += size;
        offset += size;
        if (!from.is_seekable() && !from.supports_no_wait(TransferDirection::Read)) break; // a stream: what there was
    }
    return done;
}

/// Writes what the pipe holds; waits only for the first bytes.
Result<usize> pipe_to_file(Pipe& from, File& to, u64& offset, usize count, Blocking blocking) {
    usize done = 0;
    while (done < count) {
        BorrowedPage loans[kPipeLendLimit];
        auto lent = from.lend(loans, count - done, done == 0 ? blocking : Blocking::No);
        if (!lent || *lent == 0) {
            if (!lent && done == 0) return Error(lent.error());
            break;
        }
        usize taken = 0;
        Result<usize> written = 0;
        for (u32 index = 0; index < *lent; ++index) {
            const u8* data = static_cast<u8*>(loans[index].frame->data()) + loans[index].start;
            IoCursor cursor = IoCursor::kernel_const(data, loans[index].size);
            written = to.write(cursor, offset);
            if (!written) break;
            offset += *written;
            taken += *written;
            if (*written < loans[index].size) break;
        }
        usize wanted = 0;
        for (u32 index = 0; index < *lent; ++index) wanted += loans[index].size;
        from.settle({loans, *lent}, taken);
        done += taken;
        if (!written && done == 0) return Error(written.error());
        if (taken < wanted) break;
    }
    return done;
}

/// Hands frames on: splice consumes them, tee leaves them.
enum class Consume : u8 { No, Yes };
Result<usize> pipe_to_pipe(Pipe& from, Pipe& to, usize count, Blocking blocking, Consume consume) {
    for (;;) {
        TRY(to.wait_for_slot(blocking));
        BorrowedPage loans[kPipeLendLimit];
        u32 lent = TRY(from.lend(loans, count, blocking));
        if (lent == 0) return 0;
        usize moved = 0;
        Result<void> added;
        for (u32 index = 0; index < lent; ++index) {
            loans[index].frame->acquire();
            added = to.append_frame(loans[index], Blocking::No);
            if (!added) break;
            moved += loans[index].size;
        }
        from.settle({loans, lent}, consume == Consume::Yes ? moved : 0);
        if (moved > 0) return moved;
        if (added || added.error() != Errno::EAGAIN || blocking == Blocking::No) return Error(added.error());
    }
}

/// As many of the program's pages as the pipe has slots for; waits only for the first slot.
Result<usize> memory_to_pipe(std::span<const UserIoVector> vectors, Pipe& to, Blocking blocking) {
    TRY(to.wait_for_slot(blocking));
    AddressSpace& space = *current_task().address_space();
    usize done = 0;
    for (const UserIoVector& vector : vectors) {
        for (usize offset = 0; offset < vector.size;) {
            if (done > 0 && !to.wait_for_slot(Blocking::No)) return done;
            u64 address = vector.address + offset;
            u32 start = address & (kPageSize - 1);
            usize left = vector.size - offset;
            u32 size = left < kPageSize - start ? static_cast<u32>(left) : static_cast<u32>(kPageSize) - start;
            auto frame = space.pin_page(address, PageAccess::Read);
            if (!frame && done == 0) return Error(frame.error());
            if (!frame) return done;
            auto added = to.append_frame({*frame, start, size}, done == 0 ? blocking : Blocking::No);
            if (!added && done == 0) return Error(added.error());
            if (!added) return done;
            offset += size;
            done += size;
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
