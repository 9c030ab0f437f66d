// Switching, sleeping and waking. See sched/scheduler.h and sched/run_queue.h.
#include "sched/scheduler.h"

#include <atomic>

#include "arch/interrupts.h"
#include "sched/run_queue.h"
#include "time/clock.h"

namespace martlet {
namespace {

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
    note_idle(this_cpu().id, true);
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

void Scheduler::take_previous_back(RunQueue& queue, Thread& previous, SwitchReason reason) NO_THREAD_SAFETY_ANALYSIS {
    if (reason == SwitchReason::Yielded) queue.fall_behind(previous);
    if (!previous.may_run_on(queue.cpu.id)) [[unlikely]] {
        send_away(queue, previous);
        return;
    }
    bool to_back = reason != SwitchReason::Preempted || std::exchange(previous.goes_to_back_, false);
    queue.enqueue(previous, to_back ? RunQueue::Position::Back : RunQueue::Position::Front);
}

void Scheduler::switch_thread(SwitchReason reason) NO_THREAD_SAFETY_ANALYSIS {
    RunQueue& queue = *this_cpu().run_queue;
    Cpu& cpu = queue.cpu;
    Thread& previous = *cpu.current;
    if (queue.queued_count() == 0 && online_cpu_count() > 1 &&
        (&previous == cpu.idle || previous.state_.load(std::memory_order_relaxed) != ThreadState::Runnable))
        pull(queue, 1);
    queue.lock.lock();
    cpu.need_resched.store(false, std::memory_order_relaxed);
    queue.charge(previous);
    ThreadState state = previous.state_.load(std::memory_order_relaxed);
    bool stays = reason == SwitchReason::Preempted || state == ThreadState::Runnable;
    if (stays && &previous != cpu.idle) take_previous_back(queue, previous, reason);
    Thread& next = queue.pick_next();
    if (online_cpu_count() > 1 && (&next == cpu.idle || &previous == cpu.idle)) note_idle(cpu.id, &next == cpu.idle);
    next.slice_start_ns_ = previous.account_start_ns_;
    if (&next != &previous) {
        ++(stays ? previous.involuntary_switches_ : previous.voluntary_switches_);
        ++cpu.context_switches;
        if (previous.notices_switches_) previous.set_work(ThreadWork::Notify);
        next.account_start_ns_ = previous.account_start_ns_;
        if (state == ThreadState::Dead) queue.departed_ = &previous;
        if (&next != cpu.idle) queue.arm_tick();
        queue.note_running(next);
        cpu.current = &next;
        context_switch(previous, next);
    }
    finish_switch();
}

void Scheduler::finish_switch() NO_THREAD_SAFETY_ANALYSIS {
    // Not what switch_thread knew: this thread may have left from another CPU.
    RunQueue& queue = *this_cpu().run_queue;
    Thread* departed = std::exchange(queue.departed_, nullptr);
    if (queue.outgoing_.is_empty()) [[likely]] queue.lock.unlock_without_preemption();
    else deliver_outgoing(queue);
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

void Scheduler::yield() {
    might_sleep();
    u64 state = irq_save();
    switch_thread(SwitchReason::Yielded);
    irq_restore(state);
}

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

RunQueue& Scheduler::lock_queue_of(Thread& thread) NO_THREAD_SAFETY_ANALYSIS {
    for (;;) {
        u32 cpu_id = thread.cpu_.load(std::memory_order_acquire);
        RunQueue& queue = *cpu_by_id(cpu_id).run_queue;
        queue.lock.lock();
        if (thread.cpu_.load(std::memory_order_relaxed) == cpu_id) [[likely]] return queue;
        queue.lock.unlock();
    }
}

bool Scheduler::ask_to_switch(RunQueue& queue) {
    return !queue.cpu.need_resched.exchange(true, std::memory_order_relaxed) && queue.cpu.id != this_cpu().id;
}

bool Scheduler::wake_from(Thread& thread, u32 state_mask) NO_THREAD_SAFETY_ANALYSIS {
    u64 interrupt_state = irq_save();
    RunQueue* queue = &lock_queue_of(thread);
    bool woken = (state_mask & bit(thread.state_.load(std::memory_order_relaxed))) != 0;
    bool must_send = false;
    if (woken) {
        thread.state_.store(ThreadState::Runnable, std::memory_order_relaxed);
        // Not asleep yet: it notices by itself.
        if (&thread != queue->cpu.current && thread.place_ == QueuePlace::None) {
            u32 from = queue->cpu.id, to = choose_cpu(thread, from);
            if (to == from) {
                queue->enqueue_woken(thread);
                if (queue->should_preempt(thread)) must_send = ask_to_switch(*queue);
            } else {
                thread.virtual_runtime_ns_ -= queue->minimum_runtime_ns();
                thread.place_ = QueuePlace::Moving;
                thread.cpu_.store(to, std::memory_order_release);
                queue->lock.unlock();
                arrive(thread);
                irq_restore(interrupt_state);
                if (preempt_count() == 0 && irqs_enabled()) preempt_if_needed();
                return true;
            }
        }
    }
    u32 cpu_id = queue->cpu.id;
    queue->lock.unlock();
    if (must_send) send_reschedule_interrupt(cpu_id);
    irq_restore(interrupt_state);
    if (woken && preempt_count() == 0 && irqs_enabled()) preempt_if_needed();
    return woken;
}

bool Scheduler::wake(Thread& thread) {
    return wake_from(thread, bit(ThreadState::Interruptible) | bit(ThreadState::Killable) |
                                 bit(ThreadState::Uninterruptible));
}
bool Scheduler::wake_killable(Thread& thread) {
    return wake_from(thread, bit(ThreadState::Interruptible) | bit(ThreadState::Killable));
}
bool Scheduler::wake_interruptible(Thread& thread) { return wake_from(thread, bit(ThreadState::Interruptible)); }
bool Scheduler::wake_stopped(Thread& thread) { return wake_from(thread, bit(ThreadState::Stopped)); }

u64 Scheduler::run_time_ns(Thread& thread) NO_THREAD_SAFETY_ANALYSIS {
    u64 interrupt_state = irq_save();
    RunQueue& queue = lock_queue_of(thread);
    if (&thread == queue.cpu.current) queue.charge(thread);
    u64 run_time_ns = thread.run_time_ns_;
    queue.lock.unlock();
    irq_restore(interrupt_state);
    return run_time_ns;
}

bool Scheduler::is_running(const Thread* thread) {
    for (u32 id = 0; id < online_cpu_count(); ++id)
        if (std::atomic_ref(cpu_by_id(id).current).load(std::memory_order_relaxed) == thread) return true;
    return false;
}

void Scheduler::kick(Thread& thread) {
    PreemptGuard guard;
    u32 cpu_id = thread.cpu_.load(std::memory_order_acquire);
    if (cpu_id != this_cpu().id && cpu_by_id(cpu_id).current == &thread) send_reschedule_interrupt(cpu_id);
}

u64 Scheduler::total_context_switches() {
    u64 total = 0;
    for (u32 id = 0; id < online_cpu_count(); ++id) total += cpu_by_id(id).context_switches;
    return total;
}

u32 Scheduler::runnable_count() {
    u32 total = 0;
    for (u32 id = 0; id < online_cpu_count(); ++id) {
        const RunQueue& queue = *cpu_by_id(id).run_queue;
        total += queue.queued_count() + (queue.running_priority() >= 0 ? 1 : 0);
    }
    return total;
}

u32 Scheduler::working_cpu_count() {
    u32 total = 0;
    for (u32 id = 0; id < online_cpu_count(); ++id) total += cpu_by_id(id).run_queue->running_priority() >= 0 ? 1 : 0;
    return total;
}

Scheduler::CpuTimes Scheduler::cpu_times(u32 cpu_id) {
    Cpu& cpu = cpu_by_id(cpu_id);
    IrqLockGuard guard(cpu.run_queue->lock);
    if (cpu.current == cpu.idle) cpu.run_queue->charge(*cpu.idle);
    return {cpu.user_ns, cpu.nice_ns, cpu.system_ns, cpu.idle_ns};
}

} // namespace martlet
