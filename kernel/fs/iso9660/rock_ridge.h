// Rock Ridge (IEEE P1282 over SUSP, IEEE P1281): POSIX names, modes, owners, links and times in the
// system-use fields of directory records.
#pragma once
#include "fs/iso9660/record.h"

namespace martlet {

inline constexpr usize kRockRidgeNameMax = 255, kRockRidgeLinkMax = 4095;

/// What the fields of one record say. Buffers instead of pointers: fields may come in pieces from several blocks.
struct RockRidge {
    bool has_attributes = false, has_name = false, has_link = false;
    bool is_relocated = false; // RE: shown elsewhere, hide it here
    u32 child_block = 0;       // CL: the directory is at this block instead; 0 if not
    u32 mode = 0, link_count = 1, user_id = 0, group_id = 0;
    u64 device = 0;
    bool has_times = false;
    i64 modify_seconds = 0, access_seconds = 0, change_seconds = 0;
    usize name_size = 0, link_size = 0;
    char name[kRockRidgeNameMax];
    char link[kRockRidgeLinkMax];

    // Of the parser, between pieces.
    bool name_goes_on = false, link_goes_on = false, link_needs_slash = false;
};

/// Whether the fields of a root's "." begin with SP; `skip` becomes its count of bytes to leave out in other records.
bool find_rock_ridge(std::span<const u8> system_use, u8& skip);

/// Reads all fields of a record, following continuation areas. Damaged fields end the walk: what came before counts.
/// EIO when a continuation cannot be read, ENOMEM.
Result<void> read_rock_ridge(IsoImage& image, const IsoVolume& volume, const IsoRecord& record, RockRidge& out);

} // namespace martlet
