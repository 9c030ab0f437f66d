// The front caches of one CPU: frames and small heap blocks that are taken and given back without a lock.
// Touched by their CPU only, with interrupts off.
#pragma once
#include "arch/cpu.h"
#include "mm/frame.h"
#include "mm/size_classes.h"

namespace martlet {

struct FrameCache {
    static constexpr u32 kCapacity = 64;
    static constexpr u32 kBatchOrder = 5;
    static constexpr u32 kBatch = 1u << kBatchOrder; // moved to or from the buddy allocator at once
    u32 count = 0;
    Frame* frames[kCapacity];
};

struct BlockCache {
    static constexpr u32 kCapacity = 24;
    u32 count = 0;
    void* blocks[kCapacity];
};

struct PerCpuMemory {
    FrameCache frames;
    i64 frames_by_use[static_cast<u32>(FrameUse::Count)] = {};
    BlockCache blocks[kSizeClassCount];
    i64 live_blocks[kSizeClassCount] = {};
};

/// The calling CPU's caches, or null if it has none. Interrupts are off.
PerCpuMemory* this_cpu_memory();
/// The caches of any CPU, for statistics; null if it has none.
PerCpuMemory* cpu_memory(u32 cpu_id);
/// Gives the boot processor its caches.
void per_cpu_memory_init();

} // namespace martlet
