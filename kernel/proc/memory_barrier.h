// Memory barriers on every CPU that runs a process's threads (membarrier(2)).
//
// Registrations belong to the address space: threads share them, fork(2) copies them, execve(2) starts without.
#pragma once
#include <optional>

#include "base/result.h"
#include "base/types.h"

namespace martlet {

enum class BarrierKind : u8 {
    Memory,            // all earlier accesses before all later ones
    InstructionStream, // and changed code is fetched anew
    RestartSequences,  // restartable sequences under way abort (proc/rseq.h)
};

void memory_barrier_everywhere();
void register_private_memory_barrier(BarrierKind kind);
/// Reaches every CPU that runs a thread of the caller's memory, or one of them. EPERM: not registered for this kind.
Result<void> private_memory_barrier(BarrierKind kind, std::optional<int> only_cpu = std::nullopt);

} // namespace martlet
