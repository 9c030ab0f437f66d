// Which CPU a thread runs on: when it wakes, when a CPU has nothing to do, when the load is uneven, when the
// affinity or the priority changes.
//
// A woken thread goes to the CPU where it ran last if that is idle (its cache is warm), else to an idle one,
// else to the less loaded of its last and the waker's. A CPU that runs out of work takes some from the
// longest queue; a busy one with a queue wakes an idle CPU at its tick, and now and then evens out with the
// longest queue. Idle CPUs are a mask: whoever gives one work takes its bit, so that two wakers choose two
// CPUs.
#include <algorithm>
#include <utility>

#include "arch/interrupts.h"
#include "sched/run_queue.h"
#include "sched/scheduler.h"

namespace martlet {
namespace {

std::atomic<CpuMask> g_idle_cpus = 0;

/// Every so many ticks a busy CPU looks for a longer queue than its own.
constexpr u32 kBalanceTicks = 8;

bool claim_idle(u32 cpu_id) {
    CpuMask bit = cpu_bit(cpu_id);
    return (g_idle_cpus.load(std::memory_order_relaxed) & bit) &&
           (g_idle_cpus.fetch_and(~bit, std::memory_order_acq_rel) & bit);
}

u32 lowest(CpuMask cpus) { return static_cast<u32>(__builtin_ctzll(cpus)); }

/// What a CPU has to do, the running thread included.
u32 load_of(u32 cpu_id) {
    const RunQueue& queue = *cpu_by_id(cpu_id).run_queue;
    return queue.queued_count() + (queue.running_priority() >= 0 ? 1 : 0);
}

u32 least_loaded(CpuMask cpus) {
    u32 best = lowest(cpus);
    for (CpuMask rest = cpus & (cpus - 1); rest != 0; rest &= rest - 1)
        if (load_of(lowest(rest)) < load_of(best)) best = lowest(rest);
    return best;
}

/// The CPU that runs the least important thread, if that is less important than `priority`; else `otherwise`.
u32 least_important(CpuMask cpus, int priority, u32 otherwise) {
    u32 best = otherwise;
    int lowest_priority = priority;
    for (; cpus != 0; cpus &= cpus - 1) {
        int running = cpu_by_id(lowest(cpus)).run_queue->running_priority();
        if (running >= lowest_priority) continue;
        lowest_priority = running;
        best = lowest(cpus);
    }
    return best;
}

} // namespace

void Scheduler::note_idle(u32 cpu_id, bool is_idle) {
    CpuMask bit = cpu_bit(cpu_id);
    if (is_idle == ((g_idle_cpus.load(std::memory_order_relaxed) & bit) != 0)) return;
    if (is_idle) g_idle_cpus.fetch_or(bit, std::memory_order_acq_rel);
    else g_idle_cpus.fetch_and(~bit, std::memory_order_acq_rel);
}

u32 Scheduler::choose_cpu(const Thread& thread, u32 previous_cpu) {
    if (online_cpu_count() == 1) return previous_cpu;
    CpuMask allowed = thread.affinity() & online_cpus();
    if (allowed == 0) allowed = online_cpus();
    bool may_stay = (allowed & cpu_bit(previous_cpu)) != 0;
    if (may_stay && claim_idle(previous_cpu)) return previous_cpu;
    while (CpuMask idle = g_idle_cpus.load(std::memory_order_relaxed) & allowed)
        if (claim_idle(lowest(idle))) return lowest(idle);
    if (!may_stay) return least_loaded(allowed);
    u32 here = this_cpu().id;
    u32 best = (allowed & cpu_bit(here)) && load_of(here) < load_of(previous_cpu) ? here : previous_cpu;
    if (thread.real_time_priority_ == 0) [[likely]] return best;
    int priority = static_cast<int>(thread.real_time_priority_);
    if (cpu_by_id(previous_cpu).run_queue->running_priority() < priority) return previous_cpu;
    return least_important(allowed, priority, best);
}

void Scheduler::arrive(Thread& thread) NO_THREAD_SAFETY_ANALYSIS {
    u32 cpu_id = thread.cpu_.load(std::memory_order_relaxed);
    RunQueue& queue = *cpu_by_id(cpu_id).run_queue;
    queue.lock.lock();
    thread.virtual_runtime_ns_ += queue.minimum_runtime_ns();
    queue.enqueue_woken(thread);
    bool must_send = queue.should_preempt(thread) && ask_to_switch(queue);
    queue.lock.unlock();
    if (must_send) send_reschedule_interrupt(cpu_id);
}

void Scheduler::send_away(RunQueue& queue, Thread& thread) NO_THREAD_SAFETY_ANALYSIS {
    CpuMask allowed = thread.affinity() & online_cpus() & ~cpu_bit(queue.cpu.id);
    if (allowed == 0) allowed = online_cpus(); // the mask has changed this moment: whoever changed it will ask again
    thread.virtual_runtime_ns_ -= queue.minimum_runtime_ns();
    thread.place_ = QueuePlace::Moving;
    CpuMask idle = g_idle_cpus.load(std::memory_order_relaxed) & allowed;
    thread.cpu_.store(idle != 0 ? lowest(idle) : least_loaded(allowed), std::memory_order_release);
    queue.outgoing_.push_back(thread);
}

void Scheduler::deliver_outgoing(RunQueue& queue) NO_THREAD_SAFETY_ANALYSIS {
    while (Thread* thread = queue.outgoing_.pop_front()) {
        queue.lock.unlock_without_preemption();
        arrive(*thread); // preemption is off still
        preempt_count_decrement();
        queue.lock.lock();
    }
    queue.lock.unlock_without_preemption();
}

/// Takes a thread from the longest queue if that is at least `surplus` longer than this one.
void Scheduler::pull(RunQueue& queue, u32 surplus) NO_THREAD_SAFETY_ANALYSIS {
    u32 self = queue.cpu.id, longest = self, length = queue.queued_count() + surplus - 1;
    for (u32 id = 0; id < online_cpu_count(); ++id) {
        if (id == self || cpu_by_id(id).run_queue->queued_count() <= length) continue;
        longest = id;
        length = cpu_by_id(id).run_queue->queued_count();
    }
    if (longest == self) return;
    RunQueue& victim = *cpu_by_id(longest).run_queue;
    victim.lock.lock();
    Thread* thread = victim.take_for(self);
    victim.lock.unlock();
    if (thread) arrive(*thread);
}

void Scheduler::balance(RunQueue& queue, u32 tick) {
    if (online_cpu_count() == 1) return;
    CpuMask idle = g_idle_cpus.load(std::memory_order_relaxed);
    if (queue.queued_count() > 0 && idle != 0 && claim_idle(lowest(idle))) {
        // It pulls when it finds nothing of its own.
        if (ask_to_switch(*cpu_by_id(lowest(idle)).run_queue)) send_reschedule_interrupt(lowest(idle));
    } else if (tick % kBalanceTicks == 0) {
        pull(queue, 2);
    }
}

Result<void> Scheduler::set_affinity(Thread& thread, CpuMask cpus) NO_THREAD_SAFETY_ANALYSIS {
    cpus &= online_cpus();
    if (cpus == 0) return Error(Errno::EINVAL);
    thread.affinity_.store(cpus, std::memory_order_seq_cst);
    for (;;) {
        u64 interrupt_state = irq_save();
        RunQueue& queue = lock_queue_of(thread);
        u32 cpu_id = queue.cpu.id;
        bool is_settled = thread.may_run_on(cpu_id);
        bool must_send = false, must_arrive = false, is_running = &thread == queue.cpu.current;
        if (!is_settled && is_running) {
            must_send = ask_to_switch(queue);
        } else if (!is_settled && thread.place_ == QueuePlace::Queued) {
            queue.dequeue(thread);
            thread.virtual_runtime_ns_ -= queue.minimum_runtime_ns();
            thread.place_ = QueuePlace::Moving;
            thread.cpu_.store(least_loaded(thread.affinity() & online_cpus()), std::memory_order_release);
            must_arrive = true;
        } else if (thread.place_ == QueuePlace::None) {
            is_settled = true; // asleep: it wakes where it may run
        }
        queue.lock.unlock();
        if (must_send) send_reschedule_interrupt(cpu_id);
        if (must_arrive) arrive(thread);
        irq_restore(interrupt_state);
        if (is_settled) return {};
        if (&thread == current_thread()) preempt_if_needed();
        else cpu_relax(); // its CPU switches as soon as it takes interrupts
    }
}

void Scheduler::set_parameters(Thread& thread, const SchedulingParameters& parameters) {
    set_class(thread, parameters, thread.inherited_priority_);
}

void Scheduler::set_inherited_priority(Thread& thread, u32 priority) {
    if (thread.inherited_priority_ != priority) set_class(thread, thread.scheduling(), priority);
}

void Scheduler::set_class(Thread& thread, const SchedulingParameters& parameters,
                          u32 inherited_priority) NO_THREAD_SAFETY_ANALYSIS {
    u32 priority = std::max(parameters.real_time_priority, inherited_priority);
    u64 interrupt_state = irq_save();
    RunQueue& queue = lock_queue_of(thread);
    bool is_queued = thread.place_ == QueuePlace::Queued, is_running = &thread == queue.cpu.current;
    bool must_send = false;
    if (is_running) queue.charge(thread);
    if (is_queued) queue.dequeue(thread);
    bool loses = priority < thread.real_time_priority_;
    thread.policy_ = parameters.policy;
    thread.own_priority_ = parameters.real_time_priority;
    thread.inherited_priority_ = inherited_priority;
    thread.real_time_priority_ = priority;
    thread.nice_ = parameters.nice;
    thread.resets_on_fork_ = parameters.resets_on_fork;
    thread.turn_used_ns_ = 0;
    if (is_queued) {
        // A fair thread that was real-time for long must not claim the time that the others had meanwhile.
        queue.enqueue_woken(thread);
        if (queue.should_preempt(thread)) must_send = ask_to_switch(queue);
    } else if (is_running) {
        queue.note_running(thread);
        if (loses && queue.queued_count() != 0) must_send = ask_to_switch(queue);
    }
    u32 cpu_id = queue.cpu.id;
    queue.lock.unlock();
    if (must_send) send_reschedule_interrupt(cpu_id);
    irq_restore(interrupt_state);
    if (preempt_count() == 0 && irqs_enabled()) preempt_if_needed();
}

} // namespace martlet
