// Loop devices: a file as a block device (loop(4)).
//
// States: unbound (no file; size 0) -> bound (SET_FD, CONFIGURE) -> unbound (CLR_FD, or the last close when
// autoclear is set). A CLR_FD while somebody else has the device open sets autoclear instead, as on Linux.
// What nodes write reaches the file when the device's cache is stored, and always before the binding changes.
// Locking: `lock_` guards the binding; transfers take a reference to the file under it and run without it.
#pragma once
#include "abi/loop.h"
#include "block/block_device.h"

namespace martlet {

inline constexpr u32 kLoopMajor = 7, kLoopMinorMax = 1u << 20;

class LoopDevice final : public BlockDevice {
public:
    /// Makes and registers /dev/loop`index`. EEXIST, ENOMEM.
    static Result<Ref<LoopDevice>> create(u32 index);

    u64 size_bytes() const override { return size_.load(std::memory_order_acquire); }
    bool is_read_only() const override { return is_read_only_.load(std::memory_order_relaxed); }
    u32 logical_block_size() const override { return block_size_.load(std::memory_order_relaxed); }
    Result<void> read(u64 offset, std::span<u8> bytes) override;
    Result<void> write(u64 offset, std::span<const u8> bytes) override;
    Result<void> flush() override;
    Result<i64> ioctl(u32 command, u64 argument) override;
    void closed() override;

    u32 index() const { return index_; }
    bool is_bound();
    /// The backing file's path, for /sys/block/loopN/loop; an empty string when unbound.
    Result<String> backing_path();
    /// LOOP_GET_STATUS64. ENXIO when unbound.
    Result<abi::LoopInfo> status();

    LoopDevice(u32 index, String name);

private:
    struct Backing {
        Ref<File> file;
        u64 offset;
    };
    Result<Backing> backing();
    Result<void> bind(int fd, u32 block_size, const abi::LoopInfo& info);
    Result<void> clear();
    Ref<File> unbind() REQUIRES(lock_);
    Result<void> set_status(const abi::LoopInfo& info);
    Result<i64> apply_status(const abi::LoopInfo& info);
    Result<void> change_file(int fd);
    u64 compute_size() REQUIRES(lock_);

    u32 index_;
    String name_text_;
    Mutex lock_{LockRank::SleepLeaf};
    Ref<File> file_ GUARDED_BY(lock_);
    abi::LoopInfo info_ GUARDED_BY(lock_) = {};
    std::atomic<u64> size_ = 0, offset_ = 0;
    std::atomic<u32> block_size_ = kSectorSize;
    std::atomic<bool> is_read_only_ = false;
};

/// The one with that index. ENODEV.
Result<Ref<LoopDevice>> find_loop_device(u32 index);

} // namespace martlet
