// Debug kernels: lock order and sleeping in atomic context, checked at every acquisition.
#include "base/assert.h"
#include "sched/thread.h"
#include "sync/spinlock.h"

#ifdef MARTLET_DEBUG

namespace martlet {

namespace {

constexpr u8 kTakenInInterrupt = 0x80;

/// Epolls that watch epolls form a tree without cycles (epoll_ctl(2) checks it): that is their order. Two
/// sockets are taken in order of address.
bool may_nest(LockRank rank) { return rank == LockRank::EventQueue || rank == LockRank::Socket; }

u8 entry_of(LockRank rank) {
    return static_cast<u8>(rank) | (this_cpu().interrupt_depth > 0 ? kTakenInInterrupt : u8{0});
}

} // namespace

void note_spinlock_acquired(LockRank rank) {
    u64 state = irq_save();
    Cpu& cpu = this_cpu();
    u32 held = cpu.held_lock_count;
    u8 entry = entry_of(rank);
    ASSERT(held < sizeof cpu.held_lock_ranks);
    // An interrupt starts a new order: what it interrupted holds only locks that no interrupt handler takes.
    if (held > 0 && (cpu.held_lock_ranks[held - 1] & kTakenInInterrupt) == (entry & kTakenInInterrupt) &&
        cpu.held_lock_ranks[held - 1] >= entry && !(cpu.held_lock_ranks[held - 1] == entry && may_nest(rank))) {
        u32 top = cpu.held_lock_ranks[held - 1] & ~kTakenInInterrupt;
        cpu.held_lock_count = 0; // panic takes locks too
        panic("lock order: rank %u taken while rank %u is held", static_cast<u32>(rank), top);
    }
    cpu.held_lock_ranks[cpu.held_lock_count++] = entry;
    irq_restore(state);
}

void note_spinlock_released(LockRank rank) {
    u64 state = irq_save();
    Cpu& cpu = this_cpu();
    u8 entry = entry_of(rank);
    for (u32 index = cpu.held_lock_count; index-- > 0;) {
        if (cpu.held_lock_ranks[index] != entry) continue;
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
