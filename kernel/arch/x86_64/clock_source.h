// The time-stamp counter's rate, for the timer; the other counters are private to clock_source.cpp.
#pragma once
#include "base/types.h"

namespace martlet {

/// Whether monotonic time is the time-stamp counter, so that its deadline timer can be used.
bool tsc_is_the_clock();
u64 ns_to_tsc(u64 ns);
/// The time-stamp counter's frequency as far as it is known; 0 if the clock is another counter.
u64 tsc_hz();
/// The local APIC timer's rate if the hypervisor tells it, else 0.
u64 hypervisor_apic_hz();

} // namespace martlet
