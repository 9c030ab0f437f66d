#include "proc/resource_limits.h"

#include <algorithm>

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
    for (usize index = 0; index < kResourceCount; ++index) limits_[index] = kInitial[index];
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
    IrqLockGuard guard(lock_);
    return limits_[static_cast<usize>(resource)];
}

u64 ResourceLimits::soft(Resource resource) { return get(resource).soft; }

void ResourceLimits::set(Resource resource, ResourceLimit limit) {
    IrqLockGuard guard(lock_);
    limits_[static_cast<usize>(resource)] = limit;
}

u64 current_limit(Resource resource) { return current_process().limits.soft(resource); }

} // namespace martlet
