// New names: mkdir, mknod, symlink, link.
#include "vfs/access_list.h"
#include "vfs/limits.h"
#include "vfs/mount.h"
#include "vfs/notify.h"
#include "vfs/operations.h"
#include "vfs/path_walk.h"
#include "vfs/permission.h"

namespace martlet {
namespace {

enum class TrailingSlash : u8 { Forbidden, Allowed };

Result<void> no_check(Mount&) { return {}; }

/// Walks to the parent and, under its lock, hands `make` the parent's inode and the negative dentry to fill.
/// Where nothing has that name yet, `check` comes before the question whether the directory may be written.
template <typename Check, typename Make>
Result<Ref<Dentry>> create_last(PathWalk& walk, std::string_view path, TrailingSlash slash, Check check, Make make) {
    TRY(walk.to_parent(path, 0));
    if (walk.last_kind() != LastKind::Normal) return Error(Errno::EEXIST);
    Dentry& parent = walk.path().dentry();
    Inode& directory = *parent.inode();
    MutexGuard guard(directory.directory_lock);
    Ref<Dentry> dentry = TRY(walk.lookup_last_locked());
    if (!dentry->is_negative()) return Error(Errno::EEXIST);
    if (walk.has_trailing_slash() && slash == TrailingSlash::Forbidden) return Error(Errno::ENOENT);
    TRY(check_writable(walk.path().mount()));
    TRY(check(walk.path().mount()));
    TRY(check_create(parent, current_credentials()));
    Ref<Inode> inode = TRY(make(walk.path().mount(), directory, dentry->name()));
    u32 kind = inode->is_directory() ? kNotifyDirectory : 0;
    DentryCache::instantiate(*dentry, std::move(inode));
    notify_name(directory, dentry->name(), kNotifyCreate | kind, 0, dentry->inode());
    return dentry;
}

template <typename Make> Result<void> create_entry(const NameAt& at, TrailingSlash slash, Make make) {
    PathWalk walk(at.start);
    TRY(create_last(walk, at.name, slash, no_check, std::move(make)));
    return {};
}

} // namespace

Result<Path> make_socket(const NameAt& at, u32 mode, u32 umask, Ref<RefCounted> attachment) {
    PathWalk walk(at.start);
    Ref<Dentry> made = TRY(create_last(walk, at.name, TrailingSlash::Forbidden, no_check,
                                       [&](Mount&, Inode& directory, std::string_view name) -> Result<Ref<Inode>> {
        InodeAttributes attributes = attributes_for_new(directory, mode, umask, current_credentials());
        Ref<Inode> inode = TRY(create_with_access(directory, name, attributes));
        MutexGuard guard(inode->attribute_lock);
        inode->attachment = std::move(attachment);
        return inode;
    }));
    walk.enter_last(std::move(made));
    return walk.take_path();
}

Result<void> make_node(const NameAt& at, u32 mode, u64 device, u32 umask) {
    u32 type = mode & kModeTypeMask;
    return create_entry(at, TrailingSlash::Forbidden,
                        [&](Mount&, Inode& directory, std::string_view name) -> Result<Ref<Inode>> {
                            bool is_whiteout =
                                type == kModeCharacter && device == 0; // a mark of overlayfs, no device
                            if ((type == kModeCharacter || type == kModeBlock) && !is_whiteout &&
                                !current_credentials().has(Capability::Mknod))
                                return Error(Errno::EPERM);
                            InodeAttributes attributes =
                                attributes_for_new(directory, mode, umask, current_credentials());
                            attributes.device = type == kModeCharacter || type == kModeBlock ? device : 0;
                            return create_with_access(directory, name, attributes);
                        });
}

Result<void> make_directory(const NameAt& at, u32 mode, u32 umask) {
    return create_entry(at, TrailingSlash::Allowed,
                        [&](Mount&, Inode& directory, std::string_view name) -> Result<Ref<Inode>> {
                            if (directory.attributes.link_count >= kLinkMax) return Error(Errno::EMLINK);
                            u32 kept = kModeDirectory | (mode & (0777 | kModeSticky));
                            return create_with_access(
                                directory, name, attributes_for_new(directory, kept, umask, current_credentials()));
                        });
}

Result<void> make_symlink(const NameAt& at, std::string_view target) {
    if (target.empty()) return Error(Errno::ENOENT);
    return create_entry(at, TrailingSlash::Forbidden, [&](Mount&, Inode& directory, std::string_view name) {
        return directory.create_symlink(name, target,
                                        attributes_for_new(directory, kModeSymlink | 0777, 0, current_credentials()));
    });
}

Result<void> make_link(const Path& old_path, const NameAt& at) {
    Inode& inode = *old_path.dentry().inode();
    auto check = [&](Mount& mount) -> Result<void> {
        if (&mount != &old_path.mount()) return Error(Errno::EXDEV);
        return check_link_source(inode, current_credentials());
    };
    PathWalk walk(at.start);
    TRY(create_last(walk, at.name, TrailingSlash::Forbidden, check,
                    [&](Mount&, Inode& directory, std::string_view name) -> Result<Ref<Inode>> {
                        if (inode.is_directory()) return Error(Errno::EPERM);
                        MutexGuard guard(inode.attribute_lock);
                        if (inode.attributes.link_count == 0 && !inode.is_linkable)
                            return Error(Errno::ENOENT);
                        if (inode.attributes.link_count >= kLinkMax) return Error(Errno::EMLINK);
                        TRY(directory.link(name, inode));
                        notify_inode(inode, kNotifyAttribute);
                        return Ref<Inode>(inode);
                    }));
    return {};
}

Result<String> read_link(const Path& path) {
    Inode& inode = *path.dentry().inode();
    if (!inode.is_symlink()) return Error(Errno::EINVAL);
    String text = TRY(inode.read_link());
    note_access(path, inode);
    return text;
}

} // namespace martlet
