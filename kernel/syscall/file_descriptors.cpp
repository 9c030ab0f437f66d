// close, dup, fcntl, flock.
#include "event/file_owner.h"
#include "fs/pipe/pipe.h"
#include "proc/resource_limits.h"
#include "syscall/file.h"
#include "syscall/file_owner.h"
#include "syscall/file_support.h"
#include "vfs/file_locks.h"
#include "vfs/inode.h"
#include "vfs/open.h"

namespace martlet {
namespace {

// fcntl(2) commands.
constexpr u32 kDuplicate = 0, kGetDescriptorFlags = 1, kSetDescriptorFlags = 2, kGetStatusFlags = 3,
              kSetStatusFlags = 4, kGetLock = 5, kSetLock = 6, kSetLockWait = 7, kOfdGetLock = 36,
              kOfdSetLock = 37, kOfdSetLockWait = 38, kGetLease = 1025, kNotifyDirectory = 1026,
              kDuplicateCloseOnExec = 1030, kSetPipeSize = 1031, kGetPipeSize = 1032;
constexpr u32 kAddSeals = 1033, kGetSeals = 1034, kGetWriteHint = 1035, kSetWriteHint = 1036;
constexpr u64 kDescriptorCloseOnExec = 1;

CloseOnExec close_on_exec_if(bool wanted) { return wanted ? CloseOnExec::Yes : CloseOnExec::No; }

Result<int> duplicate(int fd, u64 minimum, CloseOnExec cloexec) {
    u64 limit = current_limit(Resource::OpenFiles);
    if (static_cast<i64>(minimum) < 0 || minimum >= limit || minimum > 0x7fff'ffff) return Error(Errno::EINVAL);
    return current_task().files().duplicate(fd, Rights::All, cloexec, limit, static_cast<int>(minimum));
}

/// What a command needs beside the access mode that it checks itself: telling needs nothing.
Rights rights_for(u32 command) {
    switch (command) {
    case kDuplicate:
    case kDuplicateCloseOnExec: return Rights::Duplicate;
    case kGetDescriptorFlags:
    case kSetDescriptorFlags:
    case kGetStatusFlags:
    case kGetLock:
    case kOfdGetLock:
    case kGetOwner:
    case kGetOwnerEx:
    case kGetSignal:
    case kGetOwnerIds:
    case kGetLease:
    case kGetPipeSize:
    case kGetSeals:
    case kGetWriteHint: return Rights::None;
    default: return Rights::Manage;
    }
}

/// F_GET_RW_HINT and F_SET_RW_HINT: how long what is written will live. Only kept: nothing here writes by it.
Result<i64> write_hint(File& file, u32 command, u64 argument) {
    constexpr u64 kHintMax = 5; // RWH_WRITE_LIFE_EXTREME
    Inode* inode = file.inode();
    if (!inode) return Error(Errno::EINVAL);
    if (command == kGetWriteHint) {
        TRY(UserPtr<u64>(argument).store(inode->write_hint.load(std::memory_order_relaxed)));
        return 0;
    }
    u64 hint = TRY(UserPtr<u64>(argument).load());
    if (hint > kHintMax) return Error(Errno::EINVAL);
    inode->write_hint.store(static_cast<u8>(hint), std::memory_order_relaxed);
    return 0;
}

/// O_ASYNC comes and goes where the file knows it; elsewhere it stays off.
Result<void> set_async(File& file, int fd, bool wanted) {
    bool is_set = (file.flags() & kOpenAsync) != 0;
    if (wanted == is_set || file.signalled_events() == 0) return {};
    if (wanted) return start_signals(file, fd);
    FileOwner* owner = FileOwner::find(file);
    if (owner) owner->stop_watching();
    return {};
}

} // namespace

Result<i64> set_status_flags(File& file, int fd, u32 flags) {
    // O_NOATIME is for owners (open(2)).
    Inode* inode = file.inode();
    if ((flags & kOpenDirect) && !file.pipe() && !can_bypass_cache(file)) return Error(Errno::EINVAL);
    if ((flags & kOpenNoAtime) && !(file.flags() & kOpenNoAtime) && inode) {
        const Credentials& credentials = current_credentials();
        if (credentials.fs_uid != inode->attributes.user_id && !credentials.has(Capability::Fowner))
            return Error(Errno::EPERM);
    }
    TRY(set_async(file, fd, (flags & kOpenAsync) != 0));
    if (file.signalled_events() == 0) flags &= ~kOpenAsync;
    TRY(file.set_status_flags(flags));
    return 0;
}

Result<void> sys_close(int fd) { return current_task().files().close(fd); }

Result<void> sys_close_range(u32 first, u32 last, u32 flags) {
    constexpr u32 kUnshare = 2, kCloseOnExecOnly = 4;
    if (flags & ~(kUnshare | kCloseOnExecOnly)) return Error(Errno::EINVAL);
    if (first > last) return Error(Errno::EINVAL);
    if (flags & kUnshare) TRY(unshare_files());
    return current_task().files().close_range(first, last, (flags & kCloseOnExecOnly) != 0);
}

Result<int> sys_dup(int fd) {
    return current_task().files().duplicate(fd, Rights::All, CloseOnExec::No, current_limit(Resource::OpenFiles));
}

Result<int> sys_dup3(int old_fd, int new_fd, u32 flags) {
    if ((flags & ~kOpenCloseOnExec) || old_fd == new_fd) return Error(Errno::EINVAL);
    if (static_cast<u64>(static_cast<u32>(new_fd)) >= current_limit(Resource::OpenFiles)) return Error(Errno::EBADF);
    Descriptor original = TRY(current_task().files().descriptor(old_fd, Rights::Duplicate));
    TRY(current_task().files().install_at(new_fd, std::move(original), close_on_exec_if(flags != 0),
                                          current_limit(Resource::OpenFiles)));
    return new_fd;
}

Result<int> sys_dup2(int old_fd, int new_fd) {
    if (old_fd != new_fd) return sys_dup3(old_fd, new_fd, 0);
    TRY(get_file(old_fd, Rights::Duplicate));
    return new_fd;
}

Result<i64> sys_fcntl(int fd, u32 command, u64 argument) {
    Ref<File> file = TRY(get_file(fd, rights_for(command)));
    FdTable& files = current_task().files();
    switch (command) { // what also works on O_PATH descriptors
    case kDuplicate: return TRY(duplicate(fd, argument, CloseOnExec::No));
    case kDuplicateCloseOnExec: return TRY(duplicate(fd, argument, CloseOnExec::Yes));
    case kGetDescriptorFlags: return TRY(files.close_on_exec(fd)) == CloseOnExec::Yes ? 1 : 0;
    case kSetDescriptorFlags:
        TRY(files.set_close_on_exec(fd, close_on_exec_if((argument & kDescriptorCloseOnExec) != 0)));
        return 0;
    case kGetStatusFlags: return file->flags();
    default: break;
    }
    if (file->flags() & kOpenPath) return Error(Errno::EBADF);
    switch (command) {
    case kSetStatusFlags: return set_status_flags(*file, fd, static_cast<u32>(argument));
    case kGetLock:
    case kSetLock:
    case kSetLockWait:
    case kOfdGetLock:
    case kOfdSetLock:
    case kOfdSetLockWait: return record_lock(*file, command, argument);
    case kSetPipeSize:
        if (!file->pipe()) return Error(Errno::EBADF);
        return static_cast<i64>(TRY(file->pipe()->set_capacity(static_cast<u32>(argument))));
    case kGetPipeSize:
        if (!file->pipe()) return Error(Errno::EBADF);
        return static_cast<i64>(file->pipe()->capacity());
    case kGetWriteHint:
    case kSetWriteHint: return write_hint(*file, command, argument);
    case kGetSeals:
        if (!file->inode()) return Error(Errno::EINVAL);
        return TRY(file->inode()->seals());
    case kAddSeals:
        if (!file->inode()) return Error(Errno::EINVAL);
        if (!file->can_write()) return Error(Errno::EPERM);
        TRY(file->inode()->add_seals(static_cast<u32>(argument)));
        return 0;
    case kGetLease: return 2; // F_UNLCK: no leases are given
    case kNotifyDirectory: return argument == 0 ? Result<i64>(0) : Error(Errno::EINVAL); // there is nothing to end
    case kSetOwner:
    case kGetOwner:
    case kSetOwnerEx:
    case kGetOwnerEx:
    case kSetSignal:
    case kGetSignal:
    case kGetOwnerIds: return file_owner_command(*file, command, argument);
    default: return Error(Errno::EINVAL);
    }
}

Result<void> sys_flock(int fd, u32 operation) {
    constexpr u32 kShared = 1, kExclusive = 2, kNonBlock = 4, kUnlock = 8, kMandatory = 32;
    if (operation & kMandatory) return {}; // LOCK_MAND, which Linux gave up: taken without effect
    u32 kind = operation & ~kNonBlock;
    if (kind != kShared && kind != kExclusive && kind != kUnlock) return Error(Errno::EINVAL);
    Ref<File> file = TRY(get_open_file(fd, Rights::Manage));
    Inode* inode = file->inode();
    if (!inode) return Error(Errno::EBADF);
    FileLocks* locks = TRY(FileLocks::of(*inode));
    RangeLock wanted;
    wanted.owner = {file.get(), current_process_id()};
    wanted.lock_class = LockClass::Whole;
    wanted.kind = kind == kShared ? LockKind::Shared : LockKind::Exclusive;
    wanted.process_id = current_process_id();
    if (kind == kUnlock) return locks->unlock(wanted.owner, LockClass::Whole, 0, ~0ull);
    // A conversion is not atomic: it gives the old lock up, then takes the new one (flock(2)).
    if (locks->holds_other_kind(wanted)) TRY(locks->unlock(wanted.owner, LockClass::Whole, 0, ~0ull));
    return locks->lock(wanted, operation & kNonBlock ? LockWait::No : LockWait::Yes);
}

} // namespace martlet
