// Directory records of ISO 9660 (ECMA-119 9.1) and the volume's descriptors (8).
//
// Nothing from the image is trusted: lengths are checked against what holds them before they are used.
#pragma once
#include <optional>

#include <memory>

#include "fs/iso9660/image.h"

namespace martlet {

/// A run of logical blocks.
struct IsoExtent {
    u32 block = 0;
    u32 size_bytes = 0;
};

struct IsoRecord {
    static constexpr u8 kHidden = 1, kDirectory = 2, kAssociated = 4, kNotLast = 0x80;
    u32 length = 0; // of the record itself
    IsoExtent extent;
    u8 flags = 0;
    u8 unit_size = 0; // nonzero: interleaved, which is not supported
    i64 seconds = 0;  // recording time, since 1970
    std::span<const u8> name;
    std::span<const u8> system_use;
    bool is_directory() const { return (flags & kDirectory) != 0; }
    bool is_dot() const { return name.size() == 1 && name[0] == 0; }
    bool is_dot_dot() const { return name.size() == 1 && name[0] == 1; }
};

/// The record at the front of `bytes`; nothing if it is damaged or the rest of the sector is unused (length 0).
std::optional<IsoRecord> parse_iso_record(std::span<const u8> bytes);
/// The seven bytes of ECMA-119 9.1.5.
i64 parse_iso_time(std::span<const u8, 7> bytes);

enum class IsoNames : u8 { Plain, RockRidge, Joliet };

struct IsoVolume {
    u32 block_size = 2048;
    u64 block_count = 0;
    IsoExtent root;
    IsoNames names = IsoNames::Plain;
    u8 system_use_skip = 0; // bytes before the fields of Rock Ridge in each record
};

struct IsoMountOptions {
    bool use_rock_ridge = true, use_joliet = true;
};

/// Finds the tree to show: Rock Ridge's if there is one, else Joliet's, else the plain one. EINVAL: not ISO 9660; EIO.
Result<IsoVolume> read_iso_volume(IsoImage& image, const IsoMountOptions& options);

/// The name that a record shows in a tree without Rock Ridge: lower case without version (plain) or UTF-8
/// (Joliet). Answers the bytes written to `text`, 0 if the name cannot be shown.
usize decode_iso_name(std::span<const u8> name, IsoNames names, std::span<char> text);

} // namespace martlet
