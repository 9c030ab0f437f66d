// gzip members (RFC 1952): header, deflate stream, checksum and size.
#pragma once
#include "fs/initrd/decompress.h"

namespace martlet {

/// Decompresses the member at the start of `input`; ENOMEM if there is no memory for the decompressor.
Result<DecompressResult> decompress_gzip(std::span<const u8> input, DecompressSink& sink);

} // namespace martlet
