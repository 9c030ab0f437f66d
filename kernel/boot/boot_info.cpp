// Fills BootInfo from whichever loader started the kernel. All of it lives in the kernel image.
#include "boot/boot_info.h"

#include <algorithm>

#include "arch/io_port.h"
#include "base/assert.h"
#include "base/log.h"
#include "boot/boot_memory_window.h"
#include "boot/boot_start.h"
#include "boot/command_line.h"
#include "boot/command_line_parser.h"
#include "boot/image_layout.h"
#include "boot/loader_formats.h"

namespace martlet {
namespace {

LoaderInfo g_loader_info;
MemoryRange g_memory[kMaxMemoryRanges];
BootInfo g_boot_info;

u64 physical(const char* image_symbol) { return reinterpret_cast<u64>(image_symbol) - kKernelImageBase; }

/// A VGA that answers: an absent one reads as all ones (miscellaneous output register).
bool probe_vga() { return port_read_u8(0x3cc) != 0xff; }

} // namespace

const BootInfo& boot_info() { return g_boot_info; }

void gather_boot_info(LoaderKind kind, u64 info_address) {
    BootMemoryWindow window;
    LoaderInfo& info = g_loader_info;
    bool is_readable = kind == LoaderKind::Multiboot2 ? parse_multiboot2(window, info_address, info)
                                                      : parse_pvh(window, info_address, info);
    if (kind == LoaderKind::Pvh && info.framebuffer.physical_address == 0) info.has_vga_text = probe_vga();

    g_boot_info.command_line = {info.command_line, info.command_line_size};
    g_boot_info.loader = {info.loader, info.loader_size};
    g_boot_info.initrd_physical = info.initrd_physical;
    g_boot_info.initrd_size = info.initrd_size;
    g_boot_info.framebuffer = info.framebuffer;
    g_boot_info.has_vga_text = info.has_vga_text;
    g_boot_info.acpi_rsdp_physical = info.acpi_rsdp_physical;
    g_boot_info.kernel_physical_start = physical(__image_start);
    g_boot_info.kernel_physical_end = physical(__image_end);

    usize count = normalise_memory({info.memory, info.memory_count}, g_memory); // mem= is for mm to apply
    g_boot_info.memory = {g_memory, count};

    if (!is_readable)
        panic("the loader's information at %#llx cannot be read",
              static_cast<unsigned long long>(info_address));
    if (count == 0) panic("the loader gave no memory map");
    if (info.memory_was_cut)
        log_warning("the memory map has more than %zu entries; the rest is not used", kMaxMemoryRanges);
    if (info.command_line_was_cut) log_warning("the command line was cut to %zu bytes", kMaxCommandLine - 1);
    if (info.module_count > 1) log_warning("the loader gave %u modules; the first is the initrd", info.module_count);
}

} // namespace martlet
