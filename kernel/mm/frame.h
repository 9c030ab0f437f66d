// Physical memory by frames (4 KiB pages): a buddy allocator with per-CPU caches and one Frame per page.
//
// A frame in use carries a reference count: each page-table entry that maps it and each object that keeps it hold one.
// release() of the last reference frees it. Frames of the initrd archive and the kernel image are marked Reserved.
#pragma once
#include <atomic>

#include "base/result.h"
#include "mm/address.h"

namespace martlet {

enum class FrameUse : u8 { Free, Reserved, Kernel, Heap, PageTable, Anonymous, PageCache };

struct Frame {
    std::atomic<u32> references;
    u8 order;      // of the free block or allocation that it heads
    FrameUse use;
    u8 flags;
    u8 unused;
    u64 owner;     // slab or page-cache back pointer, or free-list links while free
    u64 index;     // page index in its owner

    PhysicalAddress physical() const;
    void* data() const { return direct_map(physical()); }
    void acquire() { references.fetch_add(1, std::memory_order_relaxed); }
    void release(); // frees at zero
    bool is_shared() const { return references.load(std::memory_order_acquire) > 1; }
};

Frame& frame_of(PhysicalAddress address);

enum class Zeroing : u8 { No, Yes };

/// 2^order physically contiguous frames with one reference (on the first). ENOMEM after reclaim has been tried.
Result<Frame*> allocate_frames(u32 order, FrameUse use, Zeroing zeroing);
inline Result<Frame*> allocate_frame(FrameUse use, Zeroing zeroing) { return allocate_frames(0, use, zeroing); }

struct MemoryStatistics {
    u64 total_frames, free_frames, kernel_frames, heap_frames, page_table_frames, anonymous_frames, page_cache_frames;
};
MemoryStatistics memory_statistics();

/// A device's registers or framebuffer, mapped into kernel space. Never unmapped.
enum class DeviceCaching : u8 { Uncached, WriteCombining };
Result<void*> map_device(PhysicalAddress address, usize size, DeviceCaching caching);

/// A kernel stack of kKernelStackSize with an unmapped guard page below; answers its lowest address.
Result<u64> allocate_kernel_stack();
void free_kernel_stack(u64 base);

} // namespace martlet
