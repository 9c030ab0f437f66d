// The gzip file format (RFC 1952): members, one after the other.
#pragma once

#include "archive/byte_source.h"
#include "archive/inflate.h"

#include <stdint.h>
#include <string>

namespace coreutils {

struct GzipHeader {
    uint32_t time = 0; // of modification, 0: unknown
    std::string name;
};

enum class GzipResult { done, not_gzip, damaged, truncated, bad_crc, bad_length };

// Reads every member of `source`, its contents to `sink`. `header` gets what the first member says. After at
// least one whole member, bytes that begin none end the file with `trailing` set (zeros are padding, and
// silent).
struct GzipSummary {
    GzipHeader header;
    uint64_t bytes = 0;
    uint64_t overhead = 0; // bytes of headers and trailers
    bool trailing = false; // something else follows, and is still to be read
};
GzipResult gunzip(ByteSource& source, ByteSink& sink, GzipSummary& summary);
const char* describe(GzipResult result);

// Writes one member of everything `input` gives; false with errno when reading fails.
bool gzip(Input& input, ByteSink& sink, const GzipHeader& header, int level, uint64_t& bytes);

} // namespace coreutils
