// mount, umount2, pivot_root.
#include "syscall/file_support.h"
#include "syscall/fs.h"
#include "vfs/inode.h"
#include "vfs/mount.h"
#include "vfs/mount_namespace.h"
#include "vfs/mount_tree.h"

namespace martlet {
namespace {

Result<String> optional_string(UserString text) {
    if (!text) return String::create("");
    return copy_user_string(text, kPageSize - 1, Errno::EINVAL);
}

bool is_mount_root(const Path& path) { return &path.dentry() == &path.mount().root(); }
bool is_directory(const Path& path) { return path.dentry().inode()->is_directory(); }

/// Mounts of other name spaces, and such as were taken off, are not the caller's to change.
bool is_ours(const Mount& mount) REQUIRES(mount_mutex) { return mount.name_space() == &current_mount_namespace(); }

/// MS_REMOUNT alone changes the file system and this mount of it, with MS_BIND this mount only.
Result<void> remount(const Path& target, u64 flags, std::string_view data) {
    MutexGuard guard(mount_mutex);
    if (!is_mount_root(target) || !is_ours(target.mount())) return Error(Errno::EINVAL);
    Mount& mount = target.mount();
    if (!(flags & kMountAtimeFlags)) flags |= mount.flags() & kMountAtimeFlags; // none given: they stay
    bool becomes_read_only = (flags & kMountReadOnly) != 0;
    if (flags & kMountBind) {
        if (becomes_read_only && !(mount.flags() & kMountReadOnly)) TRY(mount.make_read_only());
        mount.set_flags(flags);
        return {};
    }
    SuperBlock& block = mount.super_block();
    if (!becomes_read_only && block.type && block.type->needs_read_only()) return Error(Errno::EROFS);
    TRY(block.reconfigure(data));
    if (becomes_read_only) TRY(Mount::make_read_only(block));
    else block.is_read_only.store(false, std::memory_order_seq_cst);
    mount.set_flags(flags);
    return {};
}

Result<void> bind(const Path& given, UserString source, u64 flags) {
    NameArgument name = TRY(NameArgument::load(kAtWorkingDirectory, source));
    Path from = TRY(name.walk(0));
    MountTable::cross_down(from);
    MutexGuard guard(mount_mutex);
    Path target = given;
    MountTable::cross_down(target);
    if (!is_ours(target.mount()) || !is_ours(from.mount()) || from.mount().is_unbindable()) return Error(Errno::EINVAL);
    Ref<Mount> tree =
        TRY(MountTree::copy(from.mount(), from.dentry(), {.with_children = (flags & kMountRecursive) != 0}));
    if (is_directory(from) != is_directory(target)) {
        MountTree::dissolve(*tree);
        return Error(Errno::ENOTDIR);
    }
    Mount& top = *tree;
    Ref<Mount> keep(top);
    auto attached = MountTree::attach(std::move(tree), target);
    if (!attached) MountTree::dissolve(top);
    return attached;
}

Result<void> change_propagation(const Path& target, u64 flags) {
    constexpr u64 kTypes = kMountShared | kMountPrivate | kMountSlave | kMountUnbindable;
    u64 type = flags & ~(kMountRecursive | kMountSilent);
    if ((type & ~kTypes) || (type & (type - 1))) return Error(Errno::EINVAL); // exactly one
    MutexGuard guard(mount_mutex);
    if (!is_mount_root(target) || !is_ours(target.mount())) return Error(Errno::EINVAL);
    Propagation propagation = type == kMountShared  ? Propagation::Shared
                              : type == kMountSlave ? Propagation::Slave
                              : type == kMountPrivate ? Propagation::Private
                                                      : Propagation::Unbindable;
    MountTree::change_propagation(target.mount(), propagation, (flags & kMountRecursive) != 0);
    return {};
}

Result<void> move_mount(const Path& given, UserString source) {
    if (!source) return Error(Errno::EINVAL);
    NameArgument name = TRY(NameArgument::load(kAtWorkingDirectory, source));
    Path from = TRY(name.walk(0));
    return move_mounted(from, given);
}

Result<void> mount_new(const Path& given, UserString source, UserString type_name, u64 flags, std::string_view data) {
    String type = TRY(optional_string(type_name));
    String name = TRY(optional_string(source));
    if (!type_name) return Error(Errno::EINVAL);
    FileSystem* file_system = find_file_system(type);
    if (!file_system) return Error(Errno::ENODEV);
    if (file_system->needs_read_only() && !(flags & kMountReadOnly)) return Error(Errno::EACCES);
    Ref<SuperBlock> block = TRY(file_system->mount(name, data));
    block->type = file_system;
    if (flags & kMountReadOnly) block->is_read_only.store(true, std::memory_order_relaxed);
    Ref<Mount> mount = TRY(Mount::create(std::move(block), nullptr, name.is_empty() ? "none" : name.view(), flags));
    return attach_new_mount(std::move(mount), given);
}

} // namespace

Result<void> attach_new_mount(Ref<Mount> mount, const Path& given) {
    MutexGuard guard(mount_mutex);
    Path target = given;
    MountTable::cross_down(target);
    if (!is_ours(target.mount())) return Error(Errno::EINVAL);
    // The same instance on the same place again.
    if (is_mount_root(target) && &target.mount().super_block() == &mount->super_block() &&
        &target.mount().root() == &mount->root())
        return Error(Errno::EBUSY);
    if (mount->root().inode()->is_directory() != is_directory(target)) return Error(Errno::ENOTDIR);
    return MountTable::attach(std::move(mount), target);
}

Result<void> move_mounted(const Path& from, const Path& given) {
    MutexGuard guard(mount_mutex);
    Path target = given;
    MountTable::cross_down(target);
    if (!is_mount_root(from) || !is_ours(from.mount()) || !is_ours(target.mount())) return Error(Errno::EINVAL);
    Path place = from.mount().mount_point();
    if (!place) return Error(Errno::EINVAL); // the root of everything
    if (is_directory(from) != is_directory(target)) return Error(Errno::EINVAL);
    if (place.mount().peer_group() != 0) return Error(Errno::EINVAL);
    if (target.mount().peer_group() != 0 && MountTree::has_unbindable(from.mount())) return Error(Errno::EINVAL);
    if (MountTree::is_below(target.mount(), from.mount())) return Error(Errno::ELOOP); // not into itself
    return MountTree::move(from.mount(), target);
}

Result<void> sys_mount(UserString source, UserString target, UserString type, u64 flags, UserString data) {
    constexpr u64 kMagic = 0xc0ed'0000, kMagicMask = 0xffff'0000; // what very old programs put into the high half
    constexpr u64 kPropagation = kMountShared | kMountPrivate | kMountSlave | kMountUnbindable;
    if ((flags & kMagicMask) == kMagic) flags &= ~kMagicMask;
    String options = TRY(optional_string(data));
    NameArgument name = TRY(NameArgument::load(kAtWorkingDirectory, target));
    Path point = TRY(name.walk(0));
    if (!current_credentials().has(Capability::SysAdmin)) return Error(Errno::EPERM);
    if (flags & kMountRemount) return remount(point, flags, options);
    if (flags & kMountBind) return bind(point, source, flags);
    if (flags & kPropagation) return change_propagation(point, flags);
    if (flags & kMountMove) return move_mount(point, source);
    return mount_new(point, source, type, flags, options);
}

Result<void> sys_umount2(UserString target, u32 flags) {
    if (flags & ~(kUnmountForce | kUnmountDetach | kUnmountExpire | kUnmountNoFollow)) return Error(Errno::EINVAL);
    NameArgument name = TRY(NameArgument::load(kAtWorkingDirectory, target));
    Path point = TRY(name.walk_without_use(flags & kUnmountNoFollow ? kAtSymlinkNoFollow : 0));
    MountTable::cross_down(point); // "." may be covered
    if (!current_credentials().has(Capability::SysAdmin)) return Error(Errno::EPERM);
    if (!is_mount_root(point)) return Error(Errno::EINVAL);
    Ref<Mount> mount(point.mount());
    point = Path(); // what remains are the table's reference and this one
    bool is_lazy = (flags & kUnmountDetach) != 0;
    MutexGuard guard(mount_mutex);
    if (!is_ours(*mount)) return Error(Errno::EINVAL);
    if (flags & kUnmountExpire) {
        if (flags & (kUnmountForce | kUnmountDetach)) return Error(Errno::EINVAL);
        if (mount.get() == &current_root().mount()) return Error(Errno::EINVAL);
        if (mount->reference_count() > 2) return Error(Errno::EBUSY);
        if (!mount->is_marked_for_expiry.exchange(true)) return Error(Errno::EAGAIN);
    }
    if (!mount->mount_point()) {
        // The root cannot go; unmounting it at shutdown makes it read-only.
        if (is_lazy) return Error(Errno::EINVAL);
        return Mount::make_read_only(mount->super_block());
    }
    return MountTable::detach(*mount, 1, is_lazy ? MountTable::Lazy::Yes : MountTable::Lazy::No);
}

Result<void> sys_pivot_root(UserString new_name, UserString old_name) {
    if (!current_credentials().has(Capability::SysAdmin)) return Error(Errno::EPERM);
    NameArgument new_argument = TRY(NameArgument::load(kAtWorkingDirectory, new_name));
    Path new_root = TRY(walk_path(new_argument.at().start, new_argument.at().name, kWalkFollow | kWalkDirectory));
    NameArgument old_argument = TRY(NameArgument::load(kAtWorkingDirectory, old_name));
    Path put_old = TRY(walk_path(old_argument.at().start, old_argument.at().name, kWalkFollow | kWalkDirectory));
    Path root = current_root();
    {
        MutexGuard guard(mount_mutex);
        MountTable::cross_down(put_old);
        Path new_place = new_root.mount().mount_point();
        Path root_place = root.mount().mount_point();
        for (const Mount* mount : {&new_root.mount(), &put_old.mount(), &root.mount()})
            if (!is_ours(*mount)) return Error(Errno::EINVAL);
        if (new_root.dentry().is_deleted()) return Error(Errno::ENOENT);
        if (&new_root.mount() == &root.mount() || &put_old.mount() == &root.mount()) return Error(Errno::EBUSY);
        if (!is_mount_root(root) || !root_place) return Error(Errno::EINVAL); // also the initial RAM root
        if (!is_mount_root(new_root) || !new_place) return Error(Errno::EINVAL);
        if (put_old.mount().peer_group() || new_place.mount().peer_group() || root_place.mount().peer_group())
            return Error(Errno::EINVAL);
        if (!MountTree::is_below(put_old.mount(), new_root.mount())) return Error(Errno::EINVAL);
        if (!MountTree::is_below(new_root.mount(), root.mount())) return Error(Errno::EINVAL);
        MountTree::pivot(root.mount(), new_root.mount(), put_old);
        if (&current_mount_namespace().root() == &root.mount()) current_mount_namespace().set_root(new_root.mount());
    }
    replace_everybodys_root(root, new_root);
    return {};
}

} // namespace martlet
