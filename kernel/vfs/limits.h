// Limits of names and paths (limits.h of POSIX.1-2017, Linux's values).
#pragma once
#include "base/types.h"

namespace martlet {

inline constexpr usize kNameMax = 255;
inline constexpr usize kPathMax = 4096; // with the NUL
inline constexpr u32 kSymlinkLimit = 40;
inline constexpr u64 kMaxFileSize = 0x7fff'ffff'ffff'ffff;
inline constexpr usize kMaxTransfer = 0x7fff'f000; // one read or write moves at most this (read(2))
inline constexpr u32 kMaxVectors = 1024;           // IOV_MAX
inline constexpr u32 kLinkMax = 0xffff'fff0;

} // namespace martlet
