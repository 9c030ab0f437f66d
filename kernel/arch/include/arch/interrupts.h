// Interrupt lines and the per-CPU one-shot timer, as drivers and the clock use them.
#pragma once
#include "base/result.h"
#include "base/types.h"

namespace martlet {

using InterruptHandler = void (*)(void* context);

/// Routes an ISA interrupt (through the ACPI overrides) to `handler`, called in interrupt context with the line
/// acknowledged afterwards. ENODEV: no such line; EBUSY: taken.
Result<void> register_isa_interrupt(u32 isa_irq, const char* name, InterruptHandler handler, void* context);

/// A row of /proc/interrupts: a line of the interrupt controller, or with `label` one that the processors
/// send themselves.
struct InterruptRow {
    const char* label;
    u32 line;
    const char* name;
    u32 slot; // for interrupt_count
};
void for_each_interrupt(void (*show)(void*, const InterruptRow&), void* context);
u64 interrupt_count(u32 cpu_id, u32 slot);

/// Arms the timer interrupt of this CPU for the monotonic time `deadline_ns` (in the past: at once).
void arm_timer_interrupt(u64 deadline_ns);
void disarm_timer_interrupt();

/// Makes another CPU look at need_resched.
void send_reschedule_interrupt(u32 cpu_id);

/// Has run_deferred_log_work() called on this CPU once interrupts are on. Any context; false before start_interrupts.
bool send_log_interrupt();

} // namespace martlet
