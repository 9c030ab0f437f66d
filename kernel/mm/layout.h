// The address-space layout: who lives where in the 48-bit virtual space. Each kernel region stays inside one top-level
// page-table entry, which every address space shares. (Host tests bring their own copy of this file.)
#pragma once
#include "base/types.h"

namespace martlet {

/// User addresses are 0 … kUserEnd-1; the first page is never mapped.
inline constexpr u64 kUserEnd = 0x0000'7fff'ffff'f000;
inline constexpr u64 kUserMin = 0x1'0000; // vm.mmap_min_addr
/// All physical memory, large pages, no-execute, writable except for kernel text and read-only data.
inline constexpr u64 kDirectMapBase = 0xffff'8000'0000'0000;
/// The array of Frame, one for each page of physical memory, mapped where memory exists.
inline constexpr u64 kFrameTableBase = 0xffff'c000'0000'0000;
/// Kernel stacks with guard pages, then device mappings (map_device).
inline constexpr u64 kKernelMapBase = 0xffff'd000'0000'0000;
inline constexpr u64 kKernelMapEnd = kKernelMapBase + 512 * kGiB;
inline constexpr u64 kDeviceMapBase = kKernelMapBase + 256 * kGiB;
/// The kernel image, linked at -2 GiB: virtual = physical + kKernelImageBase.
inline constexpr u64 kKernelImageBase = 0xffff'ffff'8000'0000;
/// Physical memory beyond this is left out.
inline constexpr u64 kMaxPhysicalAddress = 512 * kGiB;

} // namespace martlet
