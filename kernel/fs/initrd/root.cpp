// Mounts the root file system at boot: a ramfs filled from the initrd, whichever kind of archive that is.
#include "base/init.h"
#include "boot/boot_info.h"
#include "dev/device.h"
#include "fs/devtmpfs/devtmpfs.h"
#include "fs/ramfs/ramfs.h"
#include "fs/initrd/unpack.h"
#include "mm/frame.h"
#include "mm/oom.h"
#include "vfs/dentry.h"
#include "vfs/mount.h"
#include "vfs/operations.h"
#include "vfs/write_back.h"
#include "vfs/written_cache.h"

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

/// What a Linux kernel's own archive holds: an initramfs finds its console without a device file system,
/// which its /init mounts when it wants one.
void make_default_files(const Path& root) {
    constexpr u32 kConsoleMajor = 5, kConsoleMinor = 1;
    bool made = make_directory({root, "dev"}, 0755) && make_directory({root, "root"}, 0700) &&
                make_node({root, "dev/console"}, kModeCharacter | 0600, make_device(kConsoleMajor, kConsoleMinor));
    if (!made) panic("initramfs: out of memory for /dev/console");
}

void mount_root() {
    DentryCache::init(memory_statistics().total_frames);
    set_reclaim_hook([](u64 frames) -> u64 {
        u64 freed = FilledCache::reclaim_clean_pages(frames);
        if (freed == 0) freed = WriteBack::reclaim(frames);
        return freed + DentryCache::reclaim_pages(frames);
    });
    set_last_reclaim_hook(FilledCache::reclaim_mapped_pages);
    MountTable::attach_root(create_root_mount());
    const BootInfo& info = boot_info();
    if (info.initrd_size == 0) panic("initrd: missing: the boot loader passed no initial RAM disk");
    auto* start = static_cast<u8*>(direct_map({info.initrd_physical}));
    std::span<u8> archive(start, info.initrd_size);
    if (is_initramfs(archive)) {
        make_default_files(MountTable::root_path());
        unpack_initramfs(archive, MountTable::root_path());
    } else {
        unpack_tar(archive, MountTable::root_path());
        mount_devtmpfs(MountTable::root_path());
    }
}

INIT_TASK(FileSystems, mount_root);

} // namespace
} // namespace martlet
