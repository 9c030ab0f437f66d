// The record-lock commands of fcntl(2): F_GETLK, F_SETLK, F_SETLKW and their OFD forms.
#include "syscall/file.h"
#include "syscall/file_support.h"
#include "vfs/file_locks.h"
#include "vfs/inode.h"

namespace martlet {
namespace {

constexpr i16 kReadLock = 0, kWriteLock = 1, kUnlock = 2;
constexpr u32 kGetLock = 5, kSetLockWait = 7, kOfdGetLock = 36, kOfdSetLockWait = 38;

/// l_whence, l_start, l_len as an inclusive range. EINVAL before the start of the file, EOVERFLOW past its last offset.
Result<void> load_range(File& file, const abi::FileLock& given, RangeLock& wanted) {
    i64 base = 0;
    switch (given.whence) {
    case kSeekSet: break;
    case kSeekCurrent: {
        MutexGuard guard(file.position_lock);
        base = static_cast<i64>(file.position);
        break;
    }
    case kSeekEnd: base = static_cast<i64>(file.inode()->attributes.size); break;
    default: return Error(Errno::EINVAL);
    }
    i64 start, end;
    if (__builtin_add_overflow(base, given.start, &start)) return Error(Errno::EOVERFLOW);
    if (start < 0) return Error(Errno::EINVAL);
    if (given.length > 0) {
        if (__builtin_add_overflow(start, given.length - 1, &end)) return Error(Errno::EOVERFLOW);
    } else if (given.length < 0) {
        end = start - 1;
        if (__builtin_add_overflow(start, given.length, &start) || start < 0) return Error(Errno::EINVAL);
    } else {
        end = 0x7fff'ffff'ffff'ffff; // to the end, wherever that will be
    }
    wanted.start = static_cast<u64>(start);
    wanted.end = static_cast<u64>(end);
    return {};
}

Result<i64> get_lock(FileLocks& locks, RangeLock& wanted, abi::FileLock& given, u64 argument) {
    RangeLock found;
    if (!locks.find_conflict(wanted, found)) {
        given.type = kUnlock;
    } else {
        given.type = found.kind == LockKind::Exclusive ? kWriteLock : kReadLock;
        given.whence = kSeekSet;
        given.start = static_cast<i64>(found.start);
        bool to_end = found.end >= 0x7fff'ffff'ffff'ffff;
        given.length = to_end ? 0 : static_cast<i64>(found.end - found.start + 1);
        given.process_id = found.process_id;
    }
    TRY(UserPtr<abi::FileLock>(argument).store(given));
    return 0;
}

} // namespace

Result<i64> record_lock(File& file, u32 command, u64 argument) {
    abi::FileLock given = TRY(UserPtr<abi::FileLock>(argument).load());
    bool is_ofd = command >= kOfdGetLock;
    if (is_ofd && given.process_id != 0) return Error(Errno::EINVAL);
    if (given.type != kReadLock && given.type != kWriteLock && given.type != kUnlock) return Error(Errno::EINVAL);
    Inode* inode = file.inode();
    if (!inode) return Error(Errno::EBADF);
    RangeLock wanted;
    wanted.owner = {is_ofd ? &file : nullptr, current_process_id()};
    wanted.process_id = is_ofd ? -1 : current_process_id();
    wanted.kind = given.type == kWriteLock ? LockKind::Exclusive : LockKind::Shared;
    TRY(load_range(file, given, wanted));
    bool is_get = command == kGetLock || command == kOfdGetLock;
    if (is_get && given.type == kUnlock && !is_ofd) return Error(Errno::EINVAL);
    FileLocks* locks = TRY(FileLocks::of(*inode));
    if (is_get) return get_lock(*locks, wanted, given, argument);
    if (given.type == kReadLock && !file.can_read()) return Error(Errno::EBADF);
    if (given.type == kWriteLock && !file.can_write()) return Error(Errno::EBADF);
    if (given.type == kUnlock) {
        TRY(locks->unlock(wanted.owner, LockClass::Record, wanted.start, wanted.end));
        return 0;
    }
    bool waits = command == kSetLockWait || command == kOfdSetLockWait;
    TRY(locks->lock(wanted, waits ? LockWait::Yes : LockWait::No));
    return 0;
}

} // namespace martlet
