// Mounts the root file system at boot: a ramfs filled from the initrd.
#include "base/init.h"
#include "boot/boot_info.h"
#include "fs/devtmpfs/devtmpfs.h"
#include "fs/ramfs/ramfs.h"
#include "fs/tarfs/initrd.h"
#include "mm/frame.h"
#include "vfs/dentry.h"
#include "vfs/mount.h"

namespace martlet {
namespace {

Ref<Mount> create_root_mount() {
    FileSystem* type = find_file_system("ramfs");
    ASSERT(type);
    auto block = type->mount("initrd", "");
    if (!block) panic("initrd: out of memory for the root file system");
    (*block)->type = type;
    auto mount = Mount::create(*std::move(block), nullptr, "initrd", 0);
    if (!mount) panic("initrd: out of memory for the root file system");
    return *std::move(mount);
}

void mount_root() {
    DentryCache::init(memory_statistics().total_frames);
    set_reclaim_hook([](u64 frames) -> u64 { return DentryCache::reclaim(static_cast<u32>(frames) * 8) / 8; });
    MountTable::attach_root(create_root_mount());
    const BootInfo& info = boot_info();
    if (info.initrd_size == 0) panic("initrd: missing: the boot loader passed no initial RAM disk");
    auto* start = static_cast<u8*>(direct_map({info.initrd_physical}));
    unpack_initrd({start, info.initrd_size}, MountTable::root_path());
    mount_devtmpfs(MountTable::root_path());
}

INIT_TASK(FileSystems, mount_root);

} // namespace
} // namespace martlet
