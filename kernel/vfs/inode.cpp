#include "vfs/inode.h"

#include "time/clock.h"
#include "vfs/file_locks.h"
#include "vfs/file_system.h"
#include "vfs/inode_file.h"

namespace martlet {
namespace {

std::atomic<u64> live_inodes = 0;

} // namespace

Inode::Inode(SuperBlock& super_block, u64 number)
    : attribute_lock(super_block.stacking == Stacking::Stacked ? LockRank::StackedInode : LockRank::Inode),
      directory_lock(super_block.stacking == Stacking::Stacked ? LockRank::StackedDirectory : LockRank::Directory),
      super_block_(super_block), number_(number) {
    live_inodes.fetch_add(1, std::memory_order_relaxed);
}

Inode::~Inode() {
    delete locks.load(std::memory_order_relaxed);
    live_inodes.fetch_sub(1, std::memory_order_relaxed);
}

u64 live_inode_count() { return live_inodes.load(std::memory_order_relaxed); }

TimeSpec current_time() {
    u64 now = realtime_ns();
    return {static_cast<i64>(now / kNanosecondsPerSecond), static_cast<i64>(now % kNanosecondsPerSecond)};
}

void Inode::touch(bool modified) {
    TimeSpec now = current_time();
    if (modified) attributes.modify_time = now;
    attributes.change_time = now;
}

Result<Ref<File>> Inode::open(u32 flags, const Path& path) { return open_inode_file(*this, flags, path); }

Result<void> Inode::acquire_write() {
    i32 count = writers_.load(std::memory_order_relaxed);
    do {
        if (count < 0) return Error(Errno::ETXTBSY);
    } while (!writers_.compare_exchange_weak(count, count + 1, std::memory_order_acquire));
    return {};
}

Result<void> Inode::deny_write() {
    i32 count = writers_.load(std::memory_order_relaxed);
    do {
        if (count > 0) return Error(Errno::ETXTBSY);
    } while (!writers_.compare_exchange_weak(count, count - 1, std::memory_order_acquire));
    return {};
}

} // namespace martlet
