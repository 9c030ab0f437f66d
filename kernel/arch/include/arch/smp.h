// Processors among themselves: starting the others, having them run a function, stopping them.
#pragma once
#include "arch/cpu.h"

namespace martlet {

/// Sends every processor that the firmware lists (but not more than maxcpus=, none with nosmp) on its way.
/// After the clock and the local APIC work; the boot goes on meanwhile.
void start_other_cpus();
/// Waits for them, leaves out with a warning those that did not come, and puts the others to work: from here
/// on they are online, idle and take threads.
void finish_starting_cpus();

/// Runs function(context) on each CPU of `cpus`, in interrupt context (on this CPU: with interrupts off), and
/// returns when all have done it. The caller may sleep: it holds no spinlock and interrupts are on, so that
/// CPUs that call each other serve each other.
void call_on_cpus(CpuMask cpus, void (*function)(void*), void* context);

/// Stops every other CPU for good, wherever it is: for panic and power-off.
void stop_other_cpus();

} // namespace martlet
