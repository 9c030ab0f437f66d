// Physical memory by frames (4 KiB pages): a buddy allocator with per-CPU caches and one Frame per page.
//
// A frame in use carries a reference count: each page-table entry that maps it and each object that keeps it
// hold one. release() of the last reference frees it. Frames of the initrd archive are marked Reserved until
// somebody adopts them. Locking: every function is callable in any context (interrupts are off inside);
// reclaim is tried only where the caller may sleep.
#pragma once
#include <atomic>

#include "base/result.h"
#include "mm/address.h"

namespace martlet {

/// Cached frames are free frames in a CPU's front cache: the buddy allocator does not see them as free.
enum class FrameUse : u8 { Free, Cached, Reserved, Kernel, Heap, PageTable, Anonymous, PageCache, Count };

struct Frame {
    std::atomic<u32> references;
    u8 order;      // of the free block or allocation that it heads
    FrameUse use;
    u8 flags;      // of the owner
    u8 unused;
    u64 owner;     // slab or page-cache back pointer, or free-list links while free
    u64 index;     // page index in its owner

    u64 number() const { return static_cast<u64>(this - table()); }
    PhysicalAddress physical() const { return {number() << kPageShift}; }
    void* data() const { return direct_map(physical()); }
    void acquire() { references.fetch_add(1, std::memory_order_relaxed); }
    /// Frees the frame (and the 2^order - 1 that follow, if it heads an allocation) at zero.
    void release() {
        if (references.fetch_sub(1, std::memory_order_acq_rel) == 1) free_frames();
    }
    bool is_shared() const { return references.load(std::memory_order_acquire) > 1; }

    static Frame* table() { return reinterpret_cast<Frame*>(kFrameTableBase); }

private:
    void free_frames();
};
static_assert(sizeof(Frame) == 24);

inline Frame& frame_of(PhysicalAddress address) { return Frame::table()[address.value >> kPageShift]; }
inline Frame& frame_of_pointer(const void* pointer) { return frame_of(direct_map_to_physical(pointer)); }

enum class Zeroing : u8 { No, Yes };

inline constexpr u32 kMaxFrameOrder = 10, kLargePageOrder = 9;

/// 2^order physically contiguous frames with one reference (on the first). ENOMEM after reclaim has been tried.
/// Anonymous and PageCache allocations leave an emergency reserve to the kernel.
Result<Frame*> allocate_frames(u32 order, FrameUse use, Zeroing zeroing);
inline Result<Frame*> allocate_frame(FrameUse use, Zeroing zeroing) { return allocate_frames(0, use, zeroing); }

/// 2^order contiguous frames, zeroed, each with a reference of its own. Null where memory is short: nothing
/// is reclaimed.
Frame* allocate_block(u32 order, FrameUse use);
/// Gives up one reference to each; frees them as one block if nobody else holds any.
void release_block(Frame& first, u32 order);

/// `count` contiguous frames, trimmed from the next power of two; freed with free_frame_run only.
Result<Frame*> allocate_frame_run(u64 count, FrameUse use);
void free_frame_run(Frame& first, u64 count);

/// Moves a frame in use to another use in the statistics (a page taken over by the page cache).
void change_frame_use(Frame& frame, FrameUse use);
/// Takes a Reserved frame (initrd) into use with one reference; releasing it frees it like any other.
void adopt_reserved_frame(Frame& frame, FrameUse use);

/// Asked for up to `frames` clean pages when memory runs out; answers how many it freed. May sleep.
using ReclaimHook = u64 (*)(u64 frames);
void set_reclaim_hook(ReclaimHook hook);

struct MemoryStatistics {
    u64 total_frames, free_frames, kernel_frames, heap_frames, page_table_frames, anonymous_frames, page_cache_frames;
    u64 reserved_frames;        // initrd pages not adopted
    u64 emergency_frames;       // kept back from user pages
    u64 free_blocks[kMaxFrameOrder + 1]; // /proc/buddyinfo
};
/// Sums over all CPUs: not for hot paths.
MemoryStatistics memory_statistics();
u64 total_memory_frames();

/// A device's registers or framebuffer, or firmware tables outside RAM, mapped into kernel space. Never unmapped.
enum class DeviceCaching : u8 { Uncached, WriteCombining, WriteBack };
Result<void*> map_device(PhysicalAddress address, usize size, DeviceCaching caching);

/// A kernel stack of kKernelStackSize with an unmapped guard page below; answers its lowest address.
Result<u64> allocate_kernel_stack();
void free_kernel_stack(u64 base);
/// Gives back stacks that were freed beyond a few. May sleep; whoever starts and ends threads calls it.
void trim_kernel_stacks();
/// The guard area below a kernel stack, for the double-fault handler's message.
bool is_kernel_stack_guard(u64 address);

} // namespace martlet
