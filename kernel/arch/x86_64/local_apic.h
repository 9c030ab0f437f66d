// The local APIC of a processor (Intel SDM 3A 11): end of interrupt, the one-shot timer, interrupts between processors.
#pragma once
#include "base/types.h"

namespace martlet {

/// Maps and enables this CPU's local APIC (x2APIC where the CPU has it); panics where there is none.
void local_apic_init_cpu();
u32 local_apic_id();
void local_apic_end_of_interrupt();
void local_apic_send(u32 apic_id, u32 vector);
void local_apic_send_self(u32 vector);
/// Measures the timer against the monotonic clock, once, in microseconds.
void local_apic_timer_init();
/// The clock it was measured against turned out to run at numerator/denominator of its assumed rate.
void local_apic_timer_rescale(u64 numerator, u64 denominator);

} // namespace martlet
