// The mount calls by descriptors: fsopen, fsconfig, fsmount, fspick, open_tree, move_mount, mount_setattr.
//
// A context file gathers a type, a source and options; creation makes the super block, fsmount a mount of it without a
// place, as an O_PATH descriptor; move_mount gives it one. A tree that nobody attached goes with its descriptor.
#include "abi/mount.h"
#include "proc/resource_limits.h"
#include "syscall/file_support.h"
#include "syscall/fs.h"
#include "vfs/anonymous.h"
#include "vfs/dentry.h"
#include "vfs/inode.h"
#include "vfs/mount.h"
#include "vfs/mount_namespace.h"
#include "vfs/mount_tree.h"

namespace martlet {
namespace {

constexpr std::string_view kContextName =
    "anon_inode:[fscontext]";       // only contexts have it: how they are told from other files
constexpr u32 kCloseOnExecFlag = 1; // FSOPEN_CLOEXEC, FSMOUNT_CLOEXEC, FSPICK_CLOEXEC

Result<void> check_privilege() {
    return current_credentials().has(Capability::SysAdmin) ? Result<void>() : Error(Errno::EPERM);
}

class ContextInode final : public Inode {
public:
    using Inode::Inode;
};

Result<Path> context_path() {
    SuperBlock* block = anonymous_super_block();
    if (!block) return Error(Errno::ENOMEM);
    return make_anonymous_path(TRY(make_ref<ContextInode>(*block, next_anonymous_inode_number())), kContextName);
}

/// What fsopen and fspick answer. One caller at a time (lock_).
class FsContextFile final : public File {
public:
    FsContextFile(Path path, FileSystem* type, Path picked)
        : File(kOpenReadWrite, std::move(path)), type_(type), picked_(std::move(picked)) {}
    /// The log of messages that Linux keeps: there are none.
    Result<usize> read(IoCursor&, u64) override { return Error(Errno::ENODATA); }

    Result<void> configure(u32 command, std::string_view key, std::string_view value);
    Result<Ref<Mount>> make_mount(u64 flags);

private:
    Result<void> add_option(std::string_view key, std::string_view value);
    Result<void> create();
    Result<void> reconfigure();

    Mutex lock_{LockRank::Mount};
    FileSystem* type_;
    Path picked_; // fspick's: what is reconfigured
    String source_, options_;
    bool is_read_only_ = false;
    Ref<SuperBlock> block_; // once created, until fsmount takes it
};

constexpr u32 kSetFlag = 0, kSetString = 1, kSetBinary = 2, kSetPath = 3, kSetPathEmpty = 4, kSetFd = 5,
              kCreate = 6, kReconfigure = 7;

Result<void> FsContextFile::add_option(std::string_view key, std::string_view value) {
    usize size = options_.size() + key.size() + value.size() + 2;
    if (size > kPageSize) return Error(Errno::E2BIG);
    auto* text = static_cast<char*>(::operator new(size + 1, std::nothrow));
    if (!text) return Error(Errno::ENOMEM);
    usize at = 0;
    auto put = [&](std::string_view part) {
        memcpy(text + at, part.data(), part.size());
        at += part.size();
    };
    put(options_.view());
    if (at > 0) put(",");
    put(key);
    if (!value.empty()) {
        put("=");
        put(value);
    }
    text[at] = '\0';
    options_ = String::adopt(text, at);
    return {};
}

Result<void> FsContextFile::create() {
    if (block_ || picked_) return Error(Errno::EBUSY);
    if (type_->needs_read_only() && !is_read_only_) return Error(Errno::EACCES);
    block_ = TRY(type_->mount(source_, options_));
    block_->type = type_;
    if (is_read_only_) block_->is_read_only.store(true);
    return {};
}

Result<void> FsContextFile::reconfigure() {
    if (!picked_) return Error(Errno::EBUSY);
    SuperBlock& block = picked_.mount().super_block();
    TRY(block.reconfigure(options_));
    if (is_read_only_) return Mount::make_read_only(block);
    if (block.type && block.type->needs_read_only()) return Error(Errno::EROFS);
    block.is_read_only.store(false, std::memory_order_seq_cst);
    return {};
}

Result<void> FsContextFile::configure(u32 command, std::string_view key, std::string_view value) {
    MutexGuard guard(lock_);
    if (command == kCreate) return create();
    if (command == kReconfigure) return reconfigure();
    if (block_) return Error(Errno::EBUSY);
    if (command == kSetFlag && (key == "ro" || key == "rw")) {
        is_read_only_ = key == "ro";
        return {};
    }
    if (command == kSetString && key == "source") {
        if (!source_.is_empty()) return Error(Errno::EINVAL);
        source_ = TRY(String::create(value));
        return {};
    }
    if (value.find(',') != value.npos && command == kSetString)
        return Error(Errno::EINVAL); // options are joined by commas
    return add_option(key, value);
}

Result<Ref<Mount>> FsContextFile::make_mount(u64 flags) {
    MutexGuard guard(lock_);
    if (!block_) return Error(Errno::EINVAL);
    return Mount::create(std::move(block_), nullptr, source_.is_empty() ? "none" : source_.view(), flags);
}

Result<FsContextFile*> context_of(File& file) {
    const Path& path = file.path();
    if (!path || !path.dentry().is_anonymous() || path.dentry().name() != kContextName) return Error(Errno::EINVAL);
    return static_cast<FsContextFile*>(&file);
}

/// An O_PATH descriptor of a tree that has no place yet. What nobody attached meanwhile is taken apart with it.
class DetachedTreeFile final : public File {
public:
    explicit DetachedTreeFile(Path path) : File(kOpenPath, std::move(path)) {}
    ~DetachedTreeFile() override {
        MutexGuard guard(mount_mutex);
        Mount& mount = path().mount();
        if (!MountTable::is_attached(mount)) MountTree::dissolve(mount);
    }
};

Result<int> install_tree(Ref<Mount> mount, bool close_on_exec) {
    Ref<Dentry> root(mount->root());
    Mount& top = *mount;
    auto file = make_ref<DetachedTreeFile>(Path(std::move(mount), std::move(root)));
    if (!file) {
        MutexGuard guard(mount_mutex);
        Ref<Mount> keep(top);
        MountTree::dissolve(top);
        return Error(file.error());
    }
    return current_task().files().install(*std::move(file), close_on_exec ? CloseOnExec::Yes : CloseOnExec::No,
                                          current_limit(Resource::OpenFiles));
}

/// MOUNT_ATTR_* as mount(2)'s flags. EINVAL.
Result<u64> flags_of_attributes(u64 attributes) {
    constexpr u64 kReadOnly = 1, kNoSuid = 2, kNoDev = 4, kNoExec = 8, kAtimeMask = 0x70, kNoAtime = 0x10,
                  kStrictAtime = 0x20, kNoDirAtime = 0x80, kNoSymFollow = 0x200000;
    if (attributes & ~(kReadOnly | kNoSuid | kNoDev | kNoExec | kAtimeMask | kNoDirAtime | kNoSymFollow))
        return Error(Errno::EINVAL);
    u64 atime = attributes & kAtimeMask;
    if (atime != 0 && atime != kNoAtime && atime != kStrictAtime) return Error(Errno::EINVAL);
    return (attributes & kReadOnly ? kMountReadOnly : 0) | (attributes & kNoSuid ? kMountNoSuid : 0) |
           (attributes & kNoDev ? kMountNoDev : 0) | (attributes & kNoExec ? kMountNoExec : 0) |
           (atime == kNoAtime ? kMountNoAtime : 0) | (atime == kStrictAtime ? kMountStrictAtime : 0) |
           (attributes & kNoDirAtime ? kMountNoDirAtime : 0) |
           (attributes & kNoSymFollow ? kMountNoSymFollow : 0);
}

} // namespace

Result<int> sys_fsopen(UserString name, u32 flags) {
    TRY(check_privilege());
    if (flags & ~kCloseOnExecFlag) return Error(Errno::EINVAL);
    String text = TRY(copy_user_string(name, kPageSize - 1, Errno::EINVAL));
    FileSystem* type = find_file_system(text);
    if (!type) return Error(Errno::ENODEV);
    auto file = TRY(make_ref<FsContextFile>(TRY(context_path()), type, Path()));
    return current_task().files().install(std::move(file), flags ? CloseOnExec::Yes : CloseOnExec::No,
                                          current_limit(Resource::OpenFiles));
}

Result<int> sys_fspick(int directory, UserString path, u32 flags) {
    constexpr u32 kNoFollow = 2, kNoAutomount = 4, kEmpty = 8;
    TRY(check_privilege());
    if (flags & ~(kCloseOnExecFlag | kNoFollow | kNoAutomount | kEmpty)) return Error(Errno::EINVAL);
    NameArgument name = TRY(NameArgument::load(directory, path));
    Path target = TRY(name.walk((flags & kNoFollow ? kAtSymlinkNoFollow : 0) | (flags & kEmpty ? kAtEmptyPath : 0)));
    if (&target.dentry() != &target.mount().root()) return Error(Errno::EINVAL);
    FileSystem* type = target.mount().super_block().type;
    auto file = TRY(make_ref<FsContextFile>(TRY(context_path()), type, std::move(target)));
    return current_task().files().install(std::move(file),
                                          flags & kCloseOnExecFlag ? CloseOnExec::Yes : CloseOnExec::No,
                                          current_limit(Resource::OpenFiles));
}

Result<void> sys_fsconfig(int fd, u32 command, UserString key, u64 value, int auxiliary) {
    constexpr usize kTextMax = 255;
    if (fd < 0 || command > kReconfigure) return Error(fd < 0 ? Errno::EINVAL : Errno::EOPNOTSUPP);
    bool takes_key = command < kCreate, takes_value = command == kSetString;
    if (command == kSetBinary || command == kSetPath || command == kSetPathEmpty || command == kSetFd)
        return Error(Errno::EOPNOTSUPP);
    if (takes_key != static_cast<bool>(key) || takes_value != (value != 0) || auxiliary != 0)
        return Error(Errno::EINVAL);
    Ref<File> file = TRY(get_open_file(fd, Rights::Manage));
    FsContextFile* context = TRY(context_of(*file));
    String key_text, value_text;
    if (takes_key) key_text = TRY(copy_user_string(key, kTextMax, Errno::EINVAL));
    if (takes_value) value_text = TRY(copy_user_string(UserString(value), kTextMax, Errno::EINVAL));
    TRY(check_privilege());
    return context->configure(command, key_text, value_text);
}

Result<int> sys_fsmount(int fd, u32 flags, u32 attributes) {
    TRY(check_privilege());
    if (flags & ~kCloseOnExecFlag) return Error(Errno::EINVAL);
    u64 mount_flags = TRY(flags_of_attributes(attributes));
    Ref<File> file = TRY(get_open_file(fd, Rights::Manage));
    FsContextFile* context = TRY(context_of(*file));
    return install_tree(TRY(context->make_mount(mount_flags)), flags != 0);
}

Result<int> sys_open_tree(int directory, UserString path, u32 flags) {
    constexpr u32 kClone = 1, kRecursive = 0x8000;
    if (flags &
        ~(kAtEmptyPath | kAtNoAutomount | kRecursive | kAtSymlinkNoFollow | kClone | kOpenCloseOnExec))
        return Error(Errno::EINVAL);
    if ((flags & (kRecursive | kClone)) == kRecursive) return Error(Errno::EINVAL);
    if (flags & kClone) TRY(check_privilege());
    NameArgument name = TRY(NameArgument::load(directory, path));
    Path from = TRY(name.walk(flags & (kAtEmptyPath | kAtSymlinkNoFollow)));
    bool close_on_exec = (flags & kOpenCloseOnExec) != 0;
    if (!(flags & kClone)) {
        auto file = TRY(make_ref<File>(kOpenPath, std::move(from)));
        return current_task().files().install(std::move(file), close_on_exec ? CloseOnExec::Yes : CloseOnExec::No,
                                              current_limit(Resource::OpenFiles));
    }
    Ref<Mount> tree;
    {
        MutexGuard guard(mount_mutex);
        if (from.mount().is_unbindable() || from.mount().name_space() != &current_mount_namespace())
            return Error(Errno::EINVAL);
        tree = TRY(MountTree::copy(from.mount(), from.dentry(), {.with_children = (flags & kRecursive) != 0}));
    }
    return install_tree(std::move(tree), close_on_exec);
}

Result<void> sys_move_mount(int from_directory, UserString from_path, int to_directory, UserString to_path, u32 flags) {
    constexpr u32 kFromFollow = 1, kFromEmpty = 4, kToFollow = 0x10, kToEmpty = 0x40, kKnown = 0x77;
    TRY(check_privilege());
    if (flags & ~kKnown) return Error(Errno::EINVAL);
    NameArgument from_name = TRY(NameArgument::load(from_directory, from_path));
    Path from = TRY(from_name.walk((flags & kFromFollow ? 0 : kAtSymlinkNoFollow) |
                                   (flags & kFromEmpty ? kAtEmptyPath : 0)));
    NameArgument to_name = TRY(NameArgument::load(to_directory, to_path));
    Path to = TRY(to_name.walk((flags & kToFollow ? 0 : kAtSymlinkNoFollow) | (flags & kToEmpty ? kAtEmptyPath : 0)));
    bool is_attached;
    {
        MutexGuard guard(mount_mutex);
        is_attached = MountTable::is_attached(from.mount());
        if (!is_attached && from.mount().mount_point()) return Error(Errno::EINVAL); // below a tree without a place
    }
    if (is_attached) return move_mounted(from, to);
    if (&from.dentry() != &from.mount().root()) return Error(Errno::EINVAL);
    return attach_new_mount(Ref<Mount>(from.mount()), to);
}

Result<void> sys_mount_setattr(int directory, UserString path, u32 flags,
                               UserPtr<abi::MountAttributes> attributes, usize size) {
    constexpr u32 kRecursive = 0x8000;
    constexpr u64 kAtimeMask = 0x70;
    if (flags & ~(kAtEmptyPath | kRecursive | kAtSymlinkNoFollow | kAtNoAutomount)) return Error(Errno::EINVAL);
    if (size > kPageSize) return Error(Errno::E2BIG);
    if (size < sizeof(abi::MountAttributes)) return Error(Errno::EINVAL);
    TRY(check_privilege());
    abi::MountAttributes wanted = TRY(attributes.load());
    for (usize offset = sizeof wanted; offset < size; ++offset) // fields of the future must be zero
        if (TRY(UserPtr<u8>(attributes.address() + offset).load()) != 0) return Error(Errno::E2BIG);
    if (wanted.set == 0 && wanted.clear == 0 && wanted.propagation == 0) return {};
    if (wanted.user_name_space != 0) return Error(Errno::EINVAL);
    u64 set = TRY(flags_of_attributes(wanted.set));
    bool clears_atime = (wanted.clear & kAtimeMask) != 0;
    if (clears_atime && (wanted.clear & kAtimeMask) != kAtimeMask) return Error(Errno::EINVAL);
    if ((wanted.set & kAtimeMask) && !clears_atime) return Error(Errno::EINVAL);
    u64 clear = TRY(flags_of_attributes(wanted.clear & ~kAtimeMask)) |
                (clears_atime ? kMountNoAtime | kMountStrictAtime : 0);
    u64 type = wanted.propagation;
    if (type & (type - 1) || (type & ~(kMountShared | kMountPrivate | kMountSlave | kMountUnbindable)))
        return Error(Errno::EINVAL);
    NameArgument name = TRY(NameArgument::load(directory, path));
    Path target = TRY(name.walk(flags & (kAtEmptyPath | kAtSymlinkNoFollow)));
    MutexGuard guard(mount_mutex);
    if (&target.dentry() != &target.mount().root()) return Error(Errno::EINVAL);
    bool is_recursive = (flags & kRecursive) != 0;
    Mount& top = target.mount();
    // All that become read-only must be free of writers before any other flag changes.
    for (Mount* mount = is_recursive ? MountTree::next_in_tree(nullptr, top) : &top; mount;
         mount = is_recursive ? MountTree::next_in_tree(mount, top) : nullptr)
        if ((set & kMountReadOnly) && !(mount->flags() & kMountReadOnly)) TRY(mount->make_read_only());
    for (Mount* mount = is_recursive ? MountTree::next_in_tree(nullptr, top) : &top; mount;
         mount = is_recursive ? MountTree::next_in_tree(mount, top) : nullptr)
        mount->set_flags((mount->flags() & ~clear) | set);
    if (type != 0)
        MountTree::change_propagation(top, type == kMountShared    ? Propagation::Shared
                                           : type == kMountSlave   ? Propagation::Slave
                                           : type == kMountPrivate ? Propagation::Private
                                                                   : Propagation::Unbindable, is_recursive);
    return {};
}

} // namespace martlet
