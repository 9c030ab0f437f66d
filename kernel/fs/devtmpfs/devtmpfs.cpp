// devtmpfs: a node for every registered device, in one tmpfs-like instance whoever mounts it (and at boot on /dev).
//
// Programs may add nodes, links and directories; a device registered later appears by itself.
#include "base/init.h"
#include "base/log.h"
#include "block/block_device.h"
#include "dev/device.h"
#include "fs/devtmpfs/devtmpfs.h"
#include "fs/ramfs/directory.h"
#include "vfs/mount.h"
#include "vfs/operations.h"

namespace martlet {
namespace {

InodeAttributes attributes_with(u32 mode, u64 device = 0) {
    InodeAttributes attributes;
    attributes.mode = mode;
    attributes.device = device;
    attributes.access_time = attributes.modify_time = attributes.change_time = attributes.birth_time = current_time();
    return attributes;
}

class Devtmpfs final : public FileSystem {
public:
    std::string_view name() const override { return "devtmpfs"; }
    Result<Ref<SuperBlock>> mount(std::string_view, std::string_view) override { return instance(); }

    Result<Ref<SuperBlock>> instance();
    void add_device(std::string_view name, u32 mode, u64 number, u32 group_id = 0);

private:
    Result<Ref<Inode>> make_directory_in(Inode& parent, std::string_view name, u32 mode);
    Result<void> populate();
    Result<void> add_node(std::string_view name, u32 mode, u64 number, u32 group_id);

    RamSuperBlock* block_ = nullptr; // made at boot, kept for ever
};

constinit Devtmpfs devtmpfs;
REGISTER_FILE_SYSTEM(devtmpfs);

Result<Ref<Inode>> Devtmpfs::make_directory_in(Inode& parent, std::string_view name, u32 mode) {
    MutexGuard guard(parent.directory_lock);
    auto present = parent.lookup(name);
    if (present) return present;
    return parent.create(name, attributes_with(kModeDirectory | mode));
}

/// A name may have directories in front: "input/mice".
Result<void> Devtmpfs::add_node(std::string_view name, u32 mode, u64 number, u32 group_id) {
    Ref<Inode> parent = block_->root();
    for (usize slash = name.find('/'); slash != name.npos; slash = name.find('/')) {
        parent = TRY(make_directory_in(*parent, name.substr(0, slash), 0755));
        name.remove_prefix(slash + 1);
    }
    MutexGuard guard(parent->directory_lock);
    if (parent->lookup(name)) return {};
    InodeAttributes attributes = attributes_with(mode, number);
    attributes.group_id = group_id;
    TRY(parent->create(name, attributes));
    return {};
}

void Devtmpfs::add_device(std::string_view name, u32 mode, u64 number, u32 group_id) {
    if (!add_node(name, mode, number, group_id))
        log_error("devtmpfs: no memory for %.*s", static_cast<int>(name.size()), name.data());
}

void add_character_device(CharacterDevice& device) {
    devtmpfs.add_device(device.name(), kModeCharacter | device.permissions(), device.number());
}

void add_block_device(BlockDevice& device) {
    constexpr u32 kDiskGroup = 6;
    devtmpfs.add_device(device.name(), kModeBlock | 0660, device.number(), kDiskGroup);
}

Result<void> Devtmpfs::populate() {
    Ref<Inode> root = block_->root();
    struct Link {
        std::string_view name, target;
    };
    constexpr Link kLinks[] = {{"fd", "/proc/self/fd"},
                               {"stdin", "/proc/self/fd/0"},
                               {"stdout", "/proc/self/fd/1"},
                               {"stderr", "/proc/self/fd/2"}};
    {
        MutexGuard guard(root->directory_lock);
        for (const Link& link : kLinks)
            TRY(root->create_symlink(link.name, link.target, attributes_with(kModeSymlink | 0777)));
    }
    TRY(make_directory_in(*root, "pts", 0755));
    TRY(make_directory_in(*root, "shm", 01777));
    for_each_character_device([](void*, CharacterDevice& device) { add_character_device(device); }, nullptr);
    set_character_device_listener(add_character_device);
    for (u64 number = 0; Ref<BlockDevice> device = next_block_device(number); ++number) add_block_device(*device);
    set_block_device_listener(add_block_device);
    return {};
}

Result<Ref<SuperBlock>> Devtmpfs::instance() {
    if (!block_) {
        auto made = TRY(RamSuperBlock::create<RamSuperBlock>(0x01021994, RamLimits(),
                                                             attributes_with(kModeDirectory | 0755)));
        made->type = this;
        block_ = static_cast<RamSuperBlock*>(made.leak());
        TRY(populate());
    }
    return Ref<SuperBlock>(*block_);
}

} // namespace

void mount_devtmpfs(const Path& root) {
    auto made = make_directory({root, "dev"}, 0755);
    if (!made && made.error() != Errno::EEXIST)
        panic("devtmpfs: cannot make /dev: error %d", static_cast<int>(made.error()));
    auto point = walk_path(root, "dev", kWalkFollow | kWalkDirectory);
    auto block = devtmpfs.instance();
    if (!point || !block) panic("devtmpfs: cannot be mounted on /dev");
    auto mount = Mount::create(*std::move(block), nullptr, "devtmpfs", kMountNoSuid);
    if (!mount) panic("devtmpfs: out of memory");
    MutexGuard guard(mount_mutex);
    auto attached = MountTable::attach(*std::move(mount), *point);
    if (!attached) panic("devtmpfs: cannot be mounted on /dev");
}

} // namespace martlet
