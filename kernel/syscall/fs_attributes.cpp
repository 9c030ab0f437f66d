// access, chmod, chown, utimes, truncate.
#include "syscall/file_support.h"
#include "syscall/fs.h"
#include "vfs/dentry.h"
#include "vfs/inode.h"
#include "vfs/mount.h"
#include "vfs/notify.h"
#include "vfs/permission.h"

namespace martlet {
namespace {

/// What an at-call's descriptor and path name, for changing it. Descriptors of things outside the tree have paths too.
Result<Path> walk_for_change(int directory, UserString path, u32 flags, u32 allowed) {
    if (flags & ~allowed) return Error(Errno::EINVAL);
    NameArgument name = TRY(NameArgument::load(directory, path));
    return name.walk(flags);
}

Result<Path> path_of(int fd) {
    Ref<File> file = TRY(get_open_file(fd, Rights::Manage));
    if (!file->path()) return Error(Errno::EBADF);
    return file->path();
}

/// access(2) asks with the real ids, and without capabilities for anybody but root.
Result<Ref<const Credentials>> real_credentials() {
    const Credentials& current = current_credentials();
    Ref<Credentials> real = TRY(current.clone());
    real->fs_uid = current.real_uid;
    real->fs_gid = current.real_gid;
    real->effective = current.real_uid == 0 ? current.permitted : 0;
    return Ref<const Credentials>(std::move(real));
}

Result<TimeChange> time_change(i64 seconds, i64 nanoseconds) {
    constexpr i64 kNow = 0x3fff'ffff, kOmit = 0x3fff'fffe; // UTIME_NOW, UTIME_OMIT
    if (nanoseconds == kNow) return TimeChange{TimeChange::Kind::Now, {}};
    if (nanoseconds == kOmit) return TimeChange{TimeChange::Kind::Omit, {}};
    if (nanoseconds < 0 || nanoseconds >= static_cast<i64>(kNanosecondsPerSecond)) return Error(Errno::EINVAL);
    return TimeChange{TimeChange::Kind::Set, {seconds, nanoseconds}};
}

} // namespace

Result<void> sys_faccessat2(int directory, UserString path, u32 mode, u32 flags) {
    constexpr u32 kModeBits = kMayRead | kMayWrite | kMayExecute;
    if ((mode & ~kModeBits) || (flags & ~(kAtEffectiveAccess | kAtSymlinkNoFollow | kAtEmptyPath)))
        return Error(Errno::EINVAL);
    const Credentials& current = current_credentials();
    bool differs = current.fs_uid != current.real_uid || current.fs_gid != current.real_gid ||
                   current.effective != (current.real_uid == 0 ? current.permitted : 0);
    NameArgument name = TRY(NameArgument::load(directory, path));
    if ((flags & kAtEffectiveAccess) || !differs) {
        Path found = TRY(name.walk(flags));
        return check_access(found, mode, current);
    }
    // The walk too is made with the real ids.
    Ref<const Credentials> real = TRY(real_credentials());
    Task& task = current_task();
    Ref<const Credentials> effective(current);
    task.set_credentials(real);
    auto found = name.walk(flags);
    auto result = found ? check_access(*found, mode, *real) : Result<void>(Error(found.error()));
    task.set_credentials(std::move(effective));
    return result;
}
Result<void> sys_faccessat(int directory, UserString path, u32 mode) {
    return sys_faccessat2(directory, path, mode, 0);
}
Result<void> sys_access(UserString path, u32 mode) { return sys_faccessat2(kAtWorkingDirectory, path, mode, 0); }

Result<void> sys_fchmodat2(int directory, UserString path, u32 mode, u32 flags) {
    return change_mode(TRY(walk_for_change(directory, path, flags, kAtSymlinkNoFollow | kAtEmptyPath)), mode);
}
Result<void> sys_fchmodat(int directory, UserString path, u32 mode) { return sys_fchmodat2(directory, path, mode, 0); }
Result<void> sys_chmod(UserString path, u32 mode) { return sys_fchmodat2(kAtWorkingDirectory, path, mode, 0); }
Result<void> sys_fchmod(int fd, u32 mode) { return change_mode(TRY(path_of(fd)), mode); }

Result<void> sys_fchownat(int directory, UserString path, u32 user_id, u32 group_id, u32 flags) {
    Path found = TRY(walk_for_change(directory, path, flags, kAtSymlinkNoFollow | kAtEmptyPath));
    return change_owner(found, user_id, group_id);
}
Result<void> sys_chown(UserString path, u32 user_id, u32 group_id) {
    return sys_fchownat(kAtWorkingDirectory, path, user_id, group_id, 0);
}
Result<void> sys_lchown(UserString path, u32 user_id, u32 group_id) {
    return sys_fchownat(kAtWorkingDirectory, path, user_id, group_id, kAtSymlinkNoFollow);
}
Result<void> sys_fchown(int fd, u32 user_id, u32 group_id) { return change_owner(TRY(path_of(fd)), user_id, group_id); }

Result<void> sys_utimensat(int directory, UserString path, u64 times, u32 flags) {
    TimeChange access, modify;
    if (times) {
        abi::TimeSpec64 given[2];
        TRY(UserPtr<abi::TimeSpec64>(times).load_array(given));
        access = TRY(time_change(given[0].seconds, given[0].nanoseconds));
        modify = TRY(time_change(given[1].seconds, given[1].nanoseconds));
    }
    using Kind = TimeChange::Kind;
    if (access.kind == Kind::Omit && modify.kind == Kind::Omit) return {}; // not even the path counts
    if (!path) { // futimens(3): the descriptor itself
        if (directory == kAtWorkingDirectory) return Error(Errno::EFAULT);
        if (flags != 0) return Error(Errno::EINVAL);
        return change_times(TRY(path_of(directory)), access, modify);
    }
    Path found = TRY(walk_for_change(directory, path, flags, kAtSymlinkNoFollow | kAtEmptyPath));
    return change_times(found, access, modify);
}

Result<void> sys_futimesat(int directory, UserString path, u64 times) {
    TimeChange access, modify;
    if (times) {
        abi::TimeVal given[2];
        TRY(UserPtr<abi::TimeVal>(times).load_array(given));
        for (const abi::TimeVal& value : given)
            if (value.microseconds < 0 || value.microseconds >= 1'000'000) return Error(Errno::EINVAL);
        access = TRY(time_change(given[0].seconds, given[0].microseconds * 1000));
        modify = TRY(time_change(given[1].seconds, given[1].microseconds * 1000));
    }
    if (!path) return change_times(TRY(path_of(directory)), access, modify);
    return change_times(TRY(walk_for_change(directory, path, 0, 0)), access, modify);
}
Result<void> sys_utimes(UserString path, u64 times) { return sys_futimesat(kAtWorkingDirectory, path, times); }

Result<void> sys_utime(UserString path, u64 times) {
    TimeChange access, modify;
    if (times) {
        i64 given[2];
        TRY(UserPtr<i64>(times).load_array(given));
        access = {TimeChange::Kind::Set, {given[0], 0}};
        modify = {TimeChange::Kind::Set, {given[1], 0}};
    }
    return change_times(TRY(walk_for_change(kAtWorkingDirectory, path, 0, 0)), access, modify);
}

Result<void> sys_truncate(UserString path, i64 size) {
    if (size < 0) return Error(Errno::EINVAL);
    Path found = TRY(walk_for_change(kAtWorkingDirectory, path, 0, 0));
    Inode& inode = *found.dentry().inode();
    if (inode.is_directory()) return Error(Errno::EISDIR);
    if (!inode.is_regular()) return Error(Errno::EINVAL);
    TRY(check_permission(inode, kMayWrite, current_credentials()));
    TRY(check_writable(found.mount()));
    TRY(truncate_as_writer(inode, static_cast<u64>(size)));
    notify_path(found, kNotifyModify);
    return {};
}

} // namespace martlet
