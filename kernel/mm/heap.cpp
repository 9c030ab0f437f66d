// The heap's front: per-CPU stacks of free blocks for each size class, refilled from slabs in batches.
//
// Locking: a CPU's stack with interrupts off; each class's slabs under its own lock (rank Heap). New slabs
// are allocated and empty ones freed outside that lock. Callable in any context.
#include "mm/heap.h"

#include <string.h>

#include "base/assert.h"
#include "mm/heap_debug.h"
#include "mm/per_cpu.h"
#include "mm/slab.h"
#include "sync/spinlock.h"

namespace martlet {

namespace {

struct ClassState {
    SpinLock lock{LockRank::Heap};
    SlabClass slabs GUARDED_BY(lock);
    std::atomic<i64> live_without_cache{0}; // counted by CPUs that have no caches
};
ClassState classes[kSizeClassCount];
std::atomic<u64> large_frames;
std::atomic<u64> large_blocks;

/// Blocks kept per CPU: at most about 2 KiB of each class.
u32 cache_limit(u32 size_class) {
    u32 limit = 2048u / kSizeClasses[size_class].block_size;
    return limit < 4 ? 4 : limit > BlockCache::kCapacity ? BlockCache::kCapacity : limit;
}

/// Takes up to `wanted` blocks from the slabs. Interrupts are off.
u32 take_blocks(u32 size_class, void** blocks, u32 wanted) {
    ClassState& state = classes[size_class];
    u32 taken = 0;
    {
        LockGuard guard(state.lock);
        while (taken < wanted && (blocks[taken] = state.slabs.allocate())) ++taken;
    }
    if (taken != 0) return taken;
    Result<Frame*> slab = allocate_frames(kSizeClasses[size_class].slab_order, FrameUse::Heap, Zeroing::No);
    if (!slab) return 0;
#ifdef MARTLET_DEBUG
    memset((*slab)->data(), 0, kPageSize << kSizeClasses[size_class].slab_order); // no stale trailers
#endif
    LockGuard guard(state.lock);
    state.slabs.init(size_class);
    state.slabs.add_slab(**slab);
    while (taken < wanted && (blocks[taken] = state.slabs.allocate())) ++taken;
    return taken;
}

/// Interrupts are off.
void give_blocks(u32 size_class, void* const* blocks, u32 count) {
    ClassState& state = classes[size_class];
    for (u32 index = 0; index < count; ++index) {
        Frame* empty;
        {
            LockGuard guard(state.lock);
            empty = state.slabs.free(heap_head_frame(blocks[index]), blocks[index]);
        }
        if (empty) empty->release();
    }
}

void* allocate_block(u32 size_class) {
    u64 irq_state = irq_save();
    PerCpuMemory* cpu = this_cpu_memory();
    void* block = nullptr;
    if (cpu) [[likely]] {
        BlockCache& cache = cpu->blocks[size_class];
        if (cache.count == 0) cache.count = take_blocks(size_class, cache.blocks, cache_limit(size_class) / 2);
        if (cache.count != 0) {
            block = cache.blocks[--cache.count];
            ++cpu->live_blocks[size_class];
        }
    } else if (take_blocks(size_class, &block, 1) != 0) {
        classes[size_class].live_without_cache.fetch_add(1, std::memory_order_relaxed);
    }
    irq_restore(irq_state);
    return block;
}

void free_block(u32 size_class, void* block) {
    u64 irq_state = irq_save();
    PerCpuMemory* cpu = this_cpu_memory();
    if (cpu) [[likely]] {
        BlockCache& cache = cpu->blocks[size_class];
        u32 limit = cache_limit(size_class);
        if (cache.count >= limit) {
            u32 half = limit / 2;
            give_blocks(size_class, cache.blocks, half);
            cache.count -= half;
            memmove(cache.blocks, cache.blocks + half, cache.count * sizeof(void*));
        }
        cache.blocks[cache.count++] = block;
        --cpu->live_blocks[size_class];
    } else {
        give_blocks(size_class, &block, 1);
        classes[size_class].live_without_cache.fetch_sub(1, std::memory_order_relaxed);
    }
    irq_restore(irq_state);
}

void* allocate_large(usize size) {
    u64 count = page_align_up(size) >> kPageShift;
    Result<Frame*> first = allocate_frame_run(count, FrameUse::Heap);
    if (!first) return nullptr;
    (*first)->order = 0;
    (*first)->flags = kHeapFlagLarge;
    (*first)->index = count;
    large_frames.fetch_add(count, std::memory_order_relaxed);
    large_blocks.fetch_add(1, std::memory_order_relaxed);
    return (*first)->data();
}

} // namespace

void* heap_allocate(usize size) { return heap_allocate_aligned(size, 16); }

void* heap_allocate_aligned(usize size, usize alignment) {
    DEBUG_ASSERT(alignment <= kPageSize && (alignment & (alignment - 1)) == 0);
    if (size > (1ull << kMaxFrameOrder) * kPageSize) return nullptr;
    usize needed = size + kHeapTrailerSize;
    if (alignment > 16) needed = align_up(needed, alignment);
    if (needed <= kMaxBlockSize) {
        u32 size_class = size_class_of(needed);
        while (kSizeClasses[size_class].block_size % alignment != 0 && size_class + 1 < kSizeClassCount) ++size_class;
        if (kSizeClasses[size_class].block_size % alignment == 0) {
            void* block = allocate_block(size_class);
            if (block) heap_debug_allocated(block, kSizeClasses[size_class].block_size, size);
            return block;
        }
    }
    return allocate_large(size == 0 ? 1 : size);
}

void heap_free(void* pointer) {
    if (!pointer) return;
    Frame& head = heap_head_frame(pointer);
    if (head.use != FrameUse::Heap) [[unlikely]]
        panic("heap: %p freed, but it is not a heap block", pointer);
    if (head.flags & kHeapFlagLarge) {
        if (pointer != head.data()) panic("heap: %p freed, but it is inside a block", pointer);
        u64 count = head.index;
        large_frames.fetch_sub(count, std::memory_order_relaxed);
        large_blocks.fetch_sub(1, std::memory_order_relaxed);
        free_frame_run(head, count);
        return;
    }
    u32 size_class = head.unused;
    heap_debug_freed(pointer, kSizeClasses[size_class].block_size);
    free_block(size_class, pointer);
}

usize heap_block_size(const void* pointer) {
    Frame& head = heap_head_frame(pointer);
    if (head.flags & kHeapFlagLarge) return head.index << kPageShift;
    return kSizeClasses[head.unused].block_size - kHeapTrailerSize;
}

HeapStatistics heap_statistics() {
    HeapStatistics result{};
    for (u32 size_class = 0; size_class < kSizeClassCount; ++size_class) {
        i64 live = classes[size_class].live_without_cache.load(std::memory_order_relaxed);
        for (u32 id = 0; id < kMaxCpus; ++id)
            if (PerCpuMemory* cpu = cpu_memory(id)) live += cpu->live_blocks[size_class];
        result.live_by_class[size_class] = static_cast<u64>(live);
        result.live_objects += static_cast<u64>(live);
        result.live_bytes += static_cast<u64>(live) * kSizeClasses[size_class].block_size;
        IrqLockGuard guard(classes[size_class].lock);
        result.slab_frames += classes[size_class].slabs.slab_count() << kSizeClasses[size_class].slab_order;
    }
    result.large_frames = large_frames.load(std::memory_order_relaxed);
    result.live_objects += large_blocks.load(std::memory_order_relaxed);
    result.live_bytes += result.large_frames << kPageShift;
    return result;
}

} // namespace martlet
