// One entry of an x86-64 page table (Intel SDM 3A 4.5). Included through arch/page_table.h only.
//
// Software uses of ignored bits: bit 9, the frame is not counted (zero page, device memory); bit 10 with bit 0 clear, a
// page that PROT_NONE hides: the frame is kept, the processor faults.
#pragma once
#include <atomic>

#include "mm/address.h"

namespace martlet {

inline constexpr u64 kEntryPresent = 1ull << 0, kEntryWritable = 1ull << 1, kEntryUser = 1ull << 2,
                     kEntryWriteThrough = 1ull << 3, kEntryCacheDisable = 1ull << 4, kEntryAccessed = 1ull << 5,
                     kEntryDirty = 1ull << 6, kEntryLarge = 1ull << 7, kEntryGlobal = 1ull << 8,
                     kEntryUncounted = 1ull << 9, kEntryHidden = 1ull << 10, kEntryNoExecute = 1ull << 63,
                     kEntryAddressMask = 0x000f'ffff'ffff'f000;

class PageEntry {
public:
    constexpr PageEntry() = default;
    constexpr explicit PageEntry(u64 bits) : bits_(bits) {}
    static constexpr PageEntry make(PhysicalAddress frame, u32 flags) {
        u64 bits = frame.value | kEntryAccessed;
        bits |= (flags & kPageHidden) ? kEntryHidden : kEntryPresent;
        if (flags & kPageWrite) bits |= kEntryWritable | kEntryDirty;
        if (!(flags & kPageExecute)) bits |= kEntryNoExecute;
        if (flags & kPageUser) bits |= kEntryUser;
        if (flags & kPageGlobal) bits |= kEntryGlobal;
        if (flags & kPageUncounted) bits |= kEntryUncounted;
        // The attribute table that page_attributes_init_cpu sets: index 1 write-combining, 3 uncached.
        if (flags & kPageUncached) bits |= kEntryWriteThrough | kEntryCacheDisable;
        else if (flags & kPageWriteCombining) bits |= kEntryWriteThrough;
        return PageEntry(bits);
    }

    constexpr u64 bits() const { return bits_; }
    /// Whether a frame is there, visible to the processor or not.
    constexpr bool has_frame() const { return bits_ != 0; }
    constexpr bool is_present() const { return (bits_ & kEntryPresent) != 0; }
    constexpr bool is_writable() const { return (bits_ & kEntryWritable) != 0; }
    constexpr bool is_executable() const { return (bits_ & kEntryNoExecute) == 0; }
    constexpr bool is_accessed() const { return (bits_ & kEntryAccessed) != 0; }
    constexpr bool is_dirty() const { return (bits_ & kEntryDirty) != 0; }
    constexpr bool is_counted() const { return (bits_ & kEntryUncounted) == 0; }
    constexpr PhysicalAddress frame() const { return {bits_ & kEntryAddressMask}; }

    /// The same frame and history with other permissions (kPageWrite, kPageExecute, kPageHidden).
    constexpr PageEntry with_permissions(u32 flags) const {
        u64 bits = bits_ & ~(kEntryPresent | kEntryHidden | kEntryWritable | kEntryNoExecute);
        bits |= (flags & kPageHidden) ? kEntryHidden : kEntryPresent;
        if (flags & kPageWrite) bits |= kEntryWritable;
        if (!(flags & kPageExecute)) bits |= kEntryNoExecute;
        return PageEntry(bits);
    }
    constexpr PageEntry without_write() const { return PageEntry(bits_ & ~kEntryWritable); }
    constexpr PageEntry without_accessed() const { return PageEntry(bits_ & ~kEntryAccessed); }

private:
    u64 bits_ = 0;
};

/// An entry in a live table: the processor may set the accessed and dirty bits at any time.
class PageSlot {
public:
    PageEntry load() const { return PageEntry(bits_.load(std::memory_order_relaxed)); }
    void store(PageEntry entry) { bits_.store(entry.bits(), std::memory_order_relaxed); }
    PageEntry exchange(PageEntry entry) { return PageEntry(bits_.exchange(entry.bits(), std::memory_order_acq_rel)); }

    void clear_accessed() { bits_.fetch_and(~kEntryAccessed, std::memory_order_relaxed); }

private:
    std::atomic<u64> bits_;
};
static_assert(sizeof(PageSlot) == 8);

} // namespace martlet
