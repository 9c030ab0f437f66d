// Resource limits (getrlimit(2)): a soft and a hard value each; shared by a process's threads.
#pragma once
#include <atomic>

#include "base/types.h"
#include "sync/spinlock.h"

namespace martlet {

enum class Resource : u8 {
    Cpu,
    FileSize,
    Data,
    Stack,
    Core,
    Rss,
    Processes,
    OpenFiles,
    LockedMemory,
    AddressSpace,
    Locks,
    PendingSignals,
    MessageQueue,
    Nice,
    RealtimePriority,
    RealtimeTime,
    Count
};

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
    u64 soft(Resource resource) const {
        return limits_[static_cast<usize>(resource)].soft.load(std::memory_order_relaxed);
    }
    void set(Resource resource, ResourceLimit limit);

private:
    /// A pair is written and read whole under the lock; a soft limit alone is read without.
    struct Stored {
        std::atomic<u64> soft, hard;
    };
    SpinLock lock_{LockRank::Leaf};
    Stored limits_[kResourceCount];
};

/// The soft limit of the calling task's process.
u64 current_limit(Resource resource);
/// What decides about the calling task's memory: its limits and capabilities.
struct AddressSpaceLimits current_memory_limits();

} // namespace martlet
