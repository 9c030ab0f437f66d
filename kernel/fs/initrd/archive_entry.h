// ArchiveEntry: what a tar or cpio archive says of one file, apart from its body.
#pragma once
#include "base/result.h"
#include "base/string.h"
#include "base/types.h"

namespace martlet {

enum class ArchiveEntryType : u8 { Regular, HardLink, Symlink, Character, Block, Directory, Fifo, Socket };

struct ArchiveEntry {
    String path;        // relative, without "." and ".." components and doubled slashes; empty for the root itself
    String link_target; // of links; as it is for symbolic ones, cleaned for hard ones
    ArchiveEntryType type = ArchiveEntryType::Regular;
    u32 mode = 0, user_id = 0, group_id = 0;
    u32 device_major = 0, device_minor = 0;
    u64 modify_time = 0;
    u64 size = 0;         // of the body
    u64 body_offset = 0;  // in the archive
    u64 header_offset = 0;
};

/// "/a//b/../c/." becomes "a/b/c": names from an archive never lead out of the root.
Result<String> clean_archive_path(std::string_view path);

} // namespace martlet
