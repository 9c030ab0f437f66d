// read, write and their families; positions, sizes and sync.
#include "syscall/file.h"
#include "syscall/file_support.h"
#include "vfs/file_system.h"
#include "vfs/inode.h"
#include "vfs/mount.h"
#include "vfs/notify.h"
#include "vfs/write_back.h"

namespace martlet {
namespace {

constexpr u32 kReadWriteDsync = 2, kReadWriteSync = 4, kReadWriteNoWait = 8, kReadWriteAppend = 16,
              kReadWriteKnown = 1 | 2 | 4 | 8 | 16; // RWF_*

/// EOPNOTSUPP: an unknown flag, or the file cannot promise not to wait.
Result<void> apply_flags(const File& file, u32 flags, TransferDirection direction, IoCursor& cursor) {
    if (flags & ~kReadWriteKnown) return Error(Errno::EOPNOTSUPP);
    if (!(flags & kReadWriteNoWait)) return {};
    if (!file.supports_no_wait(direction)) return Error(Errno::EOPNOTSUPP);
    cursor.forbid_waiting();
    return {};
}

Result<Ref<File>> get_readable(int fd) {
    Ref<File> file = TRY(get_file(fd, Rights::Read));
    if (!file->can_read()) return Error(Errno::EBADF);
    return file;
}
Result<Ref<File>> get_writable(int fd) {
    Ref<File> file = TRY(get_file(fd, Rights::Write));
    if (!file->can_write()) return Error(Errno::EBADF);
    return file;
}

/// For a call with an offset of its own: a stream has none (ESPIPE), whatever it is open for.
Result<Ref<File>> get_seekable(int fd, Rights needed) {
    Ref<File> file = TRY(get_open_file(fd, needed));
    if (!file->is_seekable()) return Error(Errno::ESPIPE);
    return file;
}

/// What one call moves at most. EFAULT where no user memory is as long.
Result<IoCursor> user_buffer(u64 address, usize count) {
    if (count > kMaxTransfer) [[unlikely]] {
        if (count > kUserEnd || address > kUserEnd - count) return Error(Errno::EFAULT);
        count = kMaxTransfer;
    }
    return IoCursor::user(address, count);
}

/// The caller's account for /proc/pid/io.
Result<usize> count_read(Result<usize> result) {
    IoCounts& counts = current_task().io_counts;
    ++counts.read_calls;
    if (result) counts.read_bytes += *result;
    return result;
}
Result<usize> count_written(Result<usize> result) {
    IoCounts& counts = current_task().io_counts;
    ++counts.write_calls;
    if (result) counts.written_bytes += *result;
    return result;
}

/// EINVAL where a transfer of that size would reach past the largest offset.
Result<void> check_range(u64 offset, const IoCursor& cursor) {
    if (static_cast<i64>(offset + cursor.remaining()) < 0) [[unlikely]] return Error(Errno::EINVAL);
    return {};
}

/// At the file's own position, which moves on.
Result<usize> read_here(File& file, IoCursor cursor) {
    if (!file.is_seekable()) return file.read(cursor, 0);
    MutexGuard guard(file.position_lock);
    TRY(check_range(file.position, cursor));
    usize count = TRY(file.read(cursor, file.position));
    file.position += count;
    return count;
}

Result<usize> write_here(File& file, IoCursor cursor) {
    if (!file.is_seekable()) return file.write(cursor, 0);
    MutexGuard guard(file.position_lock);
    TRY(check_range(file.position, cursor));
    if (file.flags() & kOpenAppend) return file.append(cursor, file.position);
    usize count = TRY(file.write(cursor, file.position));
    file.position += count;
    return count;
}

/// Each buffer is a write of its own where a write is a number, which is not put together from two buffers.
Result<usize> write_vectors(File& file, IoCursor cursor, std::span<const UserIoVector> vectors) {
    if (file.kind() != FileKind::Event) return write_here(file, cursor);
    usize done = 0;
    for (const UserIoVector& vector : vectors) {
        IoCursor each = IoCursor::user(vector.address, vector.size);
        auto written = file.write(each, 0);
        if (!written && done == 0) return written;
        if (!written) break;
        done += *written;
        if (*written < vector.size) break;
    }
    return done;
}

Result<usize> read_at(File& file, IoCursor cursor, i64 offset) {
    TRY(check_range(static_cast<u64>(offset), cursor));
    return file.read(cursor, static_cast<u64>(offset));
}

Result<usize> write_at(File& file, IoCursor cursor, i64 offset) {
    TRY(check_range(static_cast<u64>(offset), cursor));
    u64 end; // an appending file appends whatever the offset says (pwrite(2), BUGS)
    if (file.flags() & kOpenAppend) return file.append(cursor, end);
    return file.write(cursor, static_cast<u64>(offset));
}

/// The combinations that fallocate(2) allows, whatever the file system can do of them.
Result<void> check_allocation_mode(u32 mode) {
    constexpr u32 kKeepSize = 1, kPunchHole = 2, kCollapse = 8, kZeroRange = 16, kInsert = 32, kUnshare = 64;
    if (mode & ~(kKeepSize | kPunchHole | kCollapse | kZeroRange | kInsert | kUnshare)) return Error(Errno::EOPNOTSUPP);
    if ((mode & kPunchHole) && (!(mode & kKeepSize) || (mode & kZeroRange))) return Error(Errno::EOPNOTSUPP);
    if ((mode & kCollapse) && mode != kCollapse) return Error(Errno::EINVAL);
    if ((mode & kInsert) && mode != kInsert) return Error(Errno::EINVAL);
    if ((mode & kUnshare) && (mode & ~(kUnshare | kKeepSize))) return Error(Errno::EINVAL);
    return {};
}

} // namespace

Result<usize> sys_read(int fd, u64 buffer, usize count) {
    Ref<File> file = TRY(get_readable(fd));
    return count_read(read_here(*file, TRY(user_buffer(buffer, count))));
}

Result<usize> sys_write(int fd, u64 buffer, usize count) {
    Ref<File> file = TRY(get_writable(fd));
    return count_written(write_here(*file, TRY(user_buffer(buffer, count))));
}

Result<usize> sys_pread64(int fd, u64 buffer, usize count, i64 offset) {
    if (offset < 0) return Error(Errno::EINVAL);
    Ref<File> file = TRY(get_seekable(fd, Rights::Read));
    if (!file->can_read()) return Error(Errno::EBADF);
    return count_read(read_at(*file, TRY(user_buffer(buffer, count)), offset));
}

Result<usize> sys_pwrite64(int fd, u64 buffer, usize count, i64 offset) {
    if (offset < 0) return Error(Errno::EINVAL);
    Ref<File> file = TRY(get_seekable(fd, Rights::Write));
    if (!file->can_write()) return Error(Errno::EBADF);
    return count_written(write_at(*file, TRY(user_buffer(buffer, count)), offset));
}

Result<usize> sys_readv(int fd, u64 vectors, u64 count) {
    Ref<File> file = TRY(get_open_file(fd, Rights::Read));
    VectorArgument argument;
    TRY(argument.load(vectors, count));
    if (!file->can_read()) return Error(Errno::EBADF);
    IoCursor cursor = IoCursor::user_vectors(argument.vectors());
    if (cursor.remaining() == 0) return count_read(0); // nobody is asked
    return count_read(read_here(*file, cursor));
}

Result<usize> sys_writev(int fd, u64 vectors, u64 count) {
    Ref<File> file = TRY(get_open_file(fd, Rights::Write));
    VectorArgument argument;
    TRY(argument.load(vectors, count));
    if (!file->can_write()) return Error(Errno::EBADF);
    IoCursor cursor = IoCursor::user_vectors(argument.vectors());
    if (cursor.remaining() == 0) return count_written(0);
    return count_written(write_vectors(*file, cursor, argument.vectors()));
}

Result<usize> sys_preadv2(int fd, u64 vectors, u64 count, u64 offset, u64, u32 flags) {
    bool uses_position = offset == ~0ull;
    if (!uses_position && static_cast<i64>(offset) < 0) return Error(Errno::EINVAL);
    Ref<File> file = TRY(uses_position ? get_open_file(fd, Rights::Read) : get_seekable(fd, Rights::Read));
    VectorArgument argument;
    TRY(argument.load(vectors, count));
    if (!file->can_read()) return Error(Errno::EBADF);
    IoCursor cursor = IoCursor::user_vectors(argument.vectors());
    if (cursor.remaining() == 0) return count_read(0);
    TRY(apply_flags(*file, flags, TransferDirection::Read, cursor));
    return count_read(uses_position ? read_here(*file, cursor) : read_at(*file, cursor, static_cast<i64>(offset)));
}

Result<usize> sys_pwritev2(int fd, u64 vectors, u64 count, u64 offset, u64, u32 flags) {
    bool uses_position = offset == ~0ull;
    if (!uses_position && static_cast<i64>(offset) < 0) return Error(Errno::EINVAL);
    Ref<File> file = TRY(uses_position ? get_open_file(fd, Rights::Write) : get_seekable(fd, Rights::Write));
    VectorArgument argument;
    TRY(argument.load(vectors, count));
    if (!file->can_write()) return Error(Errno::EBADF);
    IoCursor cursor = IoCursor::user_vectors(argument.vectors());
    if (cursor.remaining() == 0) return count_written(0);
    TRY(apply_flags(*file, flags, TransferDirection::Write, cursor));
    usize written;
    if (!(flags & kReadWriteAppend) || !file->is_seekable()) {
        written = TRY(uses_position ? write_vectors(*file, cursor, argument.vectors())
                                    : write_at(*file, cursor, static_cast<i64>(offset)));
    } else if (uses_position) {
        MutexGuard guard(file->position_lock);
        written = TRY(file->append(cursor, file->position));
    } else {
        u64 end;
        written = TRY(file->append(cursor, end));
    }
    if ((flags & (kReadWriteDsync | kReadWriteSync)) && file->is_seekable()) TRY(file->sync());
    return count_written(written);
}

Result<usize> sys_preadv(int fd, u64 vectors, u64 count, u64 offset, u64 high) {
    if (static_cast<i64>(offset) < 0) return Error(Errno::EINVAL);
    return sys_preadv2(fd, vectors, count, offset, high, 0);
}

Result<usize> sys_pwritev(int fd, u64 vectors, u64 count, u64 offset, u64 high) {
    if (static_cast<i64>(offset) < 0) return Error(Errno::EINVAL);
    return sys_pwritev2(fd, vectors, count, offset, high, 0);
}

Result<u64> sys_lseek(int fd, i64 offset, u32 whence) {
    Ref<File> file = TRY(get_open_file(fd, Rights::None));
    if (whence > static_cast<u32>(kSeekHole)) return Error(Errno::EINVAL);
    MutexGuard guard(file->position_lock);
    return file->seek(offset, static_cast<int>(whence));
}

Result<void> sys_fsync(int fd) {
    Ref<File> file = TRY(get_open_file(fd, Rights::Write));
    return file->sync();
}

Result<void> sys_fdatasync(int fd) { return sys_fsync(fd); }

Result<void> sys_syncfs(int fd) {
    Ref<File> file = TRY(get_open_file(fd, Rights::Write));
    Inode* inode = file->inode();
    if (!inode) return {};
    return inode->super_block().sync();
}

Result<void> sys_sync() {
    {
        MutexGuard guard(mount_mutex);
        for (Mount* mount = MountTable::first(); mount; mount = MountTable::next(*mount))
            (void)mount->super_block().sync();
    }
    WriteBack::sync_all();
    return {};
}

Result<void> sys_sync_file_range(int fd, i64 offset, i64 size, u32 flags) {
    constexpr u32 kWaitBefore = 1, kWrite = 2, kWaitAfter = 4;
    i64 end;
    Ref<File> file = TRY(get_open_file(fd, Rights::Write));
    if (flags & ~(kWaitBefore | kWrite | kWaitAfter)) return Error(Errno::EINVAL);
    if (offset < 0 || size < 0 || __builtin_add_overflow(offset, size, &end)) return Error(Errno::EINVAL);
    Inode* inode = file->inode();
    u32 type = inode ? inode->mode() & kModeTypeMask : 0;
    if (type != kModeRegular && type != kModeBlock && type != kModeDirectory && type != kModeSymlink)
        return Error(Errno::ESPIPE);
    if (flags == 0) return {};
    return file->sync_range(static_cast<u64>(offset), size > 0 ? static_cast<u64>(end) : ~0ull);
}

Result<void> sys_ftruncate(int fd, i64 size) {
    if (size < 0) return Error(Errno::EINVAL);
    Ref<File> file = TRY(get_open_file(fd, Rights::Write));
    Inode* inode = file->inode();
    if (!file->can_write() || !inode || !inode->is_regular()) return Error(Errno::EINVAL);
    TRY(change_size(*inode, static_cast<u64>(size)));
    notify_file(*file, kNotifyModify);
    return {};
}

Result<void> sys_fallocate(int fd, u32 mode, i64 offset, i64 size) {
    constexpr u32 kKeepSize = 1, kPunchHole = 2, kZeroRange = 16;
    Ref<File> file = TRY(get_open_file(fd, Rights::Write));
    if (offset < 0 || size <= 0) return Error(Errno::EINVAL);
    TRY(check_allocation_mode(mode));
    if (!file->can_write()) return Error(Errno::EBADF);
    Inode* inode = file->inode();
    if (!inode || (inode->mode() & kModeTypeMask) == kModeFifo) return Error(Errno::ESPIPE);
    if (inode->is_directory()) return Error(Errno::EISDIR);
    if (!inode->is_regular()) return Error(Errno::ENODEV);
    i64 end;
    if (__builtin_add_overflow(offset, size, &end)) return Error(Errno::EFBIG);
    if (mode & ~(kKeepSize | kPunchHole | kZeroRange)) return Error(Errno::EOPNOTSUPP); // no file system here can
    {
        MutexGuard guard(inode->attribute_lock);
        if (!(mode & kPunchHole) && static_cast<u64>(end) > inode->attributes.size &&
            static_cast<u64>(end) > current_file_size_limit()) {
            raise_file_size_signal();
            return Error(Errno::EFBIG);
        }
        TRY(inode->allocate(mode, static_cast<u64>(offset), static_cast<u64>(size)));
        inode->touch(true);
    }
    notify_file(*file, kNotifyModify);
    return {};
}

Result<void> sys_fadvise64(int fd, i64 offset, i64 size, int advice) {
    constexpr int kWillNeed = 3, kDontNeed = 4, kNoReuse = 5;
    Ref<File> file = TRY(get_open_file(fd, Rights::Read));
    if (file->pipe()) return Error(Errno::ESPIPE);
    if (size < 0 || advice < 0 || advice > kNoReuse) return Error(Errno::EINVAL);
    u64 start = static_cast<u64>(offset), length = size > 0 ? static_cast<u64>(size) : ~0ull - start;
    if (advice == kWillNeed) file->prefetch(start, length);
    if (advice == kDontNeed) file->drop_cached(start, length);
    return {};
}

Result<usize> sys_readahead(int fd, i64 offset, usize size) {
    Ref<File> file = TRY(get_readable(fd));
    Inode* inode = file->inode();
    u32 type = inode ? inode->mode() & kModeTypeMask : 0;
    if (type != kModeRegular && type != kModeBlock) return Error(Errno::EINVAL);
    file->prefetch(static_cast<u64>(offset), size);
    return 0;
}

} // namespace martlet
