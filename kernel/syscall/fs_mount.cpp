// mount, umount2, pivot_root.
#include "syscall/file_support.h"
#include "syscall/fs.h"
#include "vfs/inode.h"
#include "vfs/mount.h"

namespace martlet {
namespace {

Result<String> optional_string(UserString text) {
    if (!text) return String::create("");
    return copy_user_string(text, kPageSize - 1, Errno::EINVAL);
}

bool is_mount_root(const Path& path) { return &path.dentry() == &path.mount().root(); }

Result<void> remount(const Path& target, u64 flags, std::string_view data) {
    if (!is_mount_root(target)) return Error(Errno::EINVAL);
    Mount& mount = target.mount();
    if (!(flags & kMountBind)) {
        TRY(mount.super_block().reconfigure(data));
        mount.super_block().is_read_only.store((flags & kMountReadOnly) != 0, std::memory_order_relaxed);
    }
    mount.set_flags(flags);
    return {};
}

Result<void> bind(const Path& target, UserString source) {
    NameArgument name = TRY(NameArgument::load(kAtWorkingDirectory, source));
    Path from = TRY(name.walk(0));
    if (from.dentry().inode()->is_directory() != target.dentry().inode()->is_directory()) return Error(Errno::ENOTDIR);
    Ref<Mount> mount = TRY(Mount::create(Ref<SuperBlock>(from.mount().super_block()), Ref<Dentry>(from.dentry()),
                                         from.mount().source(), from.mount().flags()));
    MutexGuard guard(mount_mutex);
    return MountTable::attach(std::move(mount), target);
}

Result<void> move_mount(const Path& target, UserString source) {
    NameArgument name = TRY(NameArgument::load(kAtWorkingDirectory, source));
    Path from = TRY(name.walk(0));
    if (!is_mount_root(from)) return Error(Errno::EINVAL);
    if (from.dentry().inode()->is_directory() != target.dentry().inode()->is_directory()) return Error(Errno::EINVAL);
    MutexGuard guard(mount_mutex);
    if (!from.mount().mount_point()) return Error(Errno::EINVAL); // the root of everything
    for (Path up = target;;) { // not below itself
        if (&up.mount() == &from.mount()) return Error(Errno::ELOOP);
        if (!MountTable::cross_up(up)) break;
    }
    return MountTable::move(from.mount(), target);
}

Result<void> mount_new(const Path& target, UserString source, UserString type_name, u64 flags, std::string_view data) {
    String type = TRY(optional_string(type_name));
    String name = TRY(optional_string(source));
    if (type.is_empty()) return Error(Errno::EINVAL);
    FileSystem* file_system = find_file_system(type);
    if (!file_system) return Error(Errno::ENODEV);
    if (!target.dentry().inode()->is_directory()) return Error(Errno::ENOTDIR);
    Ref<SuperBlock> block = TRY(file_system->mount(name, data));
    block->type = file_system;
    MutexGuard guard(mount_mutex);
    // The same instance on the same place again.
    if (is_mount_root(target) && &target.mount().super_block() == block.get() && &target.mount().root() == block->root_dentry.get())
        return Error(Errno::EBUSY);
    Ref<Mount> mount = TRY(Mount::create(std::move(block), nullptr, name.is_empty() ? "none" : name.view(), flags));
    return MountTable::attach(std::move(mount), target);
}

} // namespace

Result<void> sys_mount(UserString source, UserString target, UserString type, u64 flags, UserString data) {
    constexpr u64 kMagic = 0xc0ed'0000, kMagicMask = 0xffff'0000; // what very old programs put into the high half
    constexpr u64 kPropagation = kMountShared | kMountPrivate | kMountSlave | kMountUnbindable;
    if ((flags & kMagicMask) == kMagic) flags &= ~kMagicMask;
    String options = TRY(optional_string(data));
    NameArgument name = TRY(NameArgument::load(kAtWorkingDirectory, target));
    Path point = TRY(name.walk(0));
    if (!current_credentials().has(Capability::SysAdmin)) return Error(Errno::EPERM);
    if (flags & kMountRemount) return remount(point, flags, options);
    if (flags & kMountBind) return bind(point, source);
    if (flags & kPropagation) {
        // One name space: private is what every mount is; nothing else can be had.
        if ((flags & kPropagation) != kMountPrivate || !is_mount_root(point)) return Error(Errno::EINVAL);
        return {};
    }
    if (flags & kMountMove) return move_mount(point, source);
    return mount_new(point, source, type, flags, options);
}

Result<void> sys_umount2(UserString target, u32 flags) {
    if (flags & ~(kUnmountForce | kUnmountDetach | kUnmountExpire | kUnmountNoFollow)) return Error(Errno::EINVAL);
    if (!current_credentials().has(Capability::SysAdmin)) return Error(Errno::EPERM);
    NameArgument name = TRY(NameArgument::load(kAtWorkingDirectory, target));
    Path point = TRY(name.walk(flags & kUnmountNoFollow ? kAtSymlinkNoFollow : 0));
    if (!is_mount_root(point)) return Error(Errno::EINVAL);
    if (flags & kUnmountExpire) return Error(flags & (kUnmountForce | kUnmountDetach) ? Errno::EINVAL : Errno::EAGAIN);
    Mount& mount = point.mount();
    MutexGuard guard(mount_mutex);
    if (!MountTable::is_attached(mount)) return Error(Errno::EINVAL);
    if (!mount.mount_point()) {
        // The root cannot go; unmounting it at shutdown makes it read-only.
        if (flags & kUnmountDetach) return Error(Errno::EINVAL);
        mount.set_flags(mount.flags() | kMountReadOnly);
        return {};
    }
    return MountTable::detach(mount, 1, flags & kUnmountDetach ? MountTable::Lazy::Yes : MountTable::Lazy::No);
}

Result<void> sys_pivot_root(UserString, UserString) {
    if (!current_credentials().has(Capability::SysAdmin)) return Error(Errno::EPERM);
    return Error(Errno::EINVAL); // the present root is the initial RAM root, which cannot be moved (pivot_root(2))
}

} // namespace martlet
