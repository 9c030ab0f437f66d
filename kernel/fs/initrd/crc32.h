// CRC-32 as gzip uses it (RFC 1952, section 8).
#pragma once
#include <span>

#include "base/types.h"

namespace martlet {

/// Continues `crc` (0 at the start) over `bytes`.
u32 crc32(u32 crc, std::span<const u8> bytes);

} // namespace martlet
