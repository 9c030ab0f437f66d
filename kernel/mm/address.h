// Physical and virtual addresses, page constants and the kernel's address-space layout.
#pragma once
#include "base/types.h"

namespace martlet {

inline constexpr u64 kPageShift = 12;
inline constexpr u64 kPageSize = 1ull << kPageShift;
inline constexpr u64 kLargePageSize = 2 * kMiB;

/// User addresses are 0 … kUserEnd-1; the first page is never mapped.
inline constexpr u64 kUserEnd = 0x0000'7fff'ffff'f000;
inline constexpr u64 kUserMin = 0x1'0000; // vm.mmap_min_addr
/// All physical memory, large pages, no-execute, writable except for kernel text and read-only data.
inline constexpr u64 kDirectMapBase = 0xffff'8000'0000'0000;
/// The array of Frame, one for each page of physical memory, mapped where memory exists.
inline constexpr u64 kFrameTableBase = 0xffff'c000'0000'0000;
/// Kernel stacks with guard pages, device mappings (kmap_device).
inline constexpr u64 kKernelMapBase = 0xffff'd000'0000'0000;
inline constexpr u64 kKernelMapEnd = 0xffff'e000'0000'0000;
/// The kernel image, linked at -2 GiB.
inline constexpr u64 kKernelImageBase = 0xffff'ffff'8000'0000;

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
