#include "block/block_device.h"

#include "base/vector.h"
#include "sync/spinlock.h"
#include "vfs/dentry.h"
#include "vfs/inode.h"
#include "vfs/mount.h"
#include "vfs/path_walk.h"

namespace martlet {
namespace {

Mutex registry_lock{LockRank::SleepLeaf};
[[clang::no_destroy]] constinit Vector<Ref<BlockDevice>> registry GUARDED_BY(registry_lock); // ordered by number
void (*registry_listener)(BlockDevice&) GUARDED_BY(registry_lock) = nullptr;

usize lower_bound(u64 number) REQUIRES(registry_lock) {
    usize place = 0;
    while (place < registry.size() && registry[place]->number() < number) ++place;
    return place;
}

} // namespace

Result<void> register_block_device(Ref<BlockDevice> device) {
    BlockDevice& added = *device;
    void (*listener)(BlockDevice&);
    {
        MutexGuard guard(registry_lock);
        usize place = lower_bound(device->number());
        if (place < registry.size() && registry[place]->number() == device->number()) return Error(Errno::EEXIST);
        TRY(registry.push_back(nullptr));
        for (usize index = registry.size() - 1; index > place; --index) registry[index] = std::move(registry[index - 1]);
        registry[place] = std::move(device);
        listener = registry_listener;
    }
    if (listener) listener(added);
    return {};
}

void unregister_block_device(BlockDevice& device) {
    Ref<BlockDevice> removed;
    MutexGuard guard(registry_lock);
    usize place = lower_bound(device.number());
    if (place == registry.size() || registry[place].get() != &device) return;
    removed = std::move(registry[place]);
    registry.remove(place);
}

Result<Ref<BlockDevice>> find_block_device(u64 number) {
    MutexGuard guard(registry_lock);
    usize place = lower_bound(number);
    if (place == registry.size() || registry[place]->number() != number) return Error(Errno::ENXIO);
    return registry[place];
}

Ref<BlockDevice> next_block_device(u64& number) {
    MutexGuard guard(registry_lock);
    usize place = lower_bound(number);
    if (place == registry.size()) return nullptr;
    number = registry[place]->number();
    return registry[place];
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
