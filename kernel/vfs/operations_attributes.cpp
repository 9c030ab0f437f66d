// chmod, chown, utimes, truncate, access.
#include "vfs/access_list.h"
#include "vfs/caller.h"
#include "vfs/dentry.h"
#include "vfs/mount.h"
#include "vfs/notify.h"
#include "vfs/operations.h"
#include "vfs/permission.h"

namespace martlet {

Result<void> change_mode(const Path& path, u32 mode) {
    TRY(check_writable(path.mount()));
    const Credentials& credentials = current_credentials();
    Inode& inode = *path.dentry().inode();
    if (inode.is_symlink()) return Error(Errno::EOPNOTSUPP);
    TRY(inode.prepare_change());
    MutexGuard guard(inode.attribute_lock);
    if (!is_owner_or_capable(inode, credentials)) return Error(Errno::EPERM);
    mode &= kModePermissions;
    if (!credentials.in_group(inode.attributes.group_id) && !credentials.has(Capability::Fsetid)) mode &= ~kModeSetGid;
    inode.attributes.mode = (inode.mode() & kModeTypeMask) | mode;
    TRY(apply_mode_to_access_list(inode));
    inode.touch(false);
    TRY(inode.attributes_changed());
    notify_path(path, kNotifyAttribute);
    return {};
}

Result<void> change_owner(const Path& path, u32 user_id, u32 group_id) {
    TRY(check_writable(path.mount()));
    const Credentials& credentials = current_credentials();
    Inode& inode = *path.dentry().inode();
    TRY(inode.prepare_change());
    MutexGuard guard(inode.attribute_lock);
    InodeAttributes& attributes = inode.attributes;
    bool is_owner = credentials.fs_uid == attributes.user_id;
    bool may_give = credentials.has(Capability::Chown);
    if (user_id != ~0u && !may_give && !(is_owner && user_id == attributes.user_id)) return Error(Errno::EPERM);
    bool own_group = group_id == attributes.group_id || credentials.in_group(group_id);
    if (group_id != ~0u && !may_give && !(is_owner && own_group)) return Error(Errno::EPERM);
    // A program that changes hands loses its privileges, whoever gives it (chown(2)). That changes its mode, also where
    // both ids are -1, which needs no right of its own: only the owner may.
    u32 mode = attributes.mode;
    if (!inode.is_directory()) {
        mode &= ~kModeSetUid;
        if (mode & 0010) mode &= ~kModeSetGid;
    }
    if (mode != attributes.mode && !is_owner_or_capable(inode, credentials)) return Error(Errno::EPERM);
    if (user_id != ~0u) attributes.user_id = user_id;
    if (group_id != ~0u) attributes.group_id = group_id;
    attributes.mode = mode;
    inode.touch(false);
    TRY(inode.attributes_changed());
    notify_path(path, kNotifyAttribute);
    return {};
}

Result<void> change_times(const Path& path, const TimeChange& access, const TimeChange& modify) {
    using Kind = TimeChange::Kind;
    if (access.kind == Kind::Omit && modify.kind == Kind::Omit) return {};
    TRY(check_writable(path.mount()));
    const Credentials& credentials = current_credentials();
    Inode& inode = *path.dentry().inode();
    TRY(inode.prepare_change());
    MutexGuard guard(inode.attribute_lock);
    if (!is_owner_or_capable(inode, credentials)) {
        if (access.kind != Kind::Now || modify.kind != Kind::Now) return Error(Errno::EPERM);
        TRY(check_permission(inode, kMayWrite, credentials)); // "now" for both: a writer may
    }
    TimeSpec now = current_time();
    if (access.kind != Kind::Omit) inode.attributes.access_time = access.kind == Kind::Now ? now : access.value;
    if (modify.kind != Kind::Omit) inode.attributes.modify_time = modify.kind == Kind::Now ? now : modify.value;
    inode.attributes.change_time = now;
    TRY(inode.attributes_changed());
    bool both = access.kind != Kind::Omit && modify.kind != Kind::Omit;
    notify_path(path, both ? kNotifyAttribute : access.kind != Kind::Omit ? kNotifyAccess : kNotifyModify);
    return {};
}

Result<void> change_size(Inode& inode, u64 size) {
    TRY(inode.prepare_change());
    MutexGuard guard(inode.attribute_lock);
    if (size > inode.attributes.size && size > current_file_size_limit()) {
        raise_file_size_signal();
        return Error(Errno::EFBIG);
    }
    TRY(inode.truncate(size));
    inode.attributes.mode &= ~privileges_lost_by_write(inode.mode(), current_credentials());
    inode.touch(true);
    return inode.attributes_changed();
}

Result<void> truncate_as_writer(Inode& inode, u64 size) {
    TRY(inode.acquire_write());
    Result<void> result = change_size(inode, size);
    inode.release_write();
    return result;
}

Result<void> check_access(const Path& path, u32 wanted, const Credentials& credentials) {
    Inode& inode = *path.dentry().inode();
    TRY(inode.refresh_attributes());
    if ((wanted & kMayExecute) && inode.is_regular() && (path.mount().flags() & kMountNoExec))
        return Error(Errno::EACCES);
    if (wanted != 0) TRY(check_permission(inode, wanted, credentials));
    // Devices, FIFOs and sockets are written to without writing to the file system.
    if ((wanted & kMayWrite) && (inode.is_regular() || inode.is_directory() || inode.is_symlink()))
        TRY(check_writable(path.mount()));
    return {};
}

} // namespace martlet
