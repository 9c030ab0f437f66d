// sendfile and copy_file_range: from file to file through one kernel page at a time.
#include "proc/signal.h"
#include "syscall/file.h"
#include "syscall/file_support.h"
#include "syscall/offset_argument.h"
#include "vfs/inode.h"

namespace martlet {
namespace {

/// Moves up to `count` bytes; the offsets move on by what was written. An error counts only before the first
/// byte; a signal ends the copy after a page, for neither side may ever wait (/dev/zero to an eventfd).
Result<usize> copy_bytes(File& from, u64& from_offset, File& to, u64& to_offset, usize count) {
    Own<u8[]> buffer(new (std::nothrow) u8[kPageSize]);
    if (!buffer) return Error(Errno::ENOMEM);
    usize done = 0;
    while (done < count) {
        usize wanted = count - done < kPageSize ? count - done : kPageSize;
        IoCursor in = IoCursor::kernel(buffer.get(), wanted);
        auto got = from.read(in, from_offset);
        if (!got && done == 0) return got;
        if (!got || *got == 0) break;
        usize put = 0;
        Errno error = Errno::EIO;
        while (put < *got) {
            IoCursor out = IoCursor::kernel_const(buffer.get() + put, *got - put);
            auto written = to.write(out, to_offset);
            if (!written) error = written.error();
            if (!written || *written == 0) break;
            to_offset += *written;
            put += *written;
        }
        if (put == 0 && done == 0) return Error(error);
        from_offset += put;
        done += put;
        if (put < *got || signal_is_pending()) break;
    }
    return done;
}

/// Both offsets; of two position locks the one at the lower address is taken first.
Result<void> begin_both(OffsetArgument& from_offset, File& from, UserPtr<i64> from_user,
                        OffsetArgument& to_offset, File& to, UserPtr<i64> to_user) {
    if (&from < &to) TRY(from_offset.begin(from, from_user));
    TRY(to_offset.begin(to, to_user));
    if (&from >= &to) TRY(from_offset.begin(from, from_user));
    return {};
}

/// No further than files may grow: EFBIG (and SIGXFSZ by the process's own limit) where they may not at all.
Result<void> limit_write(u64 offset, usize& count) {
    u64 limit = current_file_size_limit();
    if (offset >= limit && limit < kMaxFileSize) raise_file_size_signal();
    if (limit > kMaxFileSize) limit = kMaxFileSize;
    if (static_cast<i64>(offset) >= static_cast<i64>(limit)) return Error(Errno::EFBIG);
    if (count > limit - offset) count = limit - offset;
    return {};
}

} // namespace

Result<usize> sys_sendfile(int to_fd, int from_fd, UserPtr<i64> offset, usize count) {
    Ref<File> from = TRY(get_file(from_fd, Rights::Read));
    Ref<File> to = TRY(get_file(to_fd, Rights::Write));
    if (!from->can_read() || !to->can_write()) return Error(Errno::EBADF);
    if (offset && !from->is_seekable()) return Error(Errno::ESPIPE);
    if (from.get() == to.get() && !offset) return Error(Errno::EINVAL); // one position for both ends
    Inode* source = from->inode();
    if (!from->is_seekable() || !source || source->is_directory()) return Error(Errno::EINVAL);
    if (to->flags() & kOpenAppend) return Error(Errno::EINVAL);
    OffsetArgument from_offset, to_offset;
    TRY(begin_both(from_offset, *from, offset, to_offset, *to, UserPtr<i64>()));
    if (count > kMaxTransfer) count = kMaxTransfer;
    TRY(from_offset.check(count));
    if (to->is_seekable()) TRY(to_offset.check(count));
    usize done = TRY(copy_bytes(*from, from_offset.value, *to, to_offset.value, count));
    TRY(to_offset.end());
    TRY(from_offset.end());
    return done;
}

Result<usize> sys_copy_file_range(int from_fd, UserPtr<i64> from_user, int to_fd, UserPtr<i64> to_user,
                                  usize count, u32 flags) {
    Ref<File> from = TRY(get_open_file(from_fd, Rights::Read));
    Ref<File> to = TRY(get_open_file(to_fd, Rights::Write));
    if (flags != 0) return Error(Errno::EINVAL);
    Inode* source = from->inode();
    Inode* target = to->inode();
    if (!source || !target) return Error(Errno::EINVAL);
    if (source->is_directory() || target->is_directory()) return Error(Errno::EISDIR);
    if (!source->is_regular() || !target->is_regular()) return Error(Errno::EINVAL);
    if (!from->can_read() || !to->can_write() || (to->flags() & kOpenAppend)) return Error(Errno::EBADF);
    if (&source->super_block() != &target->super_block()) return Error(Errno::EXDEV);
    if (from.get() == to.get() && !from_user && !to_user) return Error(Errno::EINVAL); // one position for both: overlap
    OffsetArgument from_offset, to_offset;
    TRY(begin_both(from_offset, *from, from_user, to_offset, *to, to_user));
    u64 end;
    if (__builtin_add_overflow(from_offset.value, count, &end) || __builtin_add_overflow(to_offset.value, count, &end))
        return Error(Errno::EOVERFLOW);
    TRY(from_offset.check(0));
    u64 size = source->attributes.size, left = from_offset.value < size ? size - from_offset.value : 0;
    if (count > left) count = left;
    TRY(limit_write(to_offset.value, count));
    bool overlaps = source == target && from_offset.value < to_offset.value + count &&
                    to_offset.value < from_offset.value + count;
    if (overlaps) return Error(Errno::EINVAL);
    TRY(to_offset.check(0));
    usize done = TRY(copy_bytes(*from, from_offset.value, *to, to_offset.value,
                                count < kMaxTransfer ? count : kMaxTransfer));
    TRY(to_offset.end());
    TRY(from_offset.end());
    return done;
}

} // namespace martlet
