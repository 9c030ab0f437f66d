// Hardware breakpoints and watchpoints of one user thread: DR0…DR3, DR6, DR7 (Intel SDM 3B 17.2, ptrace(2) POKEUSER).
//
// Owned by ArchContext::debug, null for the threads that have none. Changed by the tracer while the thread is stopped;
// loaded by the thread when it goes on (load_current_debug_registers) and by every switch to it.
#pragma once
#include "base/result.h"
#include "base/types.h"

namespace martlet {

struct ArchContext;

struct DebugRegisters {
    u64 addresses[4] = {};
    u64 status = 0;  // what has happened, as the program's DR6
    u64 control = 0; // DR7
};

/// 0 for those that do not exist (4, 5).
u64 debug_register(const ArchContext& context, u32 index);
/// EINVAL: a kernel or misaligned address, a breakpoint that the processor has not; EIO: DR4, DR5; ENOMEM.
Result<void> set_debug_register(ArchContext& context, u32 index, u64 value);
void load_current_debug_registers();
/// execve: none are left.
void clear_current_debug_registers();

} // namespace martlet
