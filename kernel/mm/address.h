// Physical and virtual addresses and page constants. The regions of the address space are in mm/layout.h.
#pragma once
#include <compare>

#include "base/types.h"
#include "mm/layout.h"

namespace martlet {

inline constexpr u64 kPageShift = 12;
inline constexpr u64 kPageSize = 1ull << kPageShift;
inline constexpr u64 kLargePageSize = 2 * kMiB;

constexpr u64 page_align_down(u64 address) { return align_down(address, kPageSize); }
constexpr u64 page_align_up(u64 address) { return align_up(address, kPageSize); }

/// A physical address; never dereferenced.
struct PhysicalAddress {
    u64 value = 0;
    constexpr auto operator<=>(const PhysicalAddress&) const = default;
    constexpr PhysicalAddress operator+(u64 bytes) const { return {value + bytes}; }
};

/// The direct map's view of physical memory. For core code only (mm/, arch/, boot/); others use typed objects.
inline void* direct_map(PhysicalAddress address) { return reinterpret_cast<void*>(kDirectMapBase + address.value); }
/// Physical address of memory in the direct map (heap objects, frames), not of stacks or the kernel image.
inline PhysicalAddress direct_map_to_physical(const void* pointer) {
    return {reinterpret_cast<u64>(pointer) - kDirectMapBase};
}

} // namespace martlet
