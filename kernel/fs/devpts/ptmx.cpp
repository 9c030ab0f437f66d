// /dev/ptmx (5, 2): which instance of devpts it means.
#include "base/init.h"
#include "base/log.h"
#include "base/setting.h"
#include "dev/device.h"
#include "fs/devpts/devpts.h"
#include "vfs/caller.h"
#include "vfs/dentry.h"
#include "vfs/mount.h"
#include "vfs/path_walk.h"

namespace martlet {
namespace {

constexpr u32 kPtmxMajor = 5, kPtmxMinor = 2, kPtmxPermissions = 0666;

// /proc/sys/kernel/pty: how many pairs there may be in all instances together.
constinit Setting pty_limit("sys/kernel/pty/max", 4096, 0, DevptsOptions::kMaxPtys);
REGISTER_SETTING(pty_limit);

bool is_devpts(const Mount& mount) { return mount.super_block().statistics().type_magic == DevptsSuperBlock::kMagic; }

class PtmxDevice final : public CharacterDevice {
public:
    PtmxDevice() : CharacterDevice("ptmx", make_device(kPtmxMajor, kPtmxMinor), kPtmxPermissions) {}
    Result<Ref<File>> open(u32 flags, const Path& path) override {
        Path root = is_devpts(path.mount()) ? path : TRY(find_devpts(path));
        if (Pty::live_count() >= pty_limit.get()) return Error(Errno::ENOSPC);
        return static_cast<DevptsSuperBlock&>(root.mount().super_block()).open_master(flags, path);
    }
};

void register_ptmx() {
    auto device = make_ref<PtmxDevice>();
    if (!device || !register_character_device(*std::move(device))) log_error("ptmx: cannot register the device");
}
INIT_TASK(Devices, register_ptmx);

} // namespace

/// The root of the mount that `path` lies on if that is devpts, else what is mounted on "pts" in its
/// directory. A node that is bound elsewhere lies where it is bound.
Result<Path> find_devpts(const Path& path) {
    Path place = path;
    while (&place.dentry() == &place.mount().root() && MountTable::cross_up(place)) {}
    Mount& mount = place.mount();
    if (is_devpts(mount)) return Path(Ref<Mount>(mount), Ref<Dentry>(mount.root()));
    Path directory(Ref<Mount>(mount), place.dentry().counted_parent());
    auto pts = walk_path(std::move(directory), "pts", kWalkFollow | kWalkDirectory);
    if (!pts || !is_devpts(pts->mount()) || &pts->dentry() != &pts->mount().root()) return Error(Errno::ENODEV);
    return pts;
}

} // namespace martlet
