#include "fs/iso9660/record.h"

#include <string.h>

#include "fs/iso9660/rock_ridge.h"

namespace martlet {

i64 parse_iso_time(std::span<const u8, 7> bytes) {
    // Days before each month of a year that is not a leap year.
    constexpr u16 kDaysBefore[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    i64 year = 1900 + bytes[0];
    u32 month = bytes[1], day = bytes[2];
    if (month < 1 || month > 12 || day < 1 || day > 31) return 0;
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    i64 before = year - 1;
    i64 days = before * 365 + before / 4 - before / 100 + before / 400 - 719162; // from the year 1 to 1970
    days += kDaysBefore[month - 1] + (is_leap && month > 2) + static_cast<i64>(day) - 1;
    i64 seconds = days * 86400 + bytes[3] * 3600 + bytes[4] * 60 + bytes[5];
    i64 quarter_hours = static_cast<i8>(bytes[6]);
    if (quarter_hours < -48 || quarter_hours > 52) quarter_hours = 0;
    return seconds - quarter_hours * 900;
}

std::optional<IsoRecord> parse_iso_record(std::span<const u8> bytes) {
    constexpr usize kHeader = 33;
    if (bytes.size() <= kHeader || bytes[0] <= kHeader || bytes[0] > bytes.size()) return std::nullopt;
    IsoRecord record;
    record.length = bytes[0];
    usize name_size = bytes[32];
    if (name_size == 0 || kHeader + name_size > record.length) return std::nullopt;
    // Blocks of extended attributes come first (9.1.2).
    if (__builtin_add_overflow(iso_u32(&bytes[2]), static_cast<u32>(bytes[1]), &record.extent.block))
        return std::nullopt;
    record.extent.size_bytes = iso_u32(&bytes[10]);
    record.seconds = parse_iso_time(bytes.subspan<18, 7>());
    record.flags = bytes[25];
    record.unit_size = bytes[26];
    record.name = bytes.subspan(kHeader, name_size);
    usize after = kHeader + name_size + (name_size % 2 == 0); // padded to an even length
    if (after < record.length) record.system_use = bytes.subspan(after, record.length - after);
    return record;
}

namespace {

constexpr usize kRootRecord = 156;

bool is_joliet(const u8* descriptor) {
    const u8* escape = descriptor + 88; // UCS-2 levels 1 to 3
    return escape[0] == '%' && escape[1] == '/' && (escape[2] == '@' || escape[2] == 'C' || escape[2] == 'E');
}

Result<IsoVolume> parse_descriptor(IsoImage& image, const u8* descriptor) {
    IsoVolume volume;
    volume.block_size = iso_u16(descriptor + 128);
    bool is_power = volume.block_size >= 512 && volume.block_size <= kIsoSectorSize &&
                    (volume.block_size & (volume.block_size - 1)) == 0;
    auto root = parse_iso_record({descriptor + kRootRecord, 34});
    if (!is_power || !root || !root->is_directory() || root->extent.size_bytes == 0) return Error(Errno::EINVAL);
    volume.block_count = image.size() / volume.block_size;
    volume.root = root->extent;
    if (volume.root.block >= volume.block_count) return Error(Errno::EINVAL);
    return volume;
}

} // namespace

Result<IsoVolume> read_iso_volume(IsoImage& image, const IsoMountOptions& options) {
    constexpr u32 kFirst = 16, kLimit = 16 + 64;
    constexpr u8 kPrimary = 1, kSupplementary = 2, kEnd = 255;
    std::optional<IsoVolume> plain, joliet;
    std::unique_ptr<u8[]> sector(new (std::nothrow) u8[kIsoSectorSize]);
    if (!sector) return Error(Errno::ENOMEM);
    for (u32 index = kFirst; index < kLimit; ++index) {
        if (!image.read(u64{index} * kIsoSectorSize, {sector.get(), kIsoSectorSize})) break;
        if (memcmp(sector.get() + 1, "CD001", 5) != 0 || sector[0] == kEnd) break;
        if (sector[0] == kPrimary && !plain) plain = TRY(parse_descriptor(image, sector.get()));
        if (sector[0] == kSupplementary && !joliet && is_joliet(sector.get()))
            if (auto found = parse_descriptor(image, sector.get())) joliet = *found;
    }
    if (!plain) return Error(Errno::EINVAL);
    if (options.use_rock_ridge) {
        // The root's own record says whether its system-use fields follow the protocol (SUSP 5.3).
        TRY(image.read(u64{plain->root.block} * plain->block_size, {sector.get(), plain->block_size}));
        auto self = parse_iso_record({sector.get(), plain->block_size});
        if (self && self->is_dot() && find_rock_ridge(self->system_use, plain->system_use_skip)) {
            plain->names = IsoNames::RockRidge;
            return *plain;
        }
    }
    if (options.use_joliet && joliet) {
        joliet->names = IsoNames::Joliet;
        return *joliet;
    }
    return *plain;
}

namespace {

/// UCS-2, big-endian, with surrogates where somebody put them, as UTF-8.
usize decode_joliet(std::span<const u8> name, std::span<char> text) {
    usize size = 0;
    auto put = [&](u32 byte) { if (size < text.size()) text[size] = static_cast<char>(byte); ++size; };
    for (usize index = 0; index + 1 < name.size(); index += 2) {
        u32 code = static_cast<u32>(name[index] << 8 | name[index + 1]);
        if (code == ';') break; // the version
        if (code >= 0xd800 && code < 0xdc00 && index + 3 < name.size()) {
            u32 low = static_cast<u32>(name[index + 2] << 8 | name[index + 3]);
            if (low >= 0xdc00 && low < 0xe000) {
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                index += 2;
            }
        }
        if (code == 0 || code == '/') code = '_';
        if (code < 0x80) {
            put(code);
        } else if (code < 0x800) {
            put(0xc0 | code >> 6);
            put(0x80 | (code & 0x3f));
        } else if (code < 0x10000) {
            put(0xe0 | code >> 12);
            put(0x80 | (code >> 6 & 0x3f));
            put(0x80 | (code & 0x3f));
        } else {
            put(0xf0 | code >> 18);
            put(0x80 | (code >> 12 & 0x3f));
            put(0x80 | (code >> 6 & 0x3f));
            put(0x80 | (code & 0x3f));
        }
    }
    return size <= text.size() ? size : 0;
}

} // namespace

usize decode_iso_name(std::span<const u8> name, IsoNames names, std::span<char> text) {
    if (names == IsoNames::Joliet) return decode_joliet(name, text);
    usize size = 0;
    for (u8 byte : name) {
        if (byte == ';') break;
        if (size == text.size()) return 0;
        char character = static_cast<char>(byte);
        if (character >= 'A' && character <= 'Z') character = static_cast<char>(character | 0x20);
        if (character == '/' || character == '\0') character = '_';
        text[size++] = character;
    }
    if (size > 1 && text[size - 1] == '.') --size; // "NAME.;1" has no extension
    return size;
}

} // namespace martlet
