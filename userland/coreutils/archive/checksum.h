// CRC-32 of gzip, zip, xz and PNG (RFC 1952 8, polynomial 0xEDB88320 reflected), and CRC-64 of xz (ECMA-182).
#pragma once

#include <stdint.h>
#include <string_view>

namespace coreutils {

// `crc` is 0 for the first piece, then what the piece before gave.
uint32_t crc32(uint32_t crc, std::string_view bytes);
uint64_t crc64(uint64_t crc, std::string_view bytes);

} // namespace coreutils
