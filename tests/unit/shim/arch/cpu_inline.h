// arch/cpu.h on the build host: one CPU, no interrupts, one thread.
#pragma once
#include "arch/cpu.h"

namespace martlet {

inline Cpu host_cpu{};

inline Cpu& this_cpu() { return host_cpu; }
/// Zeros in the place of a thread: compared, and asked for pending work, of which it has none.
alignas(64) inline u8 host_thread[4096];
inline Thread* current_thread() { return reinterpret_cast<Thread*>(host_thread); }
inline Cpu& cpu_by_id(u32) { return host_cpu; }
inline u32 online_cpu_count() { return 1; }

inline void preempt_count_increment() { host_cpu.preempt_count.fetch_add(1, std::memory_order_relaxed); }
inline u32 preempt_count() { return host_cpu.preempt_count.load(std::memory_order_relaxed); }
inline u32 preempt_count_decrement() { return host_cpu.preempt_count.fetch_sub(1, std::memory_order_relaxed) - 1; }

inline u64 irq_save() { return 0; }
inline void irq_restore(u64) {}
inline void irq_enable() {}
inline void irq_disable() {}
inline bool irqs_enabled() { return true; }
inline void cpu_relax() {}
inline void cpu_wait_for_interrupt() {}
inline u64 cycle_counter() { return 0; }

} // namespace martlet
