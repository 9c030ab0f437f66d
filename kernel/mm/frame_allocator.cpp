// The frame allocator: per-CPU caches of single frames in front of one buddy allocator.
//
// A frame's life: buddy (Free) -> CPU cache (Cached) -> in use with a count -> CPU cache -> buddy. Statistics
// are counted per CPU by use; a CPU without caches (not yet initialised) counts in the first CPU's under the
// buddy's lock.
#include "mm/frame_allocator.h"

#include <string.h>

#include "arch/page_moves.h"
#include "base/assert.h"
#include "mm/buddy.h"
#include "mm/per_cpu.h"
#include "sched/pressure.h"
#include "sched/thread.h"
#include "sync/spinlock.h"

namespace martlet {

namespace {

SpinLock buddy_lock{LockRank::FrameAllocator};
BuddyAllocator buddy GUARDED_BY(buddy_lock);
constexpr u64 kBlockReservePart = 16; // blocks are a luxury: they leave this part of all memory free
u64 total_frames;
u64 emergency_frames;
std::atomic<u64> reserved_frames;
std::atomic<ReclaimHook> reclaim_hook;
std::atomic<i64> early_frames_by_use[static_cast<u32>(FrameUse::Count)]; // counted by CPUs without caches

#ifdef MARTLET_DEBUG
constexpr u8 kFramePoison = 0xa5;
constexpr u8 kFlagPoisoned = 0x80; // set while in a CPU cache

void poison(Frame& frame) {
    memset(frame.data(), kFramePoison, kPageSize);
    frame.flags = kFlagPoisoned;
}
void check_poison(Frame& frame) {
    if (frame.flags != kFlagPoisoned) return;
    auto* words = static_cast<const u64*>(frame.data());
    for (usize index = 0; index < kPageSize / sizeof(u64); ++index)
        if (words[index] != 0x0101010101010101ull * kFramePoison)
            panic("frame %#llx was written after it was freed (offset %zu)",
                  static_cast<unsigned long long>(frame.physical().value), index * sizeof(u64));
}
#else
void poison(Frame&) {}
void check_poison(Frame&) {}
#endif

void count_use(PerCpuMemory* cpu, FrameUse use, i64 frames) {
    if (cpu) cpu->frames_by_use[static_cast<u32>(use)] += frames;
    else early_frames_by_use[static_cast<u32>(use)].fetch_add(frames, std::memory_order_relaxed);
}

class IrqGuard : NonCopyable {
public:
    IrqGuard() : state_(irq_save()) {}
    ~IrqGuard() { irq_restore(state_); }

private:
    u64 state_;
};

Frame* take_from_cache(FrameCache& cache, u64 keep_free) {
    if (cache.count == 0) {
        LockGuard guard(buddy_lock);
        // A whole block where there is one: its frames come in order, and splitting costs once.
        bool has_plenty = buddy.free_frames() >= keep_free + FrameCache::kBatch;
        if (Frame* block = has_plenty ? buddy.allocate(FrameCache::kBatchOrder) : nullptr)
            for (u32 index = FrameCache::kBatch; index-- > 0;) {
                block[index].use = FrameUse::Cached;
                block[index].flags = 0;
                cache.frames[cache.count++] = &block[index];
            }
        while (cache.count < FrameCache::kBatch && buddy.free_frames() > keep_free) {
            Frame* frame = buddy.allocate(0);
            if (!frame) break;
            frame->use = FrameUse::Cached;
            frame->flags = 0;
            cache.frames[cache.count++] = frame;
        }
        if (cache.count == 0) return nullptr;
    }
    Frame* frame = cache.frames[--cache.count];
    check_poison(*frame);
    return frame;
}

void put_into_cache(FrameCache& cache, Frame& frame) {
    if (cache.count == FrameCache::kCapacity) {
        LockGuard guard(buddy_lock);
        // The coldest frames, at the bottom, go back.
        for (u32 index = 0; index < FrameCache::kBatch; ++index) buddy.free(*cache.frames[index], 0);
        cache.count -= FrameCache::kBatch;
        memmove(cache.frames, cache.frames + FrameCache::kBatch, cache.count * sizeof(Frame*));
    }
    frame.use = FrameUse::Cached;
    poison(frame);
    cache.frames[cache.count++] = &frame;
}

void empty_cache(FrameCache& cache) REQUIRES(buddy_lock) {
    while (cache.count > 0) buddy.free(*cache.frames[--cache.count], 0);
}

/// What an allocation for `use` leaves to others.
u64 reserve_of(FrameUse use) {
    return use == FrameUse::Anonymous || use == FrameUse::PageCache ? emergency_frames : 0;
}

Frame* try_allocate(u32 order, FrameUse use, u64 keep_free) {
    IrqGuard irqs;
    PerCpuMemory* cpu = this_cpu_memory();
    Frame* frame = nullptr;
    if (order == 0 && cpu) {
        frame = take_from_cache(cpu->frames, keep_free);
    } else {
        LockGuard guard(buddy_lock);
        if (buddy.free_frames() >= keep_free + (1ull << order)) frame = buddy.allocate(order);
        if (!frame && cpu) {
            // The cached frames may be what keeps larger blocks apart.
            empty_cache(cpu->frames);
            if (buddy.free_frames() >= keep_free + (1ull << order)) frame = buddy.allocate(order);
        }
    }
    if (!frame) return nullptr;
    frame->references.store(1, std::memory_order_relaxed);
    frame->order = static_cast<u8>(order);
    frame->use = use;
    frame->flags = 0;
    frame->owner = 0;
    frame->index = 0;
    count_use(cpu, use, 1ll << order);
    return frame;
}

bool caller_may_sleep() {
    return irqs_enabled() && this_cpu().preempt_count.load(std::memory_order_relaxed) == 0 && current_thread();
}

} // namespace

Result<Frame*> allocate_frames(u32 order, FrameUse use, Zeroing zeroing) {
    DEBUG_ASSERT(use >= FrameUse::Kernel);
    if (order > kMaxFrameOrder) return Error(Errno::ENOMEM);
    Frame* frame = try_allocate(order, use, reserve_of(use));
    if (!frame) [[unlikely]] {
        ReclaimHook reclaim = reclaim_hook.load(std::memory_order_relaxed);
        if (!reclaim || !caller_may_sleep()) return Error(Errno::ENOMEM);
        MemoryStall stall;
        if (reclaim((1ull << order) + FrameCache::kBatch) != 0) frame = try_allocate(order, use, reserve_of(use));
        if (!frame) {
            // For larger ones nobody is killed: they fail because memory is in pieces (Linux: PAGE_ALLOC_COSTLY_ORDER).
            constexpr u32 kLargestUrgentOrder = 3;
            if (order <= kLargestUrgentOrder) current_thread()->lacked_memory = true;
            return Error(Errno::ENOMEM);
        }
    }
    if (zeroing == Zeroing::Yes)
        for (u32 index = 0; index < 1u << order; ++index) clear_page(frame[index].data());
    return frame;
}

void Frame::free_frames() {
    if (use <= FrameUse::Cached) [[unlikely]]
        panic("frame %#llx freed twice", static_cast<unsigned long long>(physical().value));
    IrqGuard irqs;
    PerCpuMemory* cpu = this_cpu_memory();
    count_use(cpu, use, -(1ll << order));
    if (order == 0 && cpu) {
        put_into_cache(cpu->frames, *this);
    } else {
        LockGuard guard(buddy_lock);
        buddy.free(*this, order);
    }
}

Frame* allocate_block(u32 order, FrameUse use) {
    Frame* first = try_allocate(order, use, total_frames / kBlockReservePart);
    if (!first) return nullptr;
    for (u32 index = 0; index < 1u << order; ++index) {
        Frame& frame = first[index];
        frame.references.store(1, std::memory_order_relaxed);
        frame.order = 0;
        frame.use = use;
        frame.flags = 0;
        frame.owner = 0;
        frame.index = 0;
        clear_page(frame.data());
    }
    return first;
}

void release_block(Frame& first, u32 order) {
    std::span<Frame> frames(&first, 1u << order);
    for (Frame& frame : frames) {
        if (!frame.is_shared()) continue;
        for (Frame& each : frames) each.release();
        return;
    }
    first.order = static_cast<u8>(order);
    first.release();
}

Result<Frame*> allocate_frame_run(u64 count, FrameUse use) {
    u32 order = 0;
    while ((1ull << order) < count) ++order;
    Frame* frame = TRY(allocate_frames(order, use, Zeroing::No));
    u64 excess = (1ull << order) - count;
    if (excess == 0) return frame;
    // A trimmed run is no aligned block: merging may look at any frame of it.
    for (u64 index = 1; index < count; ++index) {
        frame[index].use = use;
        frame[index].order = 0;
    }
    frame->order = 0;
    IrqGuard irqs;
    count_use(this_cpu_memory(), use, -static_cast<i64>(excess));
    LockGuard guard(buddy_lock);
    buddy.add_range(frame->number() + count, frame->number() + (1ull << order));
    return frame;
}

void free_frame_run(Frame& first, u64 count) {
    ASSERT(first.use >= FrameUse::Kernel && first.references.load(std::memory_order_relaxed) == 1);
    IrqGuard irqs;
    count_use(this_cpu_memory(), first.use, -static_cast<i64>(count));
    LockGuard guard(buddy_lock);
    buddy.add_range(first.number(), first.number() + count);
}

void change_frame_use(Frame& frame, FrameUse use) {
    IrqGuard irqs;
    PerCpuMemory* cpu = this_cpu_memory();
    count_use(cpu, frame.use, -1);
    count_use(cpu, use, 1);
    frame.use = use;
}

void adopt_reserved_frame(Frame& frame, FrameUse use) {
    ASSERT(frame.use == FrameUse::Reserved);
    frame.references.store(1, std::memory_order_relaxed);
    frame.order = 0;
    frame.flags = 0;
    frame.owner = frame.index = 0;
    frame.use = use;
    reserved_frames.fetch_sub(1, std::memory_order_relaxed);
    IrqGuard irqs;
    count_use(this_cpu_memory(), use, 1);
}

void set_reclaim_hook(ReclaimHook hook) { reclaim_hook.store(hook, std::memory_order_relaxed); }

u64 total_memory_frames() { return total_frames; }

MemoryStatistics memory_statistics() {
    i64 by_use[static_cast<u32>(FrameUse::Count)];
    for (u32 use = 0; use < static_cast<u32>(FrameUse::Count); ++use) by_use[use] = early_frames_by_use[use].load();
    u64 cached = 0;
    for (u32 id = 0; id < kMaxCpus; ++id) {
        PerCpuMemory* cpu = cpu_memory(id);
        if (!cpu) continue;
        cached += cpu->frames.count;
        for (u32 use = 0; use < static_cast<u32>(FrameUse::Count); ++use) by_use[use] += cpu->frames_by_use[use];
    }
    auto used = [&](FrameUse use) { return static_cast<u64>(by_use[static_cast<u32>(use)]); };
    MemoryStatistics result{};
    result.total_frames = total_frames;
    result.kernel_frames = used(FrameUse::Kernel);
    result.heap_frames = used(FrameUse::Heap);
    result.page_table_frames = used(FrameUse::PageTable);
    result.anonymous_frames = used(FrameUse::Anonymous);
    result.page_cache_frames = used(FrameUse::PageCache);
    result.reserved_frames = reserved_frames.load(std::memory_order_relaxed);
    result.emergency_frames = emergency_frames;
    IrqLockGuard guard(buddy_lock);
    result.free_frames = buddy.free_frames() + cached;
    for (u32 order = 0; order <= kMaxFrameOrder; ++order) result.free_blocks[order] = buddy.free_blocks(order);
    return result;
}

namespace {

void mark_reserved(u64 first, u64 end) {
    for (u64 number = first; number < end; ++number) {
        Frame& frame = Frame::table()[number];
        frame.references.store(1, std::memory_order_relaxed);
        frame.order = 0;
        frame.use = FrameUse::Reserved;
        frame.flags = 0;
        frame.owner = frame.index = 0;
    }
}

} // namespace

void keep_image_frames(u64 start, u64 end) { mark_reserved(start >> kPageShift, end >> kPageShift); }

void frame_allocator_init(std::span<const BootMemory::Range> free, u64 reserved_start, u64 reserved_end) {
    constexpr u64 kBlock = BuddyAllocator::kLargestBlock;
    IrqLockGuard guard(buddy_lock);
    for (const BootMemory::Range& range : free) {
        u64 first = range.start >> kPageShift, end = range.end >> kPageShift;
        mark_reserved(align_down(first, kBlock), first);
        mark_reserved(end, align_up(end, kBlock));
    }
    u64 reserved_first = page_align_down(reserved_start) >> kPageShift;
    u64 reserved_last = page_align_up(reserved_end) >> kPageShift;
    mark_reserved(reserved_first, reserved_last);
    reserved_frames.store(reserved_last - reserved_first, std::memory_order_relaxed);
    for (const BootMemory::Range& range : free) buddy.add_range(range.start >> kPageShift, range.end >> kPageShift);
    total_frames = buddy.free_frames() + (reserved_last - reserved_first);
    u64 reserve = total_frames / 64;
    emergency_frames = reserve < 48 ? 48 : reserve > 1024 ? 1024 : reserve;
}

} // namespace martlet
