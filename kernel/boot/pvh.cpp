#include "boot/loader_formats.h"

#include <string.h>

namespace martlet {
namespace {

struct StartInfo {
    u32 magic, version, flags, module_count;
    u64 modules, command_line, rsdp;
    u64 memory_map; // from version 1 on
    u32 memory_map_entries, reserved;
};
struct Module {
    u64 address, size, command_line, reserved;
};
struct MemoryMapEntry {
    u64 base, size;
    u32 type, reserved;
};
inline constexpr u32 kMagic = 0x336ec578;
inline constexpr usize kVersion0Size = 40;

} // namespace

bool parse_pvh(const PhysicalMemory& memory, u64 address, LoaderInfo& info) {
    StartInfo start{};
    const u8* bytes = memory.read(address, kVersion0Size);
    if (!bytes) return false;
    memcpy(&start, bytes, kVersion0Size);
    if (start.magic != kMagic) return false;
    if (start.version >= 1 && !memory.read_object(address, start)) return false;

    constexpr std::string_view name = "PVH";
    memcpy(info.loader, name.data(), name.size());
    info.loader_size = name.size();
    info.acpi_rsdp_physical = start.rsdp;
    info.module_count = start.module_count;

    Module module;
    if (start.module_count > 0 && memory.read_object(start.modules, module) && module.size != 0 &&
        module.address + module.size > module.address) {
        info.initrd_physical = module.address;
        info.initrd_size = module.size;
    }
    if (start.command_line != 0) {
        // Byte by byte: the end of readable memory may come before the NUL.
        char text[kMaxCommandLine];
        usize size = 0;
        while (size < sizeof text) {
            const u8* byte = memory.read(start.command_line + size, 1);
            if (!byte || *byte == 0) break;
            text[size++] = static_cast<char>(*byte);
        }
        set_command_line(info, {text, size});
    }
    for (u32 index = 0; index < start.memory_map_entries; ++index) {
        MemoryMapEntry entry;
        if (!memory.read_object(start.memory_map + index * sizeof entry, entry)) break;
        add_memory_range(info, entry.base, entry.size, entry.type);
        if (info.memory_was_cut) break;
    }
    return true;
}

} // namespace martlet
