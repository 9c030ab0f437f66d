#include "vfs/permission.h"

#include "proc/credentials.h"
#include "vfs/access_list.h"
#include "vfs/dentry.h"

namespace martlet {

Result<void> check_permission(const Inode& inode, u32 wanted, const Credentials& credentials) {
    u32 mode = inode.mode();
    u32 granted = mode & 7;
    if (credentials.fs_uid == inode.attributes.user_id) granted = (mode >> 6) & 7;
    else if (inode.access_lists.load(std::memory_order_relaxed) & kHasAccessList && (mode & 0070)) [[unlikely]]
        granted = TRY(granted_by_access_list(inode, wanted, credentials));
    else if (credentials.in_group(inode.attributes.group_id)) granted = (mode >> 3) & 7;
    if ((wanted & ~granted) == 0) return {};
    if (inode.is_directory()) {
        if (!(wanted & kMayWrite) && credentials.has(Capability::DacReadSearch)) return {};
        if (credentials.has(Capability::DacOverride)) return {};
        return Error(Errno::EACCES);
    }
    if (wanted == kMayRead && credentials.has(Capability::DacReadSearch)) return {};
    if ((!(wanted & kMayExecute) || (mode & 0111)) && credentials.has(Capability::DacOverride)) return {};
    return Error(Errno::EACCES);
}

constinit NameProtection name_protection;

Result<void> check_link_follow(const Inode& directory, const Inode& link, const Credentials& credentials) {
    constexpr u32 kShared = kModeSticky | 0002;
    if (!name_protection.symlinks.load(std::memory_order_relaxed) || (directory.mode() & kShared) != kShared) return {};
    u32 owner = link.attributes.user_id;
    if (credentials.fs_uid == owner || directory.attributes.user_id == owner) return {};
    return Error(Errno::EACCES);
}

Result<void> check_link_source(const Inode& inode, const Credentials& credentials) {
    if (!name_protection.hard_links.load(std::memory_order_relaxed) ||
        is_owner_or_capable(inode, credentials))
        return {};
    bool has_privileges = (inode.mode() & kModeSetUid) || (inode.mode() & (kModeSetGid | 0010)) == (kModeSetGid | 0010);
    if (inode.is_regular() && !has_privileges && check_permission(inode, kMayRead | kMayWrite, credentials)) return {};
    return Error(Errno::EPERM);
}

Result<void> check_open_existing(const Inode& directory, const Inode& inode, const Credentials& credentials) {
    bool is_fifo = (inode.mode() & kModeTypeMask) == kModeFifo;
    if (!is_fifo && !inode.is_regular()) return {};
    u32 level = (is_fifo ? name_protection.fifos : name_protection.regular).load(std::memory_order_relaxed);
    u32 owner = inode.attributes.user_id;
    if (level == 0 || !(directory.mode() & kModeSticky) || owner == directory.attributes.user_id ||
        owner == credentials.fs_uid)
        return {};
    if ((directory.mode() & 0002) || (level >= 2 && (directory.mode() & 0020))) return Error(Errno::EACCES);
    return {};
}

bool is_owner_or_capable(const Inode& inode, const Credentials& credentials) {
    return credentials.fs_uid == inode.attributes.user_id || credentials.has(Capability::Fowner);
}

Result<void> check_create(const Dentry& directory, const Credentials& credentials) {
    if (directory.is_deleted()) return Error(Errno::ENOENT);
    return check_permission(*directory.inode(), kMayWrite | kMayExecute, credentials);
}

Result<void> check_delete(const Dentry& directory, const Dentry& victim, VictimKind kind,
                          const Credentials& credentials) {
    const Inode* inode = victim.inode();
    if (!inode) return Error(Errno::ENOENT);
    const Inode& parent = *directory.inode();
    TRY(check_permission(parent, kMayWrite | kMayExecute, credentials));
    bool is_sticky = (parent.mode() & kModeSticky) != 0;
    if (is_sticky && credentials.fs_uid != inode->attributes.user_id &&
        credentials.fs_uid != parent.attributes.user_id && !credentials.has(Capability::Fowner))
        return Error(Errno::EPERM);
    if (kind == VictimKind::Directory && !inode->is_directory()) return Error(Errno::ENOTDIR);
    if (kind == VictimKind::NotDirectory && inode->is_directory()) return Error(Errno::EISDIR);
    if (directory.is_deleted()) return Error(Errno::ENOENT);
    return {};
}

u32 privileges_lost_by_write(u32 mode, const Credentials& credentials) {
    if ((mode & kModeTypeMask) != kModeRegular) return 0;
    u32 lost = mode & kModeSetUid;
    // Without group execution the bit once meant mandatory locking and stays.
    if ((mode & (kModeSetGid | 0010)) == (kModeSetGid | 0010)) lost |= kModeSetGid;
    if (lost && credentials.has(Capability::Fsetid)) return 0;
    return lost;
}

InodeAttributes attributes_for_new(const Inode& directory, u32 mode, u32 umask, const Credentials& credentials) {
    InodeAttributes attributes;
    if (!(directory.access_lists.load(std::memory_order_relaxed) & kHasDefaultList)) mode &= ~umask;
    attributes.mode = mode;
    attributes.user_id = credentials.fs_uid;
    attributes.group_id = credentials.fs_gid;
    if (directory.mode() & kModeSetGid) {
        attributes.group_id = directory.attributes.group_id;
        bool is_directory = (mode & kModeTypeMask) == kModeDirectory;
        if (is_directory) attributes.mode |= kModeSetGid;
        else if ((mode & (kModeSetGid | 0010)) == (kModeSetGid | 0010) &&
                 !credentials.in_group(attributes.group_id) && !credentials.has(Capability::Fsetid))
            attributes.mode &= ~kModeSetGid;
    }
    TimeSpec now = current_time();
    attributes.access_time = attributes.modify_time = attributes.change_time = attributes.birth_time = now;
    return attributes;
}

} // namespace martlet
