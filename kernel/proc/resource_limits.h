// Resource limits (getrlimit(2)): a soft and a hard value each; shared by a process's threads.
#pragma once
#include "base/types.h"
#include "sync/spinlock.h"

namespace martlet {

enum class Resource : u8 { Cpu, FileSize, Data, Stack, Core, Rss, Processes, OpenFiles, LockedMemory, AddressSpace, Locks,
                           PendingSignals, MessageQueue, Nice, RealtimePriority, RealtimeTime, Count };

inline constexpr usize kResourceCount = static_cast<usize>(Resource::Count);
inline constexpr u64 kUnlimited = ~0ull;

struct ResourceLimit {
    u64 soft, hard;
};

class ResourceLimits : NonCopyable {
public:
    ResourceLimits();
    /// Process 1: how many tasks and queued signals this machine can hold.
    void set_from_memory(u64 total_frames);
    void copy_from(ResourceLimits& other);
    ResourceLimit get(Resource resource);
    u64 soft(Resource resource);
    void set(Resource resource, ResourceLimit limit);

private:
    SpinLock lock_{LockRank::Leaf};
    ResourceLimit limits_[kResourceCount] GUARDED_BY(lock_);
};

/// The soft limit of the calling task's process.
u64 current_limit(Resource resource);

} // namespace martlet
