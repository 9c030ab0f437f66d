// What every boot path (Multiboot2 on BIOS and UEFI, PVH) is normalised into before kernel_main runs.
#pragma once
#include <span>
#include <string_view>

#include "base/types.h"

namespace martlet {

enum class MemoryKind : u8 { Usable, Reserved, AcpiReclaimable, AcpiNvs, Bad };

/// A range of physical memory, in bytes; ranges are sorted and do not overlap.
struct MemoryRange {
    u64 base;
    u64 size;
    MemoryKind kind;
};

struct Framebuffer {
    u64 physical_address = 0; // 0: none, the screen is VGA text at 0xb8000 (or there is no screen)
    u32 width = 0, height = 0, pitch_bytes = 0;
    u8 bits_per_pixel = 0;
    u8 red_shift = 0, red_bits = 0, green_shift = 0, green_bits = 0, blue_shift = 0, blue_bits = 0;
};

struct BootInfo {
    std::span<const MemoryRange> memory;
    std::string_view command_line;   // whole, as given by the loader
    std::string_view loader;         // "GRUB 2.06", "PVH", …
    u64 initrd_physical = 0;         // 0: none
    u64 initrd_size = 0;
    Framebuffer framebuffer;
    bool has_vga_text = false;
    u64 acpi_rsdp_physical = 0;      // 0: search the BIOS areas
    u64 kernel_physical_start = 0, kernel_physical_end = 0;
};

/// Valid from before kernel_main until power-off; the strings are copied out of loader memory.
const BootInfo& boot_info();

} // namespace martlet
