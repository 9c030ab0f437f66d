// GDT, TSS and IDT of a processor, with the stacks that exceptions of doubtful state run on.
#pragma once
#include "base/types.h"

namespace martlet {

/// Loads this CPU's tables. Called once per CPU, before interrupts; `cpu_id` 0 uses static memory, so that exceptions
/// are reported from the first instructions on.
void load_descriptor_tables(u32 cpu_id);

/// The stack for interrupts from user mode (TSS.RSP0) of this CPU.
void set_interrupt_stack(u64 stack_top);

} // namespace martlet
