// Sleeping until a process or thread has used a given CPU time (clock_nanosleep(2) on CPU-time clocks).
#pragma once
#include "proc/cpu_clock.h"

namespace martlet {

/// kRestartSys: a signal came first. Of a process that ends the time never comes.
Result<void> sleep_until_cpu_time(const CpuClock& clock, u64 target_ns);

} // namespace martlet
