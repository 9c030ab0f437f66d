// LZ4 in the form that Linux takes for an initramfs (`lz4 -l`; LZ4_Frame_format, "Legacy frame";
// LZ4_Block_format): a magic number, then blocks of a size and its data, each of up to 8 MiB of output and
// independent of the others.
//
// Pure and bounded: reads only the input span, checks every length and distance. The format holds no
// checksum.
#pragma once
#include "fs/initrd/decompress.h"

namespace martlet {

/// Decompresses the legacy frame at the start of `input`, and those that follow it at once; ENOMEM if there
/// is no memory for the window.
Result<DecompressResult> decompress_lz4(std::span<const u8> input, DecompressSink& sink);

} // namespace martlet
