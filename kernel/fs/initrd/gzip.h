// gzip members (RFC 1952): header, deflate stream, checksum and size.
#pragma once
#include <string_view>

#include "fs/initrd/inflate.h"

namespace martlet {

struct GzipResult {
    std::string_view error; // empty: all is well
    usize consumed = 0;     // bytes of input that the member took
};

/// Decompresses the member at the start of `input`; ENOMEM if there is no memory for the decompressor.
Result<GzipResult> decompress_gzip(std::span<const u8> input, InflateSink& sink);

} // namespace martlet
