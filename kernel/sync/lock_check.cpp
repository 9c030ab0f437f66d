// Debug kernels: lock order and sleeping in atomic context, checked at every acquisition.
#include "base/assert.h"
#include "sched/thread.h"
#include "sync/spinlock.h"

#ifdef MARTLET_DEBUG

namespace martlet {

void note_spinlock_acquired(LockRank rank) {
    u64 state = irq_save();
    Cpu& cpu = this_cpu();
    u32 held = cpu.held_lock_count;
    ASSERT(held < sizeof cpu.held_lock_ranks);
    if (held > 0 && cpu.held_lock_ranks[held - 1] >= static_cast<u8>(rank)) {
        u8 top = cpu.held_lock_ranks[held - 1];
        cpu.held_lock_count = 0; // panic takes locks too
        panic("lock order: rank %u taken while rank %u is held", static_cast<u32>(rank), top);
    }
    cpu.held_lock_ranks[cpu.held_lock_count++] = static_cast<u8>(rank);
    irq_restore(state);
}

void note_spinlock_released(LockRank rank) {
    u64 state = irq_save();
    Cpu& cpu = this_cpu();
    for (u32 index = cpu.held_lock_count; index-- > 0;) {
        if (cpu.held_lock_ranks[index] != static_cast<u8>(rank)) continue;
        for (u32 next = index + 1; next < cpu.held_lock_count; ++next)
            cpu.held_lock_ranks[next - 1] = cpu.held_lock_ranks[next];
        --cpu.held_lock_count;
        break;
    }
    irq_restore(state);
}

void might_sleep() {
    if (preempt_count() == 0 && irqs_enabled()) return;
    Thread* thread = current_thread();
    if (thread == nullptr || thread == this_cpu().idle) return; // boot: nothing else runs yet
    panic("sleeping function called in atomic context (preempt count %u, interrupts %s)", preempt_count(),
          irqs_enabled() ? "on" : "off");
}

} // namespace martlet

#endif
