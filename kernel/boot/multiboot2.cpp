#include "boot/loader_formats.h"

#include <string.h>

#include <algorithm>

namespace martlet {
namespace {

enum Tag : u32 {
    kTagEnd = 0,
    kTagCommandLine = 1,
    kTagLoaderName = 2,
    kTagModule = 3,
    kTagBasicMemory = 4,
    kTagMemoryMap = 6,
    kTagFramebuffer = 8,
    kTagAcpiOld = 14,
    kTagAcpiNew = 15,
};

struct TagHeader {
    u32 type, size;
};
struct FramebufferTag {
    u64 address;
    u32 pitch, width, height;
    u8 bits_per_pixel, type;
    u16 reserved;
    u8 red_position, red_size, green_position, green_size, blue_position, blue_size;
};
inline constexpr u8 kFramebufferRgb = 1, kFramebufferText = 2;
inline constexpr u64 kMaxInformationSize = 16 * kMiB;

template <typename T> bool take(std::span<const u8> bytes, usize offset, T& object) {
    if (bytes.size() < offset || bytes.size() - offset < sizeof(T)) return false;
    memcpy(&object, bytes.data() + offset, sizeof(T));
    return true;
}

std::string_view text_of(std::span<const u8> bytes, usize offset) {
    if (bytes.size() <= offset) return {};
    auto* text = reinterpret_cast<const char*>(bytes.data() + offset);
    const void* end = memchr(text, 0, bytes.size() - offset);
    return {text, end ? static_cast<usize>(static_cast<const char*>(end) - text) : bytes.size() - offset};
}

void parse_memory_map(std::span<const u8> tag, LoaderInfo& info) {
    struct { u32 entry_size, version; } header;
    struct { u64 base, size; u32 type; } entry;
    if (!take(tag, 8, header) || header.entry_size < 20) return;
    for (usize offset = 16; offset < tag.size(); offset += header.entry_size) {
        u8 raw[20];
        if (!take(tag, offset, raw)) return;
        memcpy(&entry.base, raw, 8);
        memcpy(&entry.size, raw + 8, 8);
        memcpy(&entry.type, raw + 16, 4);
        add_memory_range(info, entry.base, entry.size, entry.type);
    }
}

void parse_framebuffer(std::span<const u8> bytes, LoaderInfo& info) {
    u8 raw[30];
    if (bytes.size() < 8 + 22) return;
    memset(raw, 0, sizeof raw);
    memcpy(raw, bytes.data() + 8, std::min(sizeof raw, bytes.size() - 8));
    FramebufferTag tag;
    memcpy(&tag.address, raw, 8);
    memcpy(&tag.pitch, raw + 8, 12);
    tag.bits_per_pixel = raw[20];
    tag.type = raw[21];
    if (tag.type == kFramebufferText) info.has_vga_text = true;
    if (tag.type != kFramebufferRgb) return;
    bool is_sane = tag.bits_per_pixel >= 15 && tag.bits_per_pixel <= 32 && tag.width > 0 && tag.height > 0 &&
                   tag.width <= 16384 && tag.height <= 16384 &&
                   tag.pitch >= tag.width * ((tag.bits_per_pixel + 7u) / 8);
    if (!is_sane || tag.address == 0) return;
    info.framebuffer = {tag.address, tag.width, tag.height, tag.pitch, tag.bits_per_pixel,
                        raw[24],     raw[25],   raw[26],    raw[27],   raw[28],
                        raw[29]};
}

void parse_tag(const TagHeader& header, std::span<const u8> tag, u64 address, LoaderInfo& info) {
    switch (header.type) {
    case kTagCommandLine: set_command_line(info, text_of(tag, 8)); break;
    case kTagLoaderName: {
        std::string_view name = text_of(tag, 8).substr(0, sizeof info.loader);
        if (!name.empty()) memcpy(info.loader, name.data(), name.size());
        info.loader_size = name.size();
        break;
    }
    case kTagModule: {
        struct { u32 start, end; } module;
        if (!take(tag, 8, module) || module.end <= module.start) break;
        if (info.module_count++ == 0) {
            info.initrd_physical = module.start;
            info.initrd_size = module.end - module.start;
        }
        break;
    }
    case kTagMemoryMap: parse_memory_map(tag, info); break;
    case kTagFramebuffer: parse_framebuffer(tag, info); break;
    case kTagAcpiOld:
        if (info.acpi_rsdp_physical == 0) info.acpi_rsdp_physical = address + 8;
        break;
    case kTagAcpiNew: info.acpi_rsdp_physical = address + 8; break;
    default: break;
    }
}

} // namespace

bool parse_multiboot2(const PhysicalMemory& memory, u64 address, LoaderInfo& info) {
    struct { u32 total_size, reserved; } header;
    if (!memory.read_object(address, header)) return false;
    if (header.total_size < 16 || header.total_size > kMaxInformationSize) return false;
    const u8* bytes = memory.read(address, header.total_size);
    if (!bytes) return false;
    std::span<const u8> all(bytes, header.total_size);
    u32 basic_upper_kib = 0, basic_lower_kib = 0;
    for (u64 offset = 8; offset + sizeof(TagHeader) <= all.size();) {
        TagHeader tag;
        if (!take(all, offset, tag) || tag.type == kTagEnd || tag.size < sizeof tag ||
            tag.size > all.size() - offset)
            break;
        std::span<const u8> body = all.subspan(offset, tag.size);
        parse_tag(tag, body, address + offset, info);
        if (tag.type == kTagBasicMemory) {
            take(body, 8, basic_lower_kib);
            take(body, 12, basic_upper_kib);
        }
        offset += align_up(tag.size, 8);
    }
    if (info.memory_count == 0 && basic_upper_kib != 0) {
        add_memory_range(info, 0, basic_lower_kib * kKiB, 1);
        add_memory_range(info, kMiB, basic_upper_kib * kKiB, 1);
    }
    return true;
}

} // namespace martlet
