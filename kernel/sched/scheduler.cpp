// Switching, sleeping and waking. See sched/scheduler.h and sched/run_queue.h.
#include "sched/scheduler.h"

#include "arch/interrupts.h"
#include "sched/run_queue.h"
#include "time/clock.h"

namespace martlet {
namespace {

/// The thread that left this CPU for good in the switch under way; its reference is dropped when its stack is free.
Thread* g_departed[kMaxCpus];

constexpr u32 bit(ThreadState state) { return 1u << static_cast<u32>(state); }

} // namespace

void Scheduler::init_this_cpu() {
    Cpu& cpu = this_cpu();
    Thread* idle = new (std::nothrow) Thread;
    auto queue = make_own<RunQueue>(cpu);
    if (!idle || !queue) panic("no memory for the scheduler of CPU %u", cpu.id);
    idle->set_name("idle");
    idle->state_ = ThreadState::Runnable;
    idle->cpu_ = cpu.id;
    idle->account_start_ns_ = monotonic_ns();
    cpu.run_queue = queue->release();
    cpu.idle = idle;
    cpu.current = idle;
}

void Scheduler::idle() {
    for (;;) {
        irq_disable();
        if (this_cpu().need_resched.load(std::memory_order_relaxed)) {
            switch_thread(SwitchReason::Voluntary);
            irq_enable();
        } else {
            cpu_wait_for_interrupt();
        }
    }
}

void Scheduler::switch_thread(SwitchReason reason) NO_THREAD_SAFETY_ANALYSIS {
    RunQueue& queue = *this_cpu().run_queue;
    queue.lock.lock();
    Cpu& cpu = queue.cpu;
    Thread& previous = *cpu.current;
    cpu.need_resched.store(false, std::memory_order_relaxed);
    queue.charge(previous);
    ThreadState state = previous.state_.load(std::memory_order_relaxed);
    bool stays = reason == SwitchReason::Preempted || state == ThreadState::Runnable;
    if (stays && &previous != cpu.idle) queue.enqueue(previous);
    Thread& next = queue.pick_next();
    next.slice_start_ns_ = previous.account_start_ns_;
    if (&next != &previous) {
        ++(stays ? previous.involuntary_switches_ : previous.voluntary_switches_);
        ++cpu.context_switches;
        next.account_start_ns_ = previous.account_start_ns_;
        if (state == ThreadState::Dead) g_departed[cpu.id] = &previous;
        if (&next != cpu.idle) queue.arm_tick();
        cpu.current = &next;
        context_switch(previous, next);
    }
    finish_switch();
}

void Scheduler::finish_switch() NO_THREAD_SAFETY_ANALYSIS {
    Cpu& cpu = this_cpu();
    Thread* departed = g_departed[cpu.id];
    g_departed[cpu.id] = nullptr;
    cpu.run_queue->lock.unlock_without_preemption();
    preempt_count_decrement();
    if (departed) departed->release();
}

void Scheduler::first_run(void* thread_pointer) {
    Thread& thread = *static_cast<Thread*>(thread_pointer);
    finish_switch();
    irq_enable();
    thread.entry_(thread.argument_);
    Thread::exit();
}

void Scheduler::schedule() {
    might_sleep();
    u64 state = irq_save();
    switch_thread(SwitchReason::Voluntary);
    irq_restore(state);
}

void Scheduler::yield() { schedule(); }

void Scheduler::preempt_if_needed() {
    u64 state = irq_save();
    while (preempt_count() == 0 && this_cpu().need_resched.load(std::memory_order_relaxed))
        switch_thread(SwitchReason::Preempted);
    irq_restore(state);
}

void preempt_after_enable() {
    if (irqs_enabled()) Scheduler::preempt_if_needed();
}

void Scheduler::set_state(ThreadState state) { current_thread()->state_.store(state, std::memory_order_seq_cst); }

bool Scheduler::wake_from(Thread& thread, u32 state_mask) {
    // A thread changes its queue only while it is not running, under the lock of the old one.
    u64 interrupt_state = irq_save();
    bool woken = false;
    u32 cpu_id;
    for (;;) {
        cpu_id = thread.cpu_.load(std::memory_order_acquire);
        RunQueue& queue = *cpu_by_id(cpu_id).run_queue;
        LockGuard guard(queue.lock);
        if (thread.cpu_.load(std::memory_order_relaxed) != cpu_id) continue;
        if (!(state_mask & bit(thread.state_.load(std::memory_order_relaxed)))) break;
        thread.state_.store(ThreadState::Runnable, std::memory_order_relaxed);
        woken = true;
        Thread& current = *queue.cpu.current;
        if (&thread == &current || thread.is_queued_) break; // not asleep yet: it notices by itself
        queue.enqueue_woken(thread);
        queue.charge(current);
        if (!queue.should_preempt(current, thread)) break;
        queue.cpu.need_resched.store(true, std::memory_order_relaxed);
        break;
    }
    if (woken && cpu_id != this_cpu().id && cpu_by_id(cpu_id).need_resched.load(std::memory_order_relaxed))
        send_reschedule_interrupt(cpu_id);
    irq_restore(interrupt_state);
    if (woken && preempt_count() == 0 && irqs_enabled()) preempt_if_needed();
    return woken;
}

bool Scheduler::wake(Thread& thread) {
    return wake_from(thread, bit(ThreadState::Interruptible) | bit(ThreadState::Killable) | bit(ThreadState::Uninterruptible));
}
bool Scheduler::wake_killable(Thread& thread) {
    return wake_from(thread, bit(ThreadState::Interruptible) | bit(ThreadState::Killable));
}
bool Scheduler::wake_interruptible(Thread& thread) { return wake_from(thread, bit(ThreadState::Interruptible)); }
bool Scheduler::wake_stopped(Thread& thread) { return wake_from(thread, bit(ThreadState::Stopped)); }

u64 Scheduler::total_context_switches() {
    u64 total = 0;
    for (u32 id = 0; id < online_cpu_count(); ++id) total += cpu_by_id(id).context_switches;
    return total;
}

u32 Scheduler::runnable_count() {
    u32 total = 0;
    for (u32 id = 0; id < online_cpu_count(); ++id) {
        Cpu& cpu = cpu_by_id(id);
        total += cpu.run_queue->queued_count() + (cpu.current != cpu.idle ? 1 : 0);
    }
    return total;
}

Scheduler::CpuTimes Scheduler::cpu_times(u32 cpu_id) {
    Cpu& cpu = cpu_by_id(cpu_id);
    u64 idle_ns = cpu.idle_ns;
    if (cpu.current == cpu.idle) idle_ns += monotonic_ns() - cpu.idle->account_start_ns_;
    return {cpu.user_ticks * kTickNs, cpu.nice_ticks * kTickNs, cpu.system_ticks * kTickNs, idle_ns};
}

} // namespace martlet
