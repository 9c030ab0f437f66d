// The I/O APICs (82093AA data sheet): from interrupt lines to vectors.
#pragma once
#include "base/types.h"

namespace martlet {

enum class Polarity : u8 { High, Low };
enum class Trigger : u8 { Edge, Level };

/// Maps the controllers ACPI names, or the one at the usual place, and masks every line.
void io_apic_init();
/// Sends `line` (global number) to `vector` on the CPU with `apic_id`, unmasked. False: no controller has that line.
bool io_apic_route(u32 line, u32 vector, u32 apic_id, Polarity polarity, Trigger trigger);

/// Moves the old PICs out of the way of exceptions and masks them.
void legacy_pic_disable();

} // namespace martlet
