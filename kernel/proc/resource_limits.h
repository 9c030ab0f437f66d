// Resource limits (getrlimit(2)): a soft and a hard value each; shared by a process's threads.
#pragma once
#include "base/types.h"

namespace martlet {

enum class Resource : u8 { Cpu, FileSize, Data, Stack, Core, Rss, Processes, OpenFiles, LockedMemory, AddressSpace, Locks,
                           PendingSignals, MessageQueue, Nice, RealtimePriority, RealtimeTime, Count };

inline constexpr u64 kUnlimited = ~0ull;

struct ResourceLimit {
    u64 soft, hard;
};

/// The soft limit of the calling task's process.
u64 current_limit(Resource resource);

} // namespace martlet
