// Who traces whom: attaching, letting go, and what the ends of tracers and tracees do (ptrace(2)).
#include "proc/exit.h"
#include "proc/signal_internal.h"
#include "proc/trace/tracing.h"
#include "sched/scheduler.h"

namespace martlet {

namespace {

bool is_leader(const Task& task) { return task.thread_id() == task.process().id(); }

void link_tracee(Task& tracer, Task& tracee, AttachMode mode, u32 options) REQUIRES(process_tree_lock) {
    Tracing& tracing = *tracee.tracing;
    tracing.options = options;
    tracing.is_seized = mode == AttachMode::Seize;
    tracing.may_trace_privileged = tracer.share_credentials()->has(Capability::SysPtrace);
    tracing.resume = TraceResume::Run;
    tracing.single_steps = false;
    tracee.acquire(); // the list's reference
    tracer.tracees.push_back(tracee);
    if (is_leader(tracee)) tracee.process().traced_leader = &tracee;
    tracee.tracer.store(&tracer, std::memory_order_relaxed);
}

/// The number of a thread that ended while it was traced is free at last.
void release_number(Task& tracee) REQUIRES(process_tree_lock) {
    Pid* pid = PidTable::find(tracee.thread_id());
    if (!pid || pid->unwaited_tracee != &tracee) return;
    pid->unwaited_tracee = nullptr;
    PidTable::release_if_unused(*pid);
}

} // namespace

Result<void> prepare_tracing(Task& task) {
    Own<Tracing> made = TRY(make_own<Tracing>());
    IrqLockGuard guard(process_tree_lock);
    if (!task.tracing) task.tracing = std::move(made);
    return {};
}

Result<void> attach_to_parent() {
    Task& self = current_task();
    Process& process = self.process();
    TRY(prepare_tracing(self));
    IrqLockGuard guard(process_tree_lock);
    if (is_traced(self) || !process.parent) return Error(Errno::EPERM);
    // The thread that made this process, or whichever is left of its own.
    Task* tracer = process.parent->tasks.front();
    for (Task& task : process.parent->tasks)
        if (task.thread_id() == process.creator_thread_id) tracer = &task;
    if (!tracer || tracer->signals.has_left) return Error(Errno::EPERM);
    link_tracee(*tracer, self, AttachMode::Attach, 0);
    return {};
}

Result<void> attach_tracee(Task& tracee, AttachMode mode, u32 options) {
    TRY(prepare_tracing(tracee));
    {
        IrqLockGuard guard(process_tree_lock);
        if (is_traced(tracee) || !tracee.pid || tracee.signals.has_left) return Error(Errno::EPERM);
        link_tracee(current_task(), tracee, mode, options);
        // One that is stopped already has to stop for its tracer.
        Process& process = tracee.process();
        IrqLockGuard signals_guard(process.signals.lock);
        if (tracee.signals.is_stopped) {
            tracee.signals.must_trap = true;
            tracee.set_work(ThreadWork::SignalPending);
            Scheduler::wake_stopped(tracee);
        }
    }
    if (mode == AttachMode::Attach) {
        abi::SignalInfo info;
        info.signal = kSigStop;
        info.code = abi::kSiKernel;
        return send_signal_to_task(tracee, info);
    }
    return {};
}

void inherit_tracer(Task& child) {
    Task& self = current_task();
    Task* tracer = self.tracer.load(std::memory_order_relaxed);
    if (!tracer || !child.tracing) return;
    Tracing& own = *self.tracing;
    link_tracee(*tracer, child, own.is_seized ? AttachMode::Seize : AttachMode::Attach, own.options);
    child.tracing->may_trace_privileged = own.may_trace_privileged;
    IrqLockGuard guard(child.process().signals.lock);
    if (own.is_seized) child.signals.must_trap = true;
    else child.signals.pending.add(kSigStop, nullptr, PendingSignals::Origin::User);
    child.set_work(ThreadWork::SignalPending);
}

Ref<Task> unlink_tracee(Task& tracee) {
    tracee.tracee_node.unlink();
    tracee.tracer.store(nullptr, std::memory_order_relaxed);
    Process& process = tracee.process();
    if (process.traced_leader == &tracee) process.traced_leader = nullptr;
    tracee.tracing->options = 0;
    update_call_tracing(tracee);
    {
        // In a stopped process it stays stopped, now for job control.
        IrqLockGuard guard(process.signals.lock);
        tracee.signals.must_trap = false;
        if (process.signals.stop_state == StopState::Stopped && tracee.signals.is_stopped) {
            tracee.signals.is_stopped = false;
            tracee.set_work(ThreadWork::SignalPending);
        }
    }
    return Ref<Task>::adopt(&tracee);
}

Ref<Task> reap_tracee(Task& tracee) {
    release_number(tracee);
    return unlink_tracee(tracee);
}

void resume_tracee(Task& tracee, const TraceResumption& resumption) {
    Tracing& tracing = *tracee.tracing;
    tracing.resume_signal = resumption.signal;
    tracing.resume = resumption.how;
    tracing.single_steps = resumption.single_steps;
    tracing.is_unreported = false;
    update_call_tracing(tracee);
    tracing.state.store(TraceState::Running, std::memory_order_release);
    tracing.resumed.wake_all();
}

void detach_tracee(Task& tracee, int signal) {
    Ref<Task> reference;
    IrqLockGuard guard(process_tree_lock);
    if (tracee.tracer.load() != &current_task()) return; // another thread's execve has taken its place
    reference = unlink_tracee(tracee);
    resume_tracee(tracee, {.signal = signal});
}

void release_tracees() {
    Task& self = current_task();
    for (;;) {
        Ref<Task> tracee;
        Ref<Process> reaped;
        IrqLockGuard guard(process_tree_lock);
        Task* first = self.tracees.front();
        if (!first) return;
        Process& process = first->process();
        Tracing& tracing = *first->tracing;
        bool kills = (tracing.options & kTraceExitKill) != 0;
        bool was_leader_of_zombie = process.traced_leader == first && process.state == ProcessState::Zombie;
        bool was_stranger = is_traced_by_stranger(process);
        tracee = unlink_tracee(*first);
        if (tracing.has_ended) {
            release_number(*first);
            if (was_leader_of_zombie && was_stranger) reaped = tell_parent_of_end(process);
            continue;
        }
        if (kills) send_kernel_signal(process, kSigKill);
        if (tracing.state.load() != TraceState::Running)
            resume_tracee(*first, {.signal = tracing.kind == TraceStopKind::Signal ? tracing.stop_code : 0});
    }
}

void note_end_of_tracee(Task& tracee, int status) {
    if (!is_traced(tracee)) return;
    Tracing& tracing = *tracee.tracing;
    tracing.has_ended = true;
    tracing.end_status = status;
    if (is_leader(tracee)) return; // reported when the last thread of the process has left
    Pid* pid = PidTable::find(tracee.thread_id());
    pid->unwaited_tracee = &tracee;
    bool is_killed = (status & 0x7f) != 0;
    notify_tracer(tracee, nullptr, is_killed ? abi::kCldKilled : abi::kCldExited,
                  is_killed ? status & 0x7f : status >> 8);
}

void notify_tracer(Task& tracee, QueuedSignal* entry, i32 code, int status) {
    Task* tracer = tracee.tracer.load();
    if (!tracer) return free_queued_signal(entry);
    Process& process = tracer->process();
    bool is_stop = code == abi::kCldTrapped || code == abi::kCldStopped;
    bool wants_signal;
    {
        IrqLockGuard guard(process.signals.lock);
        abi::SignalAction action = process.signals.actions->get(kSigChld);
        wants_signal = action.handler != abi::kSigIgnore && !(is_stop && (action.flags & abi::kSaNoClDStop));
    }
    if (entry) {
        entry->info.signal = kSigChld;
        entry->info.code = code;
        entry->info.child = {};
        entry->info.child.process_id = tracee.thread_id();
        entry->info.child.user_id = tracee.share_credentials()->real_uid;
        entry->info.child.status = status;
    }
    if (wants_signal) send_child_signal(process, entry, kSigChld);
    else free_queued_signal(entry);
    process.child_event.wake_all();
}

bool is_traced_by_stranger(const Process& process) {
    Task* tracer = process.traced_leader ? process.traced_leader->tracer.load() : nullptr;
    return tracer && &tracer->process() != process.parent;
}

bool is_traced_by_parent(const Process& process) {
    Task* tracer = process.traced_leader ? process.traced_leader->tracer.load() : nullptr;
    return tracer && &tracer->process() == process.parent;
}

void kick_seized_tracee(Process& process, Task& task) {
    if (!is_traced(task) || !task.tracing->is_seized) return;
    task.signals.must_trap = true;
    task.set_work(ThreadWork::SignalPending);
    TraceState listening = TraceState::Listening;
    if (task.tracing->state.compare_exchange_strong(listening, TraceState::Running)) task.tracing->resumed.wake_all();
}

void update_call_tracing(Task& task) {
    Tracing* tracing = task.tracing.get();
    bool traces = tracing && is_traced(task) && (tracing->resume != TraceResume::Run || tracing->single_steps);
    if (!traces) task.clear_work(ThreadWork::TraceCalls);
    // Read after the bit was cleared: a filter that another thread attaches meanwhile must not get lost.
    if (traces || task.user_dispatch.is_on || task.seccomp.mode.load() != SeccompMode::Disabled)
        task.set_work(ThreadWork::TraceCalls);
}

} // namespace martlet
