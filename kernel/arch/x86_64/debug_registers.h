// What traps and switches need of the debug registers.
#pragma once
#include "arch/debug_registers.h"

namespace martlet {

inline constexpr u64 kDebugSingleStep = 1u << 14; // DR6.BS

/// On this CPU; null: none. Interrupts off.
void load_debug_registers(const DebugRegisters* registers);
/// A debug exception of the running thread: keeps what DR6 says; answers the breakpoints that are its own.
u64 note_debug_status(ArchContext& context, u64 status);
/// Whether one of `hits` is for execution: it comes before its instruction, which RF then lets pass.
bool is_execution_breakpoint(const ArchContext& context, u64 hits);

} // namespace martlet
