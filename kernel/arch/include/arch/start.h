// What kernel_main asks of the architecture, in this order, and what the clock asks.
#pragma once
#include "base/types.h"

namespace martlet {

/// After memory, clocks and the scheduler: interrupt controllers and the timer. Interrupts are still off on return.
void start_interrupts();

/// A counter that the monotonic clock is made of.
struct CycleClock {
    u64 (*read)();
    u64 frequency_hz;
    u64 mask;         // bits that count
    const char* name;
    bool needs_refinement; // measured over a short time only
    bool is_user_readable; // with rdtsc: the vDSO may read it
    u64 start;             // its value when the kernel was entered, or as soon after as it could be read
};

/// Finds the best counter of the machine and its frequency, without delay loops. After memory.
CycleClock find_cycle_clock();

/// The counter's frequency measured again, over the time since find_cycle_clock; 0: no better value is to be had.
u64 refine_cycle_clock();

/// Reads the battery clock: seconds since 1970 in UTC; 0 if there is none or it makes no sense.
u64 read_battery_clock();

} // namespace martlet
