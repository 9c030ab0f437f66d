// Panics with the registers of an interrupted context.
#pragma once
#include <span>

#include "arch/trap_frame.h"
#include "base/assert.h"

namespace martlet {

[[noreturn]] void panic_in_trap(const TrapFrame& frame, const char* format, ...) __attribute__((format(printf, 2, 3)));

/// Has every panic say more about the running thread (which process, which system call): `describe` writes a NUL-ended
/// text without newline, takes no lock and allocates nothing; an empty text is not shown.
void set_panic_describer(void (*describe)(std::span<char> text));

/// Whether the machine is going down: drivers then poll and take no locks.
bool is_panicking();

} // namespace martlet
