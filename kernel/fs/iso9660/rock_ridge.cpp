#include "fs/iso9660/rock_ridge.h"

#include <string.h>

#include <memory>
#include <string_view>

namespace martlet {
namespace {

constexpr u16 signature(char first, char second) {
    return static_cast<u16>(static_cast<u8>(first) << 8 | static_cast<u8>(second));
}

/// The field at the front, header included; empty at the end or when damaged.
std::span<const u8> next_field(std::span<const u8> area) {
    if (area.size() < 4 || area[2] < 4 || area[2] > area.size()) return {};
    return area.first(area[2]);
}

void append_name(RockRidge& out, std::span<const u8> text) {
    for (u8 byte : text) {
        if (out.name_size == kRockRidgeNameMax) return;
        out.name[out.name_size++] = byte == 0 || byte == '/' ? '_' : static_cast<char>(byte);
    }
}

void append_link(RockRidge& out, std::string_view text) {
    for (char character : text)
        if (out.link_size < kRockRidgeLinkMax) out.link[out.link_size++] = character;
}

void read_name(std::span<const u8> field, RockRidge& out) {
    constexpr u8 kContinue = 1, kCurrent = 2, kParent = 4;
    if (field.size() < 5 || (out.has_name && !out.name_goes_on)) return;
    u8 flags = field[4];
    if (flags & (kCurrent | kParent)) return; // "." and ".." are known without it
    append_name(out, field.subspan(5));
    out.has_name = out.name_size > 0;
    out.name_goes_on = (flags & kContinue) != 0;
}

/// Components of a link's target: each has flags, a length and text.
void read_link(std::span<const u8> field, RockRidge& out) {
    constexpr u8 kContinue = 1, kCurrent = 2, kParent = 4, kRoot = 8;
    if (field.size() < 5) return;
    out.has_link = true;
    std::span<const u8> rest = field.subspan(5);
    while (rest.size() >= 2 && rest[1] + 2u <= rest.size()) {
        u8 flags = rest[0];
        std::span<const u8> text = rest.subspan(2, rest[1]);
        if (!out.link_goes_on && out.link_needs_slash) append_link(out, "/");
        out.link_needs_slash = true;
        if (flags & kRoot) {
            append_link(out, "/");
            out.link_needs_slash = false;
        } else if (flags & kParent) {
            append_link(out, "..");
        } else if (flags & kCurrent) {
            append_link(out, ".");
        } else {
            for (u8 byte : text)
                if (byte != 0) append_link(out, {reinterpret_cast<const char*>(&byte), 1});
        }
        out.link_goes_on = (flags & kContinue) != 0;
        rest = rest.subspan(2 + text.size());
    }
}

/// TF: a byte says which times follow, in this order: creation, modify, access, attributes, …
void read_times(std::span<const u8> field, RockRidge& out) {
    constexpr u8 kCreation = 1, kModify = 2, kAccess = 4, kAttributes = 8, kLongForm = 0x80;
    if (field.size() < 5) return;
    u8 flags = field[4];
    if (flags & kLongForm) return; // 17 bytes of text each: nothing writes it
    std::span<const u8> rest = field.subspan(5);
    auto take = [&](u8 flag, i64* seconds) {
        if (!(flags & flag) || rest.size() < 7) return;
        if (seconds) *seconds = parse_iso_time(rest.first<7>());
        rest = rest.subspan(7);
    };
    take(kCreation, nullptr);
    take(kModify, &out.modify_seconds);
    take(kAccess, &out.access_seconds);
    take(kAttributes, &out.change_seconds);
    out.has_times = (flags & kModify) != 0;
    if (!(flags & kAccess)) out.access_seconds = out.modify_seconds;
    if (!(flags & kAttributes)) out.change_seconds = out.modify_seconds;
}

/// A continuation area to go on with (CE).
struct Continuation {
    u32 block = 0, offset = 0, size = 0;
};

/// One area of fields. False when ST ends them.
bool read_area(std::span<const u8> area, RockRidge& out, Continuation& next) {
    for (std::span<const u8> field = next_field(area); !field.empty(); field = next_field(area)) {
        area = area.subspan(field.size());
        switch (signature(static_cast<char>(field[0]), static_cast<char>(field[1]))) {
        case signature('C', 'E'):
            if (field.size() >= 28) next = {iso_u32(&field[4]), iso_u32(&field[12]), iso_u32(&field[20])};
            break;
        case signature('S', 'T'): return false;
        case signature('P', 'X'):
            if (field.size() < 36) break;
            out.has_attributes = true;
            out.mode = iso_u32(&field[4]);
            out.link_count = iso_u32(&field[12]);
            out.user_id = iso_u32(&field[20]);
            out.group_id = iso_u32(&field[28]);
            break;
        case signature('P', 'N'):
            if (field.size() < 20) break;
            {
                u32 high = iso_u32(&field[4]), low = iso_u32(&field[12]);
                // Two ways are in use: the number whole in the low word, or major and minor apart.
                u32 major = high ? high : low >> 8, minor = high ? low : low & 0xff;
                out.device = (minor & 0xff) | (u64{major & 0xfff} << 8) | (u64{minor & ~0xffu} << 12);
            }
            break;
        case signature('N', 'M'): read_name(field, out); break;
        case signature('S', 'L'): read_link(field, out); break;
        case signature('T', 'F'): read_times(field, out); break;
        case signature('R', 'E'): out.is_relocated = true; break;
        case signature('C', 'L'):
            if (field.size() >= 12) out.child_block = iso_u32(&field[4]);
            break;
        default: break;
        }
    }
    return true;
}

} // namespace

bool find_rock_ridge(std::span<const u8> system_use, u8& skip) {
    if (system_use.size() < 7 || system_use[0] != 'S' || system_use[1] != 'P' || system_use[2] < 7) return false;
    if (system_use[4] != 0xbe || system_use[5] != 0xef) return false;
    skip = system_use[6];
    return true;
}

Result<void> read_rock_ridge(IsoImage& image, const IsoVolume& volume, const IsoRecord& record, RockRidge& out) {
    constexpr u32 kAreasMax = 32; // a damaged image may lead in circles
    std::span<const u8> area = record.system_use;
    bool is_root = record.is_dot();
    if (!is_root)
        area = volume.system_use_skip < area.size() ? area.subspan(volume.system_use_skip)
                                                    : std::span<const u8>();
    std::unique_ptr<u8[]> buffer;
    for (u32 count = 0; count < kAreasMax; ++count) {
        Continuation next;
        if (!read_area(area, out, next) || next.size == 0) return {};
        if (next.offset >= volume.block_size || next.size > volume.block_size - next.offset) return {};
        if (next.block >= volume.block_count) return {};
        if (!buffer) buffer.reset(new (std::nothrow) u8[kIsoSectorSize]);
        if (!buffer) return Error(Errno::ENOMEM);
        TRY(image.read(u64{next.block} * volume.block_size + next.offset, {buffer.get(), next.size}));
        area = {buffer.get(), next.size};
    }
    return {};
}

} // namespace martlet
