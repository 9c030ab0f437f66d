// The two loaders' information structures, read from untrusted memory: parsers fill a LoaderInfo and never fail hard.
//
// Everything is read through PhysicalMemory, which answers null for a range that cannot be read; so the parsers run
// unchanged in host tests on made-up memory.
#pragma once
#include "boot/boot_info.h"

namespace martlet {

/// A window on physical memory.
class PhysicalMemory {
public:
    /// The bytes at [address, address + size), or null.
    virtual const u8* read(u64 address, u64 size) const = 0;

    template <typename T> bool read_object(u64 address, T& object) const {
        const u8* bytes = read(address, sizeof(T));
        if (!bytes) return false;
        __builtin_memcpy(&object, bytes, sizeof(T));
        return true;
    }

protected:
    ~PhysicalMemory() = default;
};

inline constexpr usize kMaxMemoryRanges = 256;
inline constexpr usize kMaxCommandLine = 4096; // with NUL; longer ones are cut

/// What a loader said, copied out of its memory; ranges as given, unsorted.
struct LoaderInfo {
    MemoryRange memory[kMaxMemoryRanges];
    usize memory_count = 0;
    bool memory_was_cut = false;
    char command_line[kMaxCommandLine];
    usize command_line_size = 0;
    bool command_line_was_cut = false;
    char loader[64];
    usize loader_size = 0;
    u64 initrd_physical = 0, initrd_size = 0;
    u32 module_count = 0;
    Framebuffer framebuffer;
    bool has_vga_text = false;
    u64 acpi_rsdp_physical = 0;
};

/// Multiboot2 information at `address` (Multiboot2 specification 3.6). False: the structure is unreadable.
bool parse_multiboot2(const PhysicalMemory& memory, u64 address, LoaderInfo& info);
/// PVH start info at `address` (Xen's arch-x86/hvm/start_info.h). False: no magic number, or unreadable.
bool parse_pvh(const PhysicalMemory& memory, u64 address, LoaderInfo& info);

/// Adds a range; wrapping and empty ones are dropped.
void add_memory_range(LoaderInfo& info, u64 base, u64 size, u32 e820_type);
void set_command_line(LoaderInfo& info, std::string_view text);

/// Sorts ranges, merges neighbours of one kind and resolves overlaps: the less usable kind wins. Answers the
/// number of ranges in `to`.
usize normalise_memory(std::span<const MemoryRange> from, std::span<MemoryRange> to);

} // namespace martlet
