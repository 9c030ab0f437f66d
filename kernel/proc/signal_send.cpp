// Sending signals: generation, ignoring, stop/continue side effects and the choice of the task that takes it.
//
// Standards: signal(7), kill(2), POSIX.1-2017 2.4.1. A signal whose default action ends the process starts
// the group exit here, at generation, so that a killable sleep of any task ends at once.
#include "proc/process_group.h"
#include "proc/signal_internal.h"
#include "proc/trace/tracing.h"
#include "sched/scheduler.h"

namespace martlet {

namespace {

/// A signal on its way. `only` names the task it is for; null: any task of the process.
struct Delivery {
    Task* only;
    int signal;
    PendingSignals::Origin origin;
    QueuedSignal* entry; // not yet charged to an account; cleared once it is queued
    PendingSignals::EntryList discarded;
};

void wake_all_for_kill(Process& process) REQUIRES(process.signals.lock) {
    for (Task& task : process.tasks) wake_for_kill(task);
}

/// SIGCONT: a stopped or stopping process goes on, whatever the signal's disposition.
void resume(Process& process) REQUIRES(process.signals.lock) {
    if (process.signals.stop_state == StopState::Running) return;
    process.signals.continue_to_announce = process.signals.stop_state == StopState::Stopped;
    if (process.signals.continue_to_announce) process.signals.has_unreported_continue = true;
    process.signals.stop_state = StopState::Running;
    process.signals.unreported_stop_signal = 0;
    process.signals.tasks_left_to_stop = 0;
    for (Task& task : process.tasks) {
        task.signals.is_stopped = false;
        task.set_work(ThreadWork::SignalPending);
        kick_seized_tracee(process, task);
        Scheduler::wake_stopped(task);
    }
}

bool wants(const Task& task, int signal) {
    if (task.signals.has_left) return false;
    // A stopped task takes nothing but SIGKILL; what comes meanwhile waits for SIGCONT.
    if (task.signals.is_stopped && signal != kSigKill && !is_traced(task)) return false;
    return !task.signals.blocked.contains(signal) || task.signals.waited.contains(signal);
}

Task* choose_task(Process& process, const Delivery& delivery) REQUIRES(process.signals.lock) {
    if (delivery.only) return wants(*delivery.only, delivery.signal) ? delivery.only : nullptr;
    for (Task& task : process.tasks)
        if (wants(task, delivery.signal)) return &task;
    return nullptr;
}

bool is_discarded(Process& process, const Delivery& delivery, const Task* target, u64 handler)
    REQUIRES(process.signals.lock) {
    bool is_kill = delivery.signal == kSigKill; // also ends a tracer's hold on a task that exits
    if (!target || (process.signals.is_exiting && !is_kill) || (delivery.only && target->signals.has_left)) return true;
    if (target->signals.blocked.contains(delivery.signal)) return false; // also process 1 may wait for it
    if (process.signals.is_unkillable && handler == abi::kSigDefault) return true;
    if (is_traced(*target) && !is_kill) return false; // its tracer decides
    return SignalActions::ignores(handler, delivery.signal);
}

bool is_fatal(const Delivery& delivery, const Task& task, u64 handler) {
    if (delivery.signal == kSigKill) return true;
    if (is_traced(task)) return false;
    if (task.signals.blocked.contains(delivery.signal) || handler != abi::kSigDefault) return false;
    return default_action(delivery.signal) == DefaultAction::Terminate; // a core dump is made by who takes the signal
}

/// Counts the entry against the target's user. False: RLIMIT_SIGPENDING is reached, which a standard signal
/// from kill(2) or the kernel may exceed.
bool charge(Process& process, QueuedSignal& entry, Task& target) {
    if (entry.source) return true; // counted since it was made
    bool may_exceed = !is_real_time_signal(entry.info.signal) && entry.info.code >= 0;
    entry.account = &target == current_thread() ? target.credentials().account : target.share_credentials()->account;
    if (entry.account->queued_signals.fetch_add(1, std::memory_order_relaxed) <
            process.limits.soft(Resource::PendingSignals) ||
        may_exceed)
        return true;
    entry.account->queued_signals.fetch_sub(1, std::memory_order_relaxed);
    entry.account = nullptr;
    return false;
}

/// EAGAIN: a signal that must not lose its information cannot be queued.
Result<void> generate(Process& process, Delivery& delivery) REQUIRES(process.signals.lock) {
    int signal = delivery.signal;
    if (signal == kSigCont) {
        discard_pending(process, kStopSignals, delivery.discarded);
        process.signals.may_begin_stop = false;
        resume(process);
    } else if (kStopSignals.contains(signal)) {
        discard_pending(process, SignalSet::of(kSigCont), delivery.discarded);
    }
    Task* target = delivery.only ? delivery.only : process.tasks.front();
    u64 handler = process.signals.actions->handler(signal);
    if (is_discarded(process, delivery, target, handler)) return {};
    PendingSignals& pending = delivery.only ? delivery.only->signals.pending : process.signals.pending;
    bool has_source = delivery.entry && delivery.entry->source; // timers each have their place in the queue
    if (!is_real_time_signal(signal) && pending.set().contains(signal) && !has_source) return {};
    bool must_queue = is_real_time_signal(signal) && delivery.origin == PendingSignals::Origin::User;
    bool is_queued = delivery.entry && charge(process, *delivery.entry, *target);
    // kill(2) succeeds without its information; sigqueue(3) of a real-time signal must not lose it.
    if (!is_queued && must_queue && (!delivery.entry || delivery.entry->info.code != abi::kSiUser))
        return Error(Errno::EAGAIN);
    pending.add(signal, is_queued ? std::exchange(delivery.entry, nullptr) : nullptr, delivery.origin);
    process.signals.queue.wake_all();
    Task* task = choose_task(process, delivery);
    if (!task) return {};
    if (is_fatal(delivery, *task, handler)) {
        if (!process.signals.is_exiting) begin_group_exit(process, signal);
        else wake_all_for_kill(process);
        return {};
    }
    wake_for_signal(*task);
    return {};
}

Result<void> send(Process& process, Task* only, int signal, PendingSignals::Origin origin, QueuedSignal* entry) {
    Delivery delivery{only, signal, origin, entry, {}};
    Result<void> result;
    {
        IrqLockGuard guard(process.signals.lock);
        result = generate(process, delivery);
    }
    free_queued_signal(delivery.entry);
    free_queued_signals(delivery.discarded);
    return result;
}

} // namespace

void wake_for_signal(Task& task) {
    task.set_work(ThreadWork::SignalPending);
    if (&task == current_thread() && task.state() == ThreadState::Runnable) return; // sees it on the way out
    if (!Scheduler::wake_interruptible(task)) Scheduler::kick(task);
}

void wake_for_kill(Task& task) {
    task.set_work(ThreadWork::KillPending);
    task.set_work(ThreadWork::SignalPending);
    if (!Scheduler::wake_killable(task) && !Scheduler::wake_stopped(task)) Scheduler::kick(task);
}

void recalculate_pending(Process& process, Task& task) {
    SignalSet pending = task.signals.pending.set() | process.signals.pending.set();
    SignalSet deliverable = pending & ~task.signals.blocked;
    bool is_leaving = process.signals.is_exiting || (process.signals.survivor && process.signals.survivor != &task);
    bool must_stop = process.signals.stop_state != StopState::Running && !task.signals.is_stopped;
    if (!deliverable.is_empty() || is_leaving || must_stop || process.signals.continue_to_announce ||
        task.signals.must_trap)
        task.set_work(ThreadWork::SignalPending);
    else
        task.clear_work(ThreadWork::SignalPending);
}

void begin_group_exit(Process& process, int status) {
    if (!process.signals.is_exiting) {
        process.signals.is_exiting = true;
        process.signals.exit_status = status;
        process.signals.stop_state = StopState::Running;
        wake_all_for_kill(process);
    }
}

void discard_pending(Process& process, SignalSet signals, PendingSignals::EntryList& discarded) {
    process.signals.pending.discard(signals, discarded);
    for (Task& task : process.tasks) task.signals.pending.discard(signals, discarded);
}

abi::SignalInfo sender_information(int signal, i32 code, i32 sender_id) {
    abi::SignalInfo info;
    info.signal = signal;
    info.code = code;
    info.sender = {};
    info.sender.process_id = sender_id;
    info.sender.user_id = current_task().credentials().real_uid;
    return info;
}

Result<void> send_signal(Process& process, const abi::SignalInfo& info) {
    return send(process, nullptr, info.signal, PendingSignals::Origin::User, allocate_queued_signal(info));
}
Result<void> send_signal_to_task(Task& task, const abi::SignalInfo& info) {
    return send(task.process(), &task, info.signal, PendingSignals::Origin::User, allocate_queued_signal(info));
}
Result<void> send_queued_signal(Process& process, QueuedSignal* entry, int signal) {
    return send(process, nullptr, signal, PendingSignals::Origin::User, entry);
}
void send_kernel_signal(Process& process, int signal) {
    (void)send(process, nullptr, signal, PendingSignals::Origin::Kernel, nullptr);
}
void send_kernel_signal_to_task(Task& task, int signal) {
    (void)send(task.process(), &task, signal, PendingSignals::Origin::Kernel, nullptr);
}
void send_child_signal(Process& parent, QueuedSignal* entry, int signal) {
    (void)send(parent, nullptr, signal, PendingSignals::Origin::Kernel, entry);
}

void send_timer_signal(Process& process, Task* task, QueuedSignal& entry) {
    (void)send(process, task, entry.info.signal, PendingSignals::Origin::Kernel, &entry);
}

void force_signal(const abi::SignalInfo& info) {
    Task& task = current_task();
    Process& process = task.process();
    QueuedSignal* entry = allocate_queued_signal(info);
    {
        IrqLockGuard guard(process.signals.lock);
        abi::SignalAction action = process.signals.actions->get(info.signal);
        if (action.handler == abi::kSigIgnore || task.signals.blocked.contains(info.signal)) {
            action.handler = abi::kSigDefault;
            process.signals.actions->set(info.signal, action);
            task.signals.blocked.remove(info.signal);
        }
        // Even init dies of its own fault (which then panics with the reason).
        if (action.handler == abi::kSigDefault) process.signals.is_unkillable = false;
        if (entry && !task.signals.pending.set().contains(info.signal)) {
            entry->account = task.credentials().account;
            entry->account->queued_signals.fetch_add(1, std::memory_order_relaxed);
            task.signals.pending.add(info.signal, std::exchange(entry, nullptr), PendingSignals::Origin::Kernel);
        } else {
            task.signals.pending.add(info.signal, nullptr, PendingSignals::Origin::Kernel);
        }
        task.set_work(ThreadWork::SignalPending);
    }
    free_queued_signal(entry);
}

void force_segmentation_fault() {
    abi::SignalInfo fault;
    fault.signal = kSigSegv;
    fault.code = abi::kSiKernel;
    force_signal(fault);
}

bool may_signal(const Credentials& sender, Process& target, int signal) {
    if (sender.has(Capability::Kill)) return true;
    Task* task = target.tasks.front();
    if (!task) return true; // a zombie takes signals without effect
    Ref<const Credentials> other = task->share_credentials();
    if (sender.effective_uid == other->saved_uid || sender.effective_uid == other->real_uid ||
        sender.real_uid == other->saved_uid || sender.real_uid == other->real_uid)
        return true;
    return signal == kSigCont && target.group && target.group->session == current_process().group->session;
}

bool signal_is_pending() { return current_thread()->has_work(ThreadWork::SignalPending); }

bool signal_is_blocked_or_ignored(Task& task, int signal) {
    Process& process = task.process();
    IrqLockGuard guard(process.signals.lock);
    return task.signals.blocked.contains(signal) ||
           process.signals.actions->get(signal).handler == abi::kSigIgnore;
}

void set_signal_mask(SignalSet mask) {
    Task& task = current_task();
    Process& process = task.process();
    mask = mask & ~kUnblockableSignals;
    IrqLockGuard guard(process.signals.lock);
    SignalSet newly_blocked = mask & ~task.signals.blocked;
    task.signals.blocked = mask;
    retarget_pending(process, task, newly_blocked);
    recalculate_pending(process, task);
}

void retarget_pending(Process& process, Task& task, SignalSet given_up) {
    SignalSet orphaned = process.signals.pending.set() & given_up;
    if (orphaned.is_empty()) return;
    for (Task& other : process.tasks) {
        if (&other == &task || other.signals.has_left || (orphaned & ~other.signals.blocked).is_empty()) continue;
        wake_for_signal(other);
    }
}

void begin_temporary_signal_mask(SignalSet mask) {
    Task& task = current_task();
    task.signals.saved_mask = task.signals.blocked;
    task.signals.restore_mask = true;
    set_signal_mask(mask);
}

void end_temporary_signal_mask(Interrupted interrupted) {
    Task& task = current_task();
    if (!task.signals.restore_mask || interrupted == Interrupted::Yes) return;
    task.signals.restore_mask = false;
    set_signal_mask(task.signals.saved_mask);
}

Result<void> begin_temporary_signal_mask(UserPtr<const u64> mask, usize size) {
    if (!mask) return {};
    if (size != sizeof(u64)) return Error(Errno::EINVAL);
    begin_temporary_signal_mask(SignalSet(TRY(mask.load())));
    return {};
}

} // namespace martlet
