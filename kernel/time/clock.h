// The clocks: monotonic (ns since the kernel was entered, never steps back, same on all CPUs) and realtime
// (ns since 1970, settable).
#pragma once
#include "base/types.h"

namespace martlet {

class WaitQueue;

u64 monotonic_ns();
u64 realtime_ns();
/// Steps the realtime clock (clock_settime(2), settimeofday(2)).
void set_realtime_ns(u64 since_epoch_ns);
/// Woken after each such step: absolute timers of the realtime clock are armed anew. Waiters take locks from
/// LockRank::EventObject up.
WaitQueue& clock_step_queue();
/// Resolution of both clocks in ns (clock_getres(2)).
u64 clock_resolution_ns();

/// Calibrates the cycle counter without delay loops (CPUID, HPET, ACPI PM timer) and reads the RTC once.
void clock_init();
/// Starts the timer that keeps the clock exact. After timers work.
void start_clock_maintenance();

} // namespace martlet
