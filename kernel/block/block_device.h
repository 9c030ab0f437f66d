// BlockDevice: storage with numbered bytes: what a file system is mounted from and what a node of type block
// opens.
//
// A driver derives from it, answers read() and write() for whole ranges and registers it; /dev and
// /proc/partitions show every registered device. Requests are synchronous: a driver with an interrupt sleeps
// until its transfer is done, and several tasks may be in it at a time. Openers are counted: a mount is one
// too.
//
// What is read and written through nodes goes through one cache of pages (vfs/written_cache.h), which exists
// while the device is open. It is stored at fsync and sync, when the last descriptor is closed, before a
// mount, and by the write-back thread. File systems read and write the device itself.
#pragma once
#include <span>
#include <string_view>

#include "base/ref.h"
#include "sync/mutex.h"
#include "vfs/file.h"
#include "vfs/write_back.h"
#include "vfs/written_cache.h"

namespace martlet {

inline constexpr u32 kSectorSize = 512; // what counts of sectors mean everywhere; the device's own may be larger

class BlockDevice : public RefCounted, private WriteBack::LastUse {
public:
    /// `name` as in /dev and outliving the device; `number` as makedev(3).
    BlockDevice(std::string_view name, u64 number) : name_(name), number_(number) {}
    std::string_view name() const { return name_; }
    u64 number() const { return number_; }
    virtual u64 size_bytes() const = 0;
    virtual bool is_read_only() const { return false; }
    virtual u32 logical_block_size() const { return kSectorSize; }
    /// [offset, offset + bytes.size()) lies inside the size. EIO, ENXIO when the medium has gone.
    virtual Result<void> read(u64 offset, std::span<u8> bytes) = 0;
    virtual Result<void> write(u64 offset, std::span<const u8> bytes) { return Error(Errno::EROFS); }
    /// Everything written has reached the medium.
    virtual Result<void> flush() { return {}; }
    /// Commands beyond those that every block device knows.
    virtual Result<i64> ioctl(u32 command, u64 argument) { return Error(Errno::ENOTTY); }
    /// The first opener comes / the last one goes.
    virtual Result<void> opened() { return {}; }
    virtual void closed() {}

    u32 openers() const { return openers_.load(std::memory_order_acquire); }
    Result<void> add_opener();
    void remove_opener();

    /// The pages of the open device, made on first use. ENOMEM.
    Result<Ref<WrittenCache>> cache();
    /// Stores what nodes wrote to the bytes [start, end). Errors of storing are left for fsync; ENOMEM.
    Result<void> write_back(u64 start = 0, u64 end = ~0ull);
    /// Pages of the bytes [start, end) are of no use any more: what the device holds there has changed.
    void discard_cache(u64 start = 0, u64 end = ~0ull);
    /// What storing its pages failed with, for fsync.
    ErrorSequence write_errors;

protected:
    /// For drivers whose medium has changed: nobody sees pages of the old one. Or only its size.
    void medium_changed();
    void size_changed();

private:
    Ref<WrittenCache> present_cache();
    void store_and_end() override;

    std::string_view name_;
    u64 number_;
    std::atomic<u32> openers_ = 0;
    Mutex cache_lock_{LockRank::SleepLeaf};
    Ref<WrittenCache> cache_ GUARDED_BY(cache_lock_);
};

/// Keeps a device open for a mount.
class BlockDeviceUse : NonCopyable {
public:
    BlockDeviceUse() = default;
    BlockDeviceUse(BlockDeviceUse&& other) noexcept : device_(std::move(other.device_)) {}
    ~BlockDeviceUse() { if (device_) device_->remove_opener(); }
    /// By the path of its node, as mount(2) names it. ENOTBLK, EACCES on a nodev mount, ENXIO, and those of a
    /// path walk.
    static Result<BlockDeviceUse> open(std::string_view source);
    BlockDevice& device() const { return *device_; }

private:
    Ref<BlockDevice> device_;
};

Result<void> register_block_device(Ref<BlockDevice> device);
void unregister_block_device(BlockDevice& device);
Result<Ref<BlockDevice>> find_block_device(u64 number); // ENXIO
/// The device at the lowest number >= `number`, which becomes that number; null at the end.
Ref<BlockDevice> next_block_device(u64& number);
/// Called for each device registered from now on (the device file system).
void set_block_device_listener(void (*listener)(BlockDevice&));
/// open(2) of a node of type block. ENXIO, EROFS for writing to a read-only device.
Result<Ref<File>> open_block_device(u64 number, u32 flags, const Path& path);

} // namespace martlet
