// Panics with the registers of an interrupted context.
#pragma once
#include "arch/trap_frame.h"
#include "base/assert.h"

namespace martlet {

[[noreturn]] void panic_in_trap(const TrapFrame& frame, const char* format, ...) __attribute__((format(printf, 2, 3)));

/// Whether the machine is going down: drivers then poll and take no locks.
bool is_panicking();

} // namespace martlet
