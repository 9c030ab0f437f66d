// GDT, TSS and IDT of a processor, with the stacks that exceptions of doubtful state run on.
#pragma once
#include "arch/cpu.h"
#include "base/result.h"

namespace martlet {

/// Fills the interrupt table, which all CPUs share, and the boot processor's tables, which are static memory:
/// exceptions are reported from the first instructions on.
void init_boot_descriptor_tables(Cpu& cpu);
/// Allocates and fills the tables of another CPU before it is started. ENOMEM.
Result<void> make_descriptor_tables(Cpu& cpu);
/// Loads this CPU's tables. Once per CPU, before interrupts.
void load_descriptor_tables();
/// Shows user code this CPU's id: again when it has changed.
void publish_cpu_number();

/// The stack for interrupts from user mode (TSS.RSP0) of this CPU.
void set_interrupt_stack(u64 stack_top);

} // namespace martlet
