// The cpio formats: odc (POSIX.1-2017 pax, cpio interchange), newc and crc of SVR4, and the old binary one.
#pragma once

#include "archive/byte_source.h"

#include <optional>
#include <stdint.h>
#include <string>

namespace coreutils {

enum class CpioFormat { binary, odc, newc, crc };
std::optional<CpioFormat> parse_cpio_format(const char* name);

struct CpioEntry {
    CpioFormat format = CpioFormat::newc;
    std::string name;
    uint64_t inode = 0, device_major = 0, device_minor = 0;
    uint32_t mode = 0, uid = 0, gid = 0, links = 1;
    int64_t time = 0;
    uint64_t size = 0;
    uint32_t special_major = 0, special_minor = 0;
    uint32_t checksum = 0; // of crc

    bool is_trailer() const { return name == "TRAILER!!!"; }
    // Bytes of padding behind the contents.
    size_t padding() const;
};

enum class CpioResult { entry, damaged, truncated };

// The next header; contents and padding follow in the source. A header that begins nothing known is
// `damaged`.
CpioResult read_cpio_header(ByteSource& source, CpioEntry& entry);
// The header, name and padding; nothing when a number does not fit the format.
std::optional<std::string> cpio_header(const CpioEntry& entry);

} // namespace coreutils
