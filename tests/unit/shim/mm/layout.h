// The kernel's address-space layout for host tests: "physical" memory and the frame table lie where tests/unit/mm maps
// them in the host's address space, out of the sanitizers' way.
#pragma once
#include "base/types.h"

namespace martlet {

inline constexpr u64 kUserEnd = 0x0000'7fff'ffff'f000;
inline constexpr u64 kUserMin = 0x1'0000;
inline constexpr u64 kDirectMapBase = 0x2000'0000'0000;
inline constexpr u64 kFrameTableBase = 0x2100'0000'0000;
inline constexpr u64 kKernelMapBase = 0x2200'0000'0000;
inline constexpr u64 kKernelMapEnd = kKernelMapBase + 512 * kGiB;
inline constexpr u64 kDeviceMapBase = kKernelMapBase + 256 * kGiB;
inline constexpr u64 kKernelImageBase = 0x2300'0000'0000;
inline constexpr u64 kMaxPhysicalAddress = 512 * kGiB;

} // namespace martlet
