// The linker script's symbols: where the parts of the kernel image lie. Every boundary is page aligned.
//
// mm maps [text) read-execute, [rodata) read-only, [data, image_end) read-write; nothing is writable and executable.
// The image is linked at kKernelImageBase + its physical address.
#pragma once
#include "base/types.h"

extern "C" {
extern char __image_start[]; // boot headers, then text
extern char __text_start[], __text_end[];
extern char __rodata_start[], __rodata_end[];
extern char __data_start[], __data_end[]; // .data, then .bss up to __image_end
extern char __bss_start[], __bss_end[];
extern char __image_end[];
/// The page tables of early boot: a 4 GiB direct map, identity and the kernel's window, all 2 MiB pages, all
/// writable and executable. Unused once mm has switched to its own.
extern char __boot_page_tables[], __boot_page_tables_end[];
}
