// Restartable sequences (rseq(2)): a program's per-CPU critical sections that start over when the thread was
// switched, moved to another CPU or given a signal meanwhile.
//
// A registered thread notices switches (Thread::set_notices_switches): the scheduler gives it
// ThreadWork::Notify, and on the way back to user mode the CPU number in its area is brought up to date and a
// section that was under way aborts. All state is the task's own.
#pragma once
#include "arch/trap_frame.h"
#include "base/result.h"
#include "base/types.h"

namespace martlet {

class Task;

struct RestartableSequences {
    static constexpr u32 kNotShown = ~0u;
    u64 area = 0;      // struct rseq in user memory; 0: not registered
    u32 signature = 0; // stands before each abort handler
    u32 shown_cpu = kNotShown; // what the area holds
};

inline constexpr usize kRseqAreaSize = 32, kRseqAreaAlignment = 32;

/// EBUSY: registered already; EINVAL: another area or size; EPERM: another signature; EFAULT.
Result<void> register_rseq(u64 area, u32 size_bytes, u32 signature);
Result<void> unregister_rseq(u64 area, u32 size_bytes, u32 signature);

/// Before the calling task goes on in user mode at frame.rip, or is interrupted there by a handler. EFAULT, EINVAL: the
/// area or the section's description is bad, which Linux answers with SIGSEGV.
Result<void> fix_up_rseq(TrapFrame& frame);

/// A new task: one that shares memory starts unregistered, a forked one inherits. And a new program has none.
void inherit_rseq(Task& child, bool shares_memory);
void forget_rseq(Task& task);

} // namespace martlet
