// TarReader: the entries of a ustar archive in memory, with the GNU and pax extensions for long names, links
// and numbers (POSIX.1-2017 pax, "ustar Interchange Format" and "pax Header Block"). Knows nothing of file
// systems.
//
// Every damage is found and described: bad checksum, bad number, body past the end, missing end of archive.
// The reader looks at headers only, never at bodies.
#pragma once
#include <span>
#include <string_view>

#include "fs/initrd/archive_entry.h"

namespace martlet {

class TarReader {
public:
    explicit TarReader(std::span<const u8> archive) : archive_(archive) {}

    enum class Status : u8 { Entry, End, Damaged, OutOfMemory };
    /// Fills `entry` with the next one. After Damaged, error() says what is wrong where.
    Status next(ArchiveEntry& entry);
    std::string_view error() const { return {error_, error_size_}; }
    /// Where the next header is.
    u64 offset() const { return offset_; }

private:
    struct Header;
    /// Pax and GNU records that describe the next entry.
    struct Overrides {
        String path, link_target;
        bool has_path = false, has_link = false, has_size = false, has_time = false, has_user = false,
             has_group = false;
        u64 size = 0, modify_time = 0, user_id = 0, group_id = 0;
    };
    Status damaged(const char* what, u64 offset);
    bool parse_number(std::string_view field, u64& value) const;
    bool parse_pax(std::string_view body, Overrides& overrides, bool& out_of_memory) const;
    Status fill(const Header& header, Overrides& overrides, char type, u64 size, ArchiveEntry& entry);

    std::span<const u8> archive_;
    u64 offset_ = 0;
    char error_[160] = {};
    usize error_size_ = 0;
};

} // namespace martlet
