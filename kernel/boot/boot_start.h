// From the architecture's first instructions to kernel_main.
#pragma once
#include "base/types.h"

namespace martlet {

enum class LoaderKind : u32 { Multiboot2 = 1, Pvh = 2 }; // boot.S

/// Reads what the loader left at the physical address; panics when there is nothing to go on with.
void gather_boot_info(LoaderKind kind, u64 info_address);

/// The kernel proper, on the boot stack, GS base and exceptions working; ends as the idle thread.
[[noreturn]] void kernel_main();

} // namespace martlet
