// The processor as the rest of the kernel sees it: interrupts on and off, the per-CPU block, waiting.
//
// Contract: an architecture folder (arch/x86_64) implements every function; nothing outside arch/ contains
// inline assembly. `this_cpu()` is stable only while preemption is disabled; `current_thread()` always is.
#pragma once
#include <atomic>

#include "base/types.h"

namespace martlet {

class Thread;
class RunQueue;
struct CpuTimers;
struct CpuTables;

/// At most this many processors; a machine with more leaves the rest out with a warning.
inline constexpr u32 kMaxCpus = 64;
/// A set of processors, bit by id.
using CpuMask = u64;
static_assert(kMaxCpus <= 64);
constexpr CpuMask cpu_bit(u32 id) { return 1ull << id; }

/// The per-CPU block. GS base points at it while in the kernel; the assembly uses the first four fields by offset
/// (arch/x86_64/offsets.h checks them).
struct alignas(64) Cpu {
    Cpu* self;
    Thread* current;
    u64 kernel_stack_top;      // where a system call or interrupt from user mode starts
    u64 scratch;               // the system call entry keeps the user stack pointer here for three instructions
    std::atomic<u32> preempt_count; // > 0: no switch on this CPU: spinlocks held + interrupt depth + explicit
    std::atomic<bool> need_resched;
    u32 interrupt_depth;       // > 0: running an interrupt handler
    bool interrupted_user;     // the outermost interrupt came from user mode (the tick samples it)
    u32 id;                    // 0 is the boot processor
    u32 apic_id;
    Thread* idle;
    RunQueue* run_queue;
    CpuTimers* timers;
    CpuTables* tables;         // the architecture's: descriptor tables and exception stacks
    std::atomic<CpuMask> callers; // whose calls wait to be run here (arch/smp.h)
    // Time since boot, together all of it; under the run queue's lock. Busy time waits in unsplit_ns for the next tick,
    // which says what it was.
    u64 user_ns, nice_ns, system_ns, idle_ns, unsplit_ns;
    u64 context_switches;
    u64 interrupts;
#ifdef MARTLET_DEBUG
    u32 held_lock_count;       // ranks of the spinlocks held, in order (sync/lock_rank.h)
    u8 held_lock_ranks[32];
#endif
};

Cpu& this_cpu();
Thread* current_thread();
Cpu& cpu_by_id(u32 id);
/// CPUs that run threads: ids 0 … count - 1. 1 until finish_starting_cpus.
u32 online_cpu_count();
inline CpuMask online_cpus() { return ~0ull >> (64 - online_cpu_count()); }

/// This CPU's preempt_count, each in one instruction (a switch to another CPU in between does no harm).
void preempt_count_increment();
/// Answers the count after the decrement.
u32 preempt_count_decrement();
u32 preempt_count();

/// Disables interrupts and returns the previous state for irq_restore.
[[nodiscard]] u64 irq_save();
void irq_restore(u64 state);
void irq_enable();
void irq_disable();
bool irqs_enabled();

void cpu_relax();
/// Enables interrupts and sleeps until one arrives, without a window between the two.
void cpu_wait_for_interrupt();
[[noreturn]] void cpu_stop();

/// The free-running cycle counter.
u64 cycle_counter();

} // namespace martlet

#include "arch/cpu_inline.h"
