// Preemption off and on: keeps a thread on its CPU for a short while.
#pragma once
#include "arch/cpu.h"

namespace martlet {

/// Slow path of preempt_enable: switches if somebody asked for it meanwhile (sched/).
void preempt_after_enable();

inline void preempt_disable() {
    preempt_count_increment();
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

inline void preempt_enable() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (preempt_count_decrement() == 0 && this_cpu().need_resched.load(std::memory_order_relaxed)) [[unlikely]]
        preempt_after_enable();
}

/// Preemption off for a scope, without a lock: keeps this_cpu() stable.
class PreemptGuard : NonCopyable {
public:
    PreemptGuard() { preempt_disable(); }
    ~PreemptGuard() { preempt_enable(); }
};

/// Debug kernels: panics when called where sleeping is forbidden (preemption or interrupts off). Every
/// function that may sleep calls it first.
#ifdef MARTLET_DEBUG
void might_sleep();
#else
inline void might_sleep() {}
#endif

} // namespace martlet
