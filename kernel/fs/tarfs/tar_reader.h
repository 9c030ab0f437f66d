// TarReader: the entries of a ustar archive in memory, with the GNU and pax extensions for long names, links and numbers
// (POSIX.1-2017 pax, "ustar Interchange Format" and "pax Header Block"). Knows nothing of file systems.
//
// Every damage is found and described: bad checksum, bad number, body past the end, missing end of archive. The reader
// looks at headers only, never at bodies.
#pragma once
#include <span>
#include <string_view>

#include "base/result.h"
#include "base/string.h"
#include "base/types.h"

namespace martlet {

enum class TarType : u8 { Regular, HardLink, Symlink, Character, Block, Directory, Fifo };

struct TarEntry {
    String path;        // relative, without "." and ".." components and doubled slashes; empty for the root itself
    String link_target; // of links; as it is for symbolic ones, cleaned for hard ones
    TarType type = TarType::Regular;
    u32 mode = 0, user_id = 0, group_id = 0;
    u32 device_major = 0, device_minor = 0;
    u64 modify_time = 0;
    u64 size = 0;         // of the body
    u64 body_offset = 0;  // in the archive
    u64 header_offset = 0;
};

class TarReader {
public:
    explicit TarReader(std::span<const u8> archive) : archive_(archive) {}

    enum class Status : u8 { Entry, End, Damaged, OutOfMemory };
    /// Fills `entry` with the next one. After Damaged, error() says what is wrong where.
    Status next(TarEntry& entry);
    std::string_view error() const { return {error_, error_size_}; }
    /// Where the next header is.
    u64 offset() const { return offset_; }

    /// "/a//b/../c/." becomes "a/b/c": names from an archive never lead out of the root.
    static Result<String> clean_path(std::string_view path);

private:
    struct Header;
    /// Pax and GNU records that describe the next entry.
    struct Overrides {
        String path, link_target;
        bool has_path = false, has_link = false, has_size = false, has_time = false, has_user = false, has_group = false;
        u64 size = 0, modify_time = 0, user_id = 0, group_id = 0;
    };
    Status damaged(const char* what, u64 offset);
    bool parse_number(std::string_view field, u64& value) const;
    bool parse_pax(std::string_view body, Overrides& overrides, bool& out_of_memory) const;
    Status fill(const Header& header, Overrides& overrides, char type, u64 size, TarEntry& entry);

    std::span<const u8> archive_;
    u64 offset_ = 0;
    char error_[160] = {};
    usize error_size_ = 0;
};

} // namespace martlet
