#include "fs/initrd/tree_builder.h"

#include "dev/device.h"
#include "vfs/dentry.h"
#include "vfs/operations.h"

namespace martlet {
namespace {

InodeAttributes attributes_of(const ArchiveEntry& entry) {
    constexpr u32 kTypes[] = {kModeRegular, 0,         kModeSymlink, kModeCharacter, kModeBlock, kModeDirectory,
                              kModeFifo,    kModeSocket};
    InodeAttributes attributes;
    attributes.mode = kTypes[static_cast<u8>(entry.type)] | entry.mode;
    if (entry.type == ArchiveEntryType::Symlink) attributes.mode = kModeSymlink | 0777;
    attributes.user_id = entry.user_id;
    attributes.group_id = entry.group_id;
    attributes.device = make_device(entry.device_major, entry.device_minor);
    attributes.access_time = attributes.modify_time = attributes.change_time = attributes.birth_time = {
        static_cast<i64>(entry.modify_time), 0};
    return attributes;
}

} // namespace

/// To the last component's parent; its missing directories are made.
Result<Ref<Dentry>> TreeBuilder::walk_to(PathWalk& walk, std::string_view path) {
    auto walked = walk.to_parent(path, 0);
    if (!walked && walked.error() == Errno::ENOENT) {
        TRY(make_parents(path));
        walk = PathWalk(root_);
        walked = walk.to_parent(path, 0);
    }
    if (!walked) return Error(walked.error());
    return walk.lookup_last();
}

Result<void> TreeBuilder::make_parents(std::string_view path) {
    for (usize slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
        auto made = make_directory({root_, path.substr(0, slash)}, 0755);
        if (!made && made.error() != Errno::EEXIST) return made;
    }
    return {};
}

Result<Ref<Inode>> TreeBuilder::update_directory(Inode& directory, const ArchiveEntry& entry) {
    InodeAttributes wanted = attributes_of(entry);
    directory.attributes.mode = wanted.mode;
    directory.attributes.user_id = wanted.user_id;
    directory.attributes.group_id = wanted.group_id;
    TRY(directory_times_.push_back({Ref<Inode>(directory), entry.modify_time}));
    return Ref<Inode>(directory);
}

Result<Ref<Inode>> TreeBuilder::place_hard_link(const ArchiveEntry& entry) {
    Path target = TRY(walk_path(root_, entry.link_target, 0));
    Ref<Inode> inode(*target.dentry().inode());
    TRY(make_link(target, {root_, entry.path}));
    return inode;
}

Result<Ref<Inode>> TreeBuilder::place(const ArchiveEntry& entry) {
    bool is_directory = entry.type == ArchiveEntryType::Directory;
    if (entry.path.is_empty()) { // the root directory itself
        if (!is_directory) return Error(Errno::EINVAL);
        return update_directory(*root_.dentry().inode(), entry);
    }
    PathWalk walk(root_);
    Ref<Dentry> dentry = TRY(walk_to(walk, entry.path));
    if (Inode* old = dentry->inode()) {
        if (old->is_directory() && is_directory) return update_directory(*old, entry);
        dentry = nullptr;
        if (old->is_directory()) TRY(remove_directory({root_, entry.path}));
        else TRY(remove_name({root_, entry.path}));
    }
    if (entry.type == ArchiveEntryType::HardLink) return place_hard_link(entry);
    Inode& directory = *walk.path().dentry().inode();
    MutexGuard guard(directory.directory_lock);
    dentry = TRY(walk.lookup_last_locked());
    InodeAttributes attributes = attributes_of(entry);
    Ref<Inode> inode = TRY(entry.type == ArchiveEntryType::Symlink
                               ? directory.create_symlink(dentry->name(), entry.link_target, attributes)
                               : directory.create(dentry->name(), attributes));
    DentryCache::instantiate(*dentry, inode);
    if (is_directory) TRY(directory_times_.push_back({inode, entry.modify_time}));
    return inode;
}

void TreeBuilder::finish() {
    for (DirectoryTime& each : directory_times_)
        each.directory->attributes.modify_time =
            each.directory->attributes.access_time = {static_cast<i64>(each.modify_time), 0};
    directory_times_.clear();
}

} // namespace martlet
