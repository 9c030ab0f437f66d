// Kernel virtual memory outside the direct map: thread stacks with guard pages, and device mappings.
//
// A stack slot is kStackSlotSize of address space: the guard below, the stack at its end. Freed stacks stay
// mapped for the next thread, on a list through their first words; trim_kernel_stacks gives back those that
// are too many, in a place where it may wait until all CPUs have forgotten them. Device mappings are handed
// out from a rising address and stay.
#include <string.h>

#include <algorithm>

#include "arch/page_table.h"
#include "base/assert.h"
#include "mm/frame.h"
#include "sched/thread.h"
#include "sync/spinlock.h"

namespace martlet {

namespace {

constexpr u64 kStackSlotSize = 2 * kKernelStackSize;
constexpr u64 kStackPages = kKernelStackSize / kPageSize;
constexpr u64 kMaxStacks = 32768 + 1024; // as many as process ids, and some kernel threads
constexpr u32 kKeptStacks = 16;
constexpr u32 kTrimBatch = 16;

SpinLock map_lock{LockRank::HeapBackend};
u64 stack_slots[kMaxStacks / 64] GUARDED_BY(map_lock); // one bit each, set: taken
u64 first_maybe_free_word GUARDED_BY(map_lock) = 0;
u64 kept_stacks GUARDED_BY(map_lock) = 0; // the first one's base, 0: none
std::atomic<u32> kept_count = 0;          // changed under map_lock
u64 next_device_address GUARDED_BY(map_lock) = kDeviceMapBase;

u64 stack_base_of_slot(u64 slot) { return kKernelMapBase + slot * kStackSlotSize + kStackSlotSize - kKernelStackSize; }

/// All ones if every slot is taken.
u64 take_slot() REQUIRES(map_lock) {
    for (u64 word = first_maybe_free_word; word < kMaxStacks / 64; ++word) {
        if (stack_slots[word] == ~0ull) continue;
        u64 bit = static_cast<u64>(__builtin_ctzll(~stack_slots[word]));
        stack_slots[word] |= 1ull << bit;
        first_maybe_free_word = word;
        return word * 64 + bit;
    }
    return ~0ull;
}

void give_slot(u64 slot) REQUIRES(map_lock) {
    stack_slots[slot / 64] &= ~(1ull << (slot % 64));
    if (slot / 64 < first_maybe_free_word) first_maybe_free_word = slot / 64;
}

u64 take_kept_stack() REQUIRES(map_lock) {
    u64 base = kept_stacks;
    if (base == 0) return 0;
    kept_stacks = *reinterpret_cast<const u64*>(base);
    kept_count.store(kept_count.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
    return base;
}

/// Pages that nobody has used yet: no CPU can know them.
void unmap_unused(u64 base, u64 pages) REQUIRES(map_lock) {
    for (u64 page = 0; page < pages; ++page) frame_of(kernel_unmap_page(base + page * kPageSize)).release();
    give_slot((base - kKernelMapBase) / kStackSlotSize);
}

} // namespace

Result<u64> allocate_kernel_stack() {
    Frame* frames[kStackPages];
    {
        IrqLockGuard guard(map_lock);
        if (u64 base = take_kept_stack()) return base;
    }
    for (u64 page = 0; page < kStackPages; ++page) {
        Result<Frame*> frame = allocate_frame(FrameUse::Kernel, Zeroing::Yes);
        if (!frame) {
            while (page-- > 0) frames[page]->release();
            return Error(Errno::ENOMEM);
        }
        frames[page] = *frame;
    }
    IrqLockGuard guard(map_lock);
    u64 slot = take_slot();
    u64 mapped = 0;
    u64 base = slot == ~0ull ? 0 : stack_base_of_slot(slot);
    while (base != 0 && mapped < kStackPages &&
           kernel_map_page(base + mapped * kPageSize, frames[mapped]->physical(), kPageWrite))
        ++mapped;
    if (mapped == kStackPages) return base;
    for (u64 page = mapped; page < kStackPages; ++page) frames[page]->release();
    if (base != 0) unmap_unused(base, mapped);
    return Error(Errno::ENOMEM);
}

void free_kernel_stack(u64 base) {
    IrqLockGuard guard(map_lock);
    *reinterpret_cast<u64*>(base) = kept_stacks;
    kept_stacks = base;
    kept_count.store(kept_count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void trim_kernel_stacks() {
    while (kept_count.load(std::memory_order_relaxed) > kKeptStacks + kTrimBatch) {
        u64 bases[kTrimBatch];
        Frame* frames[kTrimBatch * kStackPages];
        u32 stacks = 0, pages = 0;
        u64 lowest = ~0ull, highest = 0;
        {
            IrqLockGuard guard(map_lock);
            while (stacks < kTrimBatch) {
                u64 base = take_kept_stack();
                if (base == 0) break;
                for (u64 page = 0; page < kStackPages; ++page)
                    frames[pages++] = &frame_of(kernel_unmap_page(base + page * kPageSize));
                bases[stacks++] = base;
                lowest = std::min(lowest, base);
                highest = std::max(highest, base + kKernelStackSize);
            }
        }
        if (stacks == 0) return;
        kernel_invalidate(lowest, highest);
        while (pages > 0) frames[--pages]->release();
        IrqLockGuard guard(map_lock);
        while (stacks > 0) give_slot((bases[--stacks] - kKernelMapBase) / kStackSlotSize);
    }
}

bool is_kernel_stack_guard(u64 address) {
    if (address < kKernelMapBase || address >= kKernelMapBase + kMaxStacks * kStackSlotSize) return false;
    return (address - kKernelMapBase) % kStackSlotSize < kStackSlotSize - kKernelStackSize;
}

Result<void*> map_device(PhysicalAddress address, usize size, DeviceCaching caching) {
    if (size == 0 || address.value + size < address.value) return Error(Errno::EINVAL);
    u64 offset = address.value & (kPageSize - 1);
    u64 bytes = page_align_up(offset + size);
    u32 flags = kPageWrite | kPageUncounted;
    if (caching == DeviceCaching::Uncached) flags |= kPageUncached;
    if (caching == DeviceCaching::WriteCombining) flags |= kPageWriteCombining;
    IrqLockGuard guard(map_lock);
    u64 base = next_device_address;
    if (kKernelMapEnd - base < bytes + kPageSize) return Error(Errno::ENOMEM);
    for (u64 done = 0; done < bytes; done += kPageSize)
        TRY(kernel_map_page(base + done, {address.value - offset + done}, flags));
    next_device_address += bytes + kPageSize;
    return reinterpret_cast<void*>(base + offset);
}

} // namespace martlet
