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
void local_apic_send_nmi(u32 apic_id);
/// Starting a processor (Intel SDM 3A 8.4.4.1): INIT, then STARTUP at physical page `page` below 1 MiB.
void local_apic_send_init(u32 apic_id);
void local_apic_send_startup(u32 apic_id, u8 page);
/// Whether an interrupt can be sent to this id: without x2APIC only ids below 255.
bool local_apic_can_address(u32 apic_id);
/// Measures the timer against the monotonic clock, once, in microseconds.
void local_apic_timer_init();
/// The same timer on another CPU, at the rate that was measured.
void local_apic_timer_init_cpu();
/// The clock it was measured against turned out to run at numerator/denominator of its assumed rate.
void local_apic_timer_rescale(u64 numerator, u64 denominator);

} // namespace martlet
