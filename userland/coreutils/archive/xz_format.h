// The .xz file format 1.1: streams of blocks with checks, an index and a footer, all verified.
#pragma once

#include "archive/byte_source.h"
#include "archive/inflate.h"
#include "framework/input.h"

#include <optional>
#include <stdint.h>

namespace coreutils {

enum class XzCheck : uint8_t { none = 0, crc32 = 1, crc64 = 4, sha256 = 10 };
enum class XzResult { done, not_xz, damaged, truncated, unsupported, no_memory, bad_check, trailing };
const char* describe(XzResult result);

struct XzSummary {
    uint64_t streams = 0, blocks = 0, packed = 0, size = 0, padding = 0;
    XzCheck check = XzCheck::none;
};

// Every stream of `source`; with `single`, only the first.
enum class XzStreams { all, single };
XzResult unxz(ByteSource& source, ByteSink& sink, XzStreams streams, XzSummary& summary);
// The old .lzma format.
XzResult unlzma(ByteSource& source, ByteSink& sink);

// One stream of one block of everything `input` gives; false with the input's error.
bool xz(Input& input, ByteSink& sink, int preset, XzCheck check);
bool lzma_alone(Input& input, ByteSink& sink, int preset);

} // namespace coreutils
