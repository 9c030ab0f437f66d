#include "vfs/open.h"

#include "base/format.h"
#include "block/block_device.h"
#include "dev/device.h"
#include "fs/pipe/pipe.h"
#include "vfs/access_list.h"
#include "vfs/dentry.h"
#include "vfs/inode_file.h"
#include "vfs/mount.h"
#include "vfs/notify.h"
#include "vfs/path_walk.h"
#include "vfs/permission.h"

namespace martlet {
namespace {

bool is_nameless(u32 flags) { return (flags & kOpenTmpfile) == kOpenTmpfile && !(flags & kOpenPath); }

bool wants_write(u32 flags) { return (flags & kOpenAccessMode) != kOpenReadOnly || (flags & kOpenTruncate); }

u32 wanted_permissions(u32 flags) {
    constexpr u32 kByAccessMode[4] = {kMayRead, kMayWrite, kMayRead | kMayWrite, kMayRead | kMayWrite};
    return kByAccessMode[flags & kOpenAccessMode] | (flags & kOpenTruncate ? kMayWrite : 0);
}

/// The checks on what is about to be opened. A file that this call has made is open to its maker whatever its mode.
Result<void> check_open(const Path& path, u32 flags, bool is_new) {
    Inode& inode = *path.dentry().inode();
    const Credentials& credentials = current_credentials();
    switch (inode.mode() & kModeTypeMask) {
    case kModeSymlink: return Error(Errno::ELOOP);
    case kModeDirectory:
        if (wants_write(flags)) return Error(Errno::EISDIR);
        break;
    case kModeCharacter:
    case kModeBlock:
        if (path.mount().flags() & kMountNoDev) return Error(Errno::EACCES);
        flags &= ~kOpenTruncate;
        break;
    case kModeFifo:
    case kModeSocket: flags &= ~kOpenTruncate; break;
    default: break;
    }
    if (!is_new) {
        TRY(check_permission(inode, wanted_permissions(flags), credentials));
        if (wants_write(flags) && inode.is_regular()) TRY(check_writable(path.mount()));
    }
    if ((flags & kOpenNoAtime) && !is_owner_or_capable(inode, credentials)) return Error(Errno::EPERM);
    return {};
}

Result<Ref<File>> check_and_open(const Path& path, u32 flags, bool is_new) {
    if (flags & kOpenPath) return make_ref<File>(flags, path);
    TRY(check_open(path, flags, is_new));
    if (!(flags & kOpenUnreported)) TRY(ask_permission(path, kNotifyOpenPermission));
    Inode& inode = *path.dentry().inode();
    Ref<File> file = TRY(open_inode(path, flags));
    if ((flags & kOpenDirect) && !can_bypass_cache(*file)) return Error(Errno::EINVAL);
    if ((flags & kOpenTruncate) && inode.is_regular() && !is_new) {
        TRY(truncate_as_writer(inode, 0));
        notify_path(path, kNotifyModify);
    }
    notify_file(*file, kNotifyOpen);
    return file;
}

/// O_CREAT: the last component is looked up, made if absent, followed if it is a link.
Result<Ref<File>> open_or_create(PathWalk& walk, std::string_view name, const OpenRequest& request) {
    u32 flags = request.flags;
    TRY(walk.to_parent(name, request.walk_flags));
    for (;;) {
        if (walk.last_kind() != LastKind::Normal) {
            if (flags & kOpenExclusive) return Error(Errno::EEXIST);
            return Error(Errno::EISDIR); // "/", "." and "..": directories are not opened for creation
        }
        if (walk.has_trailing_slash()) return Error(Errno::EISDIR);
        Ref<Dentry> dentry = TRY(walk.lookup_last());
        bool is_new = false;
        if (dentry->is_negative()) {
            Dentry& parent = walk.path().dentry();
            Inode& directory = *parent.inode();
            MutexGuard guard(directory.directory_lock);
            dentry = TRY(walk.lookup_last_locked());
            if (dentry->is_negative()) {
                TRY(check_writable(walk.path().mount()));
                TRY(check_create(parent, current_credentials()));
                u32 mode = kModeRegular | (request.mode & kModePermissions);
                Ref<Inode> inode =
                    TRY(create_with_access(directory, dentry->name(),
                                           attributes_for_new(directory, mode, request.umask, current_credentials())));
                DentryCache::instantiate(*dentry, std::move(inode));
                notify_name(directory, dentry->name(), kNotifyCreate, 0, dentry->inode());
                is_new = true;
            }
        }
        if (!is_new && (flags & kOpenExclusive)) return Error(Errno::EEXIST);
        if (!is_new) TRY(check_open_existing(*walk.path().dentry().inode(), *dentry->inode(), current_credentials()));
        if (dentry->inode()->is_symlink()) {
            if (flags & kOpenNoFollow) return Error(Errno::ELOOP);
            TRY(walk.follow_last(*dentry));
            if (walk.last_kind() != LastKind::Normal && walk.last_name().empty()) // a magic link: already there
                return check_and_open(walk.path(), flags, false);
            continue;
        }
        walk.enter_last(std::move(dentry));
        if (walk.path().dentry().inode()->is_directory()) return Error(Errno::EISDIR);
        return check_and_open(walk.path(), flags, is_new);
    }
}

/// O_TMPFILE: a file without a name in the directory that the path names.
Result<Ref<File>> open_nameless(PathWalk& walk, std::string_view name, const OpenRequest& request) {
    TRY(walk.to_end(name, request.walk_flags | kWalkDirectory | (request.flags & kOpenNoFollow ? 0 : kWalkFollow)));
    Path parent = walk.take_path();
    Inode& directory = *parent.dentry().inode();
    TRY(check_writable(parent.mount()));
    TRY(check_permission(directory, kMayWrite | kMayExecute, current_credentials()));
    u32 mode = kModeRegular | (request.mode & kModePermissions);
    Ref<Inode> inode = TRY(
        directory.create_nameless(attributes_for_new(directory, mode, request.umask, current_credentials())));
    TRY(inherit_access_lists(directory, *inode));
    inode->is_linkable = !(request.flags & kOpenExclusive);
    char text[24];
    usize size = format(text, "#%llu", static_cast<unsigned long long>(inode->number()));
    Ref<Dentry> dentry = TRY(DentryCache::create_nameless(parent.dentry(), {text, size}, std::move(inode)));
    Path path(Ref<Mount>(parent.mount()), std::move(dentry));
    return check_and_open(path, request.flags & ~(kOpenCreate | kOpenTruncate), true);
}

} // namespace

Result<Ref<File>> open_inode(const Path& path, u32 flags) {
    Inode& inode = *path.dentry().inode();
    switch (inode.mode() & kModeTypeMask) {
    case kModeCharacter: {
        if (inode.opens_itself()) return inode.open(flags, path);
        Ref<CharacterDevice> device = TRY(find_character_device(inode.attributes.device));
        return device->open(flags, path);
    }
    case kModeFifo: return open_fifo(inode, flags, path);
    case kModeBlock: return open_block_device(inode.attributes.device, flags, path);
    case kModeSocket: return Error(Errno::ENXIO);
    case kModeSymlink: return Error(Errno::ELOOP);
    default: return inode.open(flags, path);
    }
}

bool can_bypass_cache(const File& file) {
    Inode* inode = file.inode();
    return inode && (inode->mode() & kModeTypeMask) == kModeBlock;
}

Result<Ref<File>> open_path(const Path& path, u32 flags) { return check_and_open(path, flags, false); }

Result<Ref<File>> open_file(const NameAt& at, const OpenRequest& request) {
    PathWalk walk(at.start);
    u32 flags = request.flags;
    if (is_nameless(flags)) return open_nameless(walk, at.name, request);
    if ((flags & kOpenCreate) && !(flags & kOpenPath)) return open_or_create(walk, at.name, request);
    u32 walk_flags = request.walk_flags;
    if (!(flags & kOpenNoFollow)) walk_flags |= kWalkFollow;
    if (flags & kOpenDirectory) walk_flags |= kWalkDirectory;
    auto walked = walk.to_end(at.name, walk_flags);
    if (!walked) return Error(walked.error());
    return check_and_open(walk.path(), flags, false);
}

namespace {

/// Keeps writers away from a program while it is open for execution.
class ExecutableFile final : public File {
public:
    ExecutableFile(const Path& path, Ref<File> file) : File(kOpenReadOnly, path), file_(std::move(file)) {}
    ~ExecutableFile() override { inode()->allow_write(); }
    Result<usize> read(IoCursor& to, u64 offset) override { return file_->read(to, offset); }
    bool is_seekable() const override { return file_->is_seekable(); }
    Result<Ref<MemoryObject>> mapping_object() override { return file_->mapping_object(); }
    const File* inner_file() const override { return file_.get(); }

private:
    Ref<File> file_;
};

} // namespace

Result<Ref<File>> open_executable(const NameAt& at, u32 walk_flags) {
    Path path = TRY(walk_path(at.start, at.name, walk_flags));
    Inode& inode = *path.dentry().inode();
    if (inode.is_symlink()) return Error(Errno::ELOOP);
    if (!inode.is_regular() || (path.mount().flags() & kMountNoExec)) return Error(Errno::EACCES);
    TRY(check_permission(inode, kMayExecute, current_credentials()));
    TRY(ask_permission(path, kNotifyOpenExecutePermission));
    TRY(ask_permission(path, kNotifyOpenPermission));
    Ref<File> file = TRY(inode.open(kOpenReadOnly, path));
    TRY(inode.deny_write());
    notify_path(path, kNotifyOpen);
    notify_path(path, kNotifyOpenExecute);
    auto executable = make_ref<ExecutableFile>(path, std::move(file));
    if (!executable) {
        inode.allow_write();
        return Error(executable.error());
    }
    return Ref<File>(*std::move(executable));
}

} // namespace martlet
