#include "block/block_device.h"

#include "base/numbered_registry.h"
#include "sync/spinlock.h"
#include "vfs/dentry.h"
#include "vfs/inode.h"
#include "vfs/mount.h"
#include "vfs/path_walk.h"

namespace martlet {
namespace {

Mutex registry_lock{LockRank::SleepLeaf};
[[clang::no_destroy]] constinit NumberedRegistry<BlockDevice> registry GUARDED_BY(registry_lock);
void (*registry_listener)(BlockDevice&) GUARDED_BY(registry_lock) = nullptr;

} // namespace

Result<void> register_block_device(Ref<BlockDevice> device) {
    BlockDevice& added = *device;
    void (*listener)(BlockDevice&);
    {
        MutexGuard guard(registry_lock);
        if (registry.find(device->number())) return Error(Errno::EEXIST);
        TRY(registry.add(std::move(device)));
        listener = registry_listener;
    }
    if (listener) listener(added);
    return {};
}

void unregister_block_device(BlockDevice& device) {
    Ref<BlockDevice> removed;
    MutexGuard guard(registry_lock);
    removed = registry.remove(device);
}

Result<Ref<BlockDevice>> find_block_device(u64 number) {
    MutexGuard guard(registry_lock);
    BlockDevice* device = registry.find(number);
    if (!device) return Error(Errno::ENXIO);
    return Ref<BlockDevice>(*device);
}

Ref<BlockDevice> next_block_device(u64& number) {
    MutexGuard guard(registry_lock);
    BlockDevice* device = registry.first_from(number);
    if (!device) return nullptr;
    number = device->number();
    return Ref<BlockDevice>(*device);
}

void set_block_device_listener(void (*listener)(BlockDevice&)) {
    MutexGuard guard(registry_lock);
    registry_listener = listener;
}

Result<void> BlockDevice::add_opener() {
    if (openers_.fetch_add(1, std::memory_order_acq_rel) > 0) return {};
    auto result = opened();
    if (!result) openers_.fetch_sub(1, std::memory_order_acq_rel);
    return result;
}

void BlockDevice::remove_opener() {
    if (openers_.fetch_sub(1, std::memory_order_acq_rel) == 1) closed();
}

Result<BlockDeviceUse> BlockDeviceUse::open(std::string_view source) {
    Path path = TRY(walk_path(Path(), source, kWalkFollow));
    Inode& inode = *path.dentry().inode();
    if ((inode.mode() & kModeTypeMask) != kModeBlock) return Error(Errno::ENOTBLK);
    if (path.mount().flags() & kMountNoDev) return Error(Errno::EACCES);
    BlockDeviceUse use;
    Ref<BlockDevice> device = TRY(find_block_device(inode.attributes.device));
    TRY(device->add_opener());
    use.device_ = std::move(device);
    if (use.device_->size_bytes() == 0) return Error(Errno::EINVAL); // nothing in it
    return use;
}

} // namespace martlet
