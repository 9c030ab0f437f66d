// What the interrupt code runs for calls between processors (arch/smp.h).
#pragma once

namespace martlet {

/// The interrupt kVectorCall: runs the calls that wait for this CPU.
void run_cpu_calls();
/// The non-maskable interrupt: does not return if another CPU has asked all to stop.
void stop_if_asked();

} // namespace martlet
