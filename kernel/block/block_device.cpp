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
constinit NumberedRegistry<BlockDevice> registry GUARDED_BY(registry_lock);
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

/// The last user of pages that were written through a mapping may hold locks under which nothing can be stored.
void BlockDevice::remove_opener() {
    Ref<WrittenCache> cache = present_cache();
    if (openers() == 1 && cache && cache->dirty_page_count() > 0) {
        acquire(); // given back by store_and_end
        if (WriteBack::end_later(*this)) return;
        release();
    }
    if (openers_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    {
        MutexGuard guard(cache_lock_);
        cache = std::exchange(cache_, nullptr);
    }
    closed();
}

void BlockDevice::store_and_end() {
    Ref<BlockDevice> self = Ref<BlockDevice>::adopt(this);
    (void)write_back();
    remove_opener();
}

namespace {

class BlockCache final : public WrittenCache {
public:
    explicit BlockCache(BlockDevice& device)
        : WrittenCache(device.size_bytes(), device.write_errors), device_(device) {}

private:
    Result<void> fill(u64 offset, std::span<u8> bytes) override { return device_->read(offset, bytes); }
    Result<void> store(u64 offset, std::span<const u8> bytes) override { return device_->write(offset, bytes); }
    Ref<BlockDevice> device_; // which gives the cache up at its last close
};

} // namespace

Ref<WrittenCache> BlockDevice::present_cache() {
    MutexGuard guard(cache_lock_);
    return cache_;
}

Result<Ref<WrittenCache>> BlockDevice::cache() {
    MutexGuard guard(cache_lock_);
    if (!cache_) cache_ = TRY(make_ref<BlockCache>(*this));
    return cache_;
}

Result<void> BlockDevice::write_back(u64 start, u64 end) {
    Ref<WrittenCache> cache = present_cache();
    return cache ? cache->write_back(start / kPageSize, end / kPageSize + 1) : Result<void>();
}

void BlockDevice::discard_cache(u64 start, u64 end) {
    if (Ref<WrittenCache> cache = present_cache())
        cache->discard(start / kPageSize, end / kPageSize + (end % kPageSize != 0));
}

void BlockDevice::medium_changed() {
    discard_cache();
    size_changed();
}

void BlockDevice::size_changed() {
    if (Ref<WrittenCache> cache = present_cache()) cache->resize(size_bytes());
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
    TRY(use.device_->write_back());
    if (use.device_->size_bytes() == 0) return Error(Errno::EINVAL); // nothing in it
    return use;
}

} // namespace martlet
