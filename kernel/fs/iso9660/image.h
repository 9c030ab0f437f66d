// IsoImage: what the parsers of ISO 9660 read from: bytes at an offset, nothing else, so that they also run on the host
// over damaged images (tests/unit/vfs/iso9660_test.cpp).
#pragma once
#include <span>

#include "base/result.h"
#include "base/types.h"

namespace martlet {

inline constexpr u32 kIsoSectorSize = 2048; // volume descriptors are counted in these, whatever the block size

class IsoImage {
public:
    /// All of `bytes` or EIO, also past the end.
    virtual Result<void> read(u64 offset, std::span<u8> bytes) = 0;
    virtual u64 size() const = 0;

protected:
    ~IsoImage() = default;
};

// Little-endian fields at any alignment; both-byte-order fields begin with the little-endian half (ECMA-119 7.2, 7.3).
inline u16 iso_u16(const u8* at) { return static_cast<u16>(at[0] | at[1] << 8); }
inline u32 iso_u32(const u8* at) { return at[0] | at[1] << 8 | at[2] << 16 | static_cast<u32>(at[3]) << 24; }

} // namespace martlet
