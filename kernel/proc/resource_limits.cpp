#include "proc/resource_limits.h"

#include <algorithm>

#include "mm/address_space.h"
#include "mm/frame.h"
#include "proc/process.h"

namespace martlet {

namespace {

/// What process 1 starts with (Linux's values; the process limit depends on memory).
constexpr ResourceLimit kInitial[kResourceCount] = {
    {kUnlimited, kUnlimited},   // Cpu
    {kUnlimited, kUnlimited},   // FileSize
    {kUnlimited, kUnlimited},   // Data
    {8 * kMiB, kUnlimited},     // Stack
    {0, kUnlimited},            // Core
    {kUnlimited, kUnlimited},   // Rss
    {0, 0},                     // Processes: below
    {1024, 4096},               // OpenFiles
    {8 * kMiB, 8 * kMiB},       // LockedMemory
    {kUnlimited, kUnlimited},   // AddressSpace
    {kUnlimited, kUnlimited},   // Locks
    {0, 0},                     // PendingSignals: below
    {819200, 819200},           // MessageQueue
    {0, 0},                     // Nice
    {0, 0},                     // RealtimePriority
    {kUnlimited, kUnlimited},   // RealtimeTime
};

} // namespace

ResourceLimits::ResourceLimits() {
    for (usize index = 0; index < kResourceCount; ++index) set(static_cast<Resource>(index), kInitial[index]);
}

void ResourceLimits::set_from_memory(u64 total_frames) {
    // A task costs at least its kernel stack and its first page tables: about 16 frames. Half of memory for them.
    u64 tasks = std::min<u64>(std::max<u64>(total_frames / 32, 64), kPidMax / 2);
    set(Resource::Processes, {tasks, tasks});
    set(Resource::PendingSignals, {tasks, tasks});
}

void ResourceLimits::copy_from(ResourceLimits& other) {
    for (usize index = 0; index < kResourceCount; ++index)
        set(static_cast<Resource>(index), other.get(static_cast<Resource>(index)));
}

ResourceLimit ResourceLimits::get(Resource resource) {
    Stored& limit = limits_[static_cast<usize>(resource)];
    IrqLockGuard guard(lock_);
    return {limit.soft.load(std::memory_order_relaxed), limit.hard.load(std::memory_order_relaxed)};
}

void ResourceLimits::set(Resource resource, ResourceLimit limit) {
    Stored& stored = limits_[static_cast<usize>(resource)];
    IrqLockGuard guard(lock_);
    stored.soft.store(limit.soft, std::memory_order_relaxed);
    stored.hard.store(limit.hard, std::memory_order_relaxed);
}

u64 current_limit(Resource resource) { return current_process().limits.soft(resource); }

AddressSpaceLimits current_memory_limits() {
    const ResourceLimits& limits = current_process().limits;
    const Credentials& credentials = current_task().credentials();
    return {.address_space_bytes = limits.soft(Resource::AddressSpace),
            .data_bytes = limits.soft(Resource::Data),
            .stack_bytes = limits.soft(Resource::Stack),
            .locked_bytes = limits.soft(Resource::LockedMemory),
            .may_lock_any = credentials.has(Capability::IpcLock),
            .may_map_low = credentials.has(Capability::SysRawio),
            .may_use_reserve = credentials.has(Capability::SysAdmin)};
}

} // namespace martlet
