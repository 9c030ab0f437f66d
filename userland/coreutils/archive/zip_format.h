// The zip format (PKWARE APPNOTE 6.3) with its 64-bit extension: the central directory read and checked, and
// the records of an archive that is written. Numbers are little-endian, as on every machine that this system
// runs on.
#pragma once

#include <optional>
#include <stdint.h>
#include <string>
#include <string_view>
#include <time.h>
#include <vector>

namespace coreutils {

enum class ZipMethod : uint16_t { stored = 0, deflated = 8 };

struct ZipEntry {
    std::string name, extra, comment;
    uint16_t made_by = 0, flags = 0, method = 0;
    uint32_t dos_time = 0; // date << 16 | time
    uint32_t crc = 0;
    uint64_t packed_size = 0, size = 0;
    uint16_t internal_attributes = 0;
    uint32_t external_attributes = 0;
    uint64_t header_offset = 0;

    bool is_directory() const { return name.ends_with('/'); }
    bool is_encrypted() const { return flags & 1; }
    // The Unix mode with its type, 0 when the archive does not tell.
    uint32_t mode() const { return made_by >> 8 == 3 ? external_attributes >> 16 : 0; }
    // The modification time: the exact one of the "UT" field, or the local time of the directory.
    time_t time() const;
};

struct ZipDirectory {
    std::vector<ZipEntry> entries;
    std::string comment;
};

// Reads the central directory of `fd`; nothing and a reason in `problem` when there is none or it is damaged.
std::optional<ZipDirectory> read_zip_directory(int fd, std::string& problem);
// Where the contents of `entry` begin, as its local header says; nothing when that is damaged.
std::optional<uint64_t> zip_contents_offset(int fd, const ZipEntry& entry);

// Whether the local header has room for 64-bit sizes.
enum class ZipSizes { small, large };
std::string zip_local_header(const ZipEntry& entry, ZipSizes sizes);
std::string zip_central_header(const ZipEntry& entry);
// What ends the archive: `offset` and `size` of the central directory.
std::string zip_end(uint64_t count, uint64_t offset, uint64_t size, const std::string& comment);

uint32_t zip_dos_time(time_t time);
// The field with the exact modification time.
std::string zip_time_extra(time_t time);

} // namespace coreutils
