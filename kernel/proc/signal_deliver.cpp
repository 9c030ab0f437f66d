// Delivery of signals on the way back to user mode: handlers, default actions, job-control stops, restarts of calls.
//
// Standards: signal(7) (restart rules, default actions), POSIX.1-2017 2.4. Runs on the task's own kernel stack.
#include "arch/faults.h"
#include "proc/core/core_dump.h"
#include "proc/exit.h"
#include "proc/process_group.h"
#include "proc/signal_internal.h"
#include "proc/trace/tracing.h"
#include "sched/scheduler.h"

namespace martlet {

namespace {

constexpr u64 kNoSystemCall = ~0ull;
constexpr u64 kRestartSyscallNumber = 219;
constexpr u64 kSyscallInstructionSize = 2;

/// What the task has to do next about signals.
struct Decision {
    enum class Kind : u8 { Nothing, Handle, Again } kind = Kind::Nothing;
    abi::SignalInfo info;
    abi::SignalAction action;
};

bool is_result(const TrapFrame& frame, Errno code) { return frame.rax == static_cast<u64>(-static_cast<i64>(code)); }

void repeat_call(TrapFrame& frame, u64 number) {
    frame.rax = number;
    frame.rip -= kSyscallInstructionSize;
    frame.orig_rax = kNoSystemCall;
}

/// No handler runs: every interrupted call goes on.
void restart_without_handler(TrapFrame& frame) {
    if (frame.orig_rax == kNoSystemCall) return;
    if (is_result(frame, Errno::kRestartBlock)) repeat_call(frame, kRestartSyscallNumber);
    else if (is_result(frame, Errno::kRestartSys) || is_result(frame, Errno::kRestartNoIntr) ||
             is_result(frame, Errno::kRestartNoHandler))
        repeat_call(frame, frame.orig_rax);
}

/// A handler is about to run: the call fails with EINTR or will be repeated after the handler.
void restart_around_handler(TrapFrame& frame, const abi::SignalAction& action) {
    if (frame.orig_rax == kNoSystemCall) return;
    bool restarts = is_result(frame, Errno::kRestartNoIntr) ||
                    (is_result(frame, Errno::kRestartSys) && (action.flags & abi::kSaRestart));
    bool fails = is_result(frame, Errno::kRestartSys) || is_result(frame, Errno::kRestartNoHandler) ||
                 is_result(frame, Errno::kRestartBlock);
    if (restarts) repeat_call(frame, frame.orig_rax);
    else if (fails) frame.rax = static_cast<u64>(-static_cast<i64>(Errno::EINTR));
}

/// Until SIGCONT, the end of the task, or a tracer.
void sleep_while_stopped(Process& process, Task& task) {
    for (;;) {
        {
            IrqLockGuard guard(process.signals.lock);
            bool must_leave =
                process.signals.is_exiting || (process.signals.survivor && process.signals.survivor != &task);
            if (!task.signals.is_stopped || must_leave || is_traced(task)) return;
            Scheduler::set_state(ThreadState::Stopped); // who ends the stop changes the above first, then wakes
        }
        Scheduler::schedule();
    }
}

/// The group stop: this task stops; the last one tells the parent. Returns when SIGCONT or SIGKILL arrives,
/// or when a tracer attaches; for a tracee, when its tracer says so.
void stop_here(Process& process, Task& task) {
    bool must_announce = false, has_tracer = is_traced(task);
    int signal = 0;
    {
        IrqLockGuard guard(process.signals.lock);
        if (process.signals.stop_state == StopState::Running || task.signals.is_stopped) return;
        task.signals.is_stopped = true;
        signal = process.signals.stop_signal;
        if (process.signals.stop_state == StopState::Stopping) must_announce = count_as_stopped(process);
    }
    if (must_announce) announce_stop(process, signal);
    if (has_tracer) trace_trap_stop();
    else sleep_while_stopped(process, task);
}

/// A stop signal with its default action: all tasks stop, unless the group is orphaned (POSIX.1-2017 2.4.3).
void begin_stop(Process& process, int signal) {
    if (signal != kSigStop) {
        IrqLockGuard guard(process_tree_lock);
        if (process.group->is_orphaned()) return;
    }
    IrqLockGuard guard(process.signals.lock);
    if (process.signals.stop_state != StopState::Running || process.signals.is_exiting) return;
    // A SIGCONT that came after the stop signal was taken has discarded nothing, but wins.
    if (!process.signals.may_begin_stop) return;
    process.signals.stop_state = StopState::Stopping;
    process.signals.stop_signal = signal;
    process.signals.tasks_left_to_stop = 0;
    for (Task& task : process.tasks) {
        if (task.signals.has_left) continue;
        ++process.signals.tasks_left_to_stop;
        wake_for_signal(task);
    }
}

/// What the process does about the signal; a handler that runs once is forgotten here.
abi::SignalAction take_action(Process& process, int signal) REQUIRES(process.signals.lock) {
    abi::SignalAction action = process.signals.actions->get(signal);
    if ((action.flags & abi::kSaResetHand) && action.handler > abi::kSigIgnore)
        process.signals.actions->set(signal, {});
    return action;
}

/// Lets the tracer see the signal first; false if nothing is left to do about it.
bool pass_by_tracer(Process& process, Task& task, Decision& decision) {
    int signal = trace_signal_stop(decision.info);
    if (signal == 0) return false;
    if (task.signals.blocked.contains(signal)) {
        (void)send_signal_to_task(task, decision.info);
        return false;
    }
    IrqLockGuard guard(process.signals.lock);
    decision.action = take_action(process, signal);
    return true;
}

/// Takes one signal or duty and does what it says, as far as no handler is involved.
Decision decide(Process& process, Task& task) {
    Decision decision;
    QueuedSignal* consumed = nullptr;
    enum class Duty : u8 { None, Leave, LeaveAlone, Stop, Trap, AnnounceContinue } duty = Duty::None;
    int exit_status = 0;
    bool is_unkillable = false, passes_tracer = false;
    {
        IrqLockGuard guard(process.signals.lock);
        if (process.signals.is_exiting) {
            duty = Duty::Leave;
            exit_status = process.signals.exit_status;
        } else if (process.signals.survivor && process.signals.survivor != &task) {
            duty = Duty::LeaveAlone;
        } else if (process.signals.continue_to_announce) {
            process.signals.continue_to_announce = false;
            duty = Duty::AnnounceContinue;
        } else if (process.signals.stop_state != StopState::Running && !task.signals.is_stopped) {
            duty = Duty::Stop;
        } else if (task.signals.must_trap) {
            duty = Duty::Trap;
        } else {
            int signal = task.signals.pending.take(task.signals.blocked, decision.info, consumed);
            if (signal == 0) signal = process.signals.pending.take(task.signals.blocked, decision.info, consumed);
            if (signal != 0) {
                passes_tracer = is_traced(task) && signal != kSigKill;
                if (!passes_tracer) decision.action = take_action(process, signal);
                is_unkillable = process.signals.is_unkillable;
                if (kStopSignals.contains(signal)) process.signals.may_begin_stop = true;
                decision.kind = Decision::Kind::Again;
            } else {
                recalculate_pending(process, task);
            }
        }
    }
    finish_taken_signal(consumed, decision.info);
    switch (duty) {
    case Duty::Leave: exit_process(exit_status);
    case Duty::LeaveAlone: exit_task(0);
    case Duty::Stop: stop_here(process, task); return {.kind = Decision::Kind::Again, .info = {}, .action = {}};
    case Duty::Trap: trace_trap_stop(); return {.kind = Decision::Kind::Again, .info = {}, .action = {}};
    case Duty::AnnounceContinue:
        announce_continue(process);
        return {.kind = Decision::Kind::Again, .info = {}, .action = {}};
    case Duty::None: break;
    }
    if (passes_tracer && !pass_by_tracer(process, task, decision)) return decision;
    if (decision.kind == Decision::Kind::Nothing || decision.action.handler == abi::kSigIgnore) return decision;
    if (decision.action.handler != abi::kSigDefault) {
        decision.kind = Decision::Kind::Handle;
        return decision;
    }
    int signal = decision.info.signal;
    switch (default_action(signal)) {
    case DefaultAction::Ignore:
    case DefaultAction::Continue: return decision;
    case DefaultAction::Stop:
        if (!is_unkillable) begin_stop(process, signal);
        return decision;
    case DefaultAction::Terminate:
    case DefaultAction::CoreDump:
        if (is_unkillable) return decision;
        exit_process(default_action(signal) == DefaultAction::CoreDump ? dump_core(decision.info) : signal);
    }
    return decision;
}

/// Runs the handler next: frame, mask, registers. A stack that cannot hold the frame is SIGSEGV (sigaltstack(2)).
void handle(TrapFrame& frame, Process& process, Task& task, const Decision& decision) {
    int signal = decision.info.signal;
    restart_around_handler(frame, decision.action);
    Result<void> set_up = fix_up_rseq(frame);
    hide_trap_flag(frame);
    SignalSet mask = task.signals.restore_mask ? task.signals.saved_mask : task.signals.blocked;
    if (set_up) set_up = set_up_signal_frame(frame, decision.info, decision.action, mask);
    if (!set_up) {
        if (signal == kSigSegv) {
            IrqLockGuard guard(process.signals.lock);
            process.signals.actions->set(kSigSegv, {});
        }
        force_segmentation_fault();
        return;
    }
    task.signals.restore_mask = false;
    SignalSet blocked = task.signals.blocked | SignalSet(decision.action.mask);
    if (!(decision.action.flags & abi::kSaNoDefer)) blocked.add(signal);
    set_signal_mask(blocked);
    trace_handler_start();
}

void deliver_signals(TrapFrame& frame) {
    Task& task = current_task();
    Process& process = task.process();
    bool ran_handler = false;
    for (;;) {
        Decision decision = decide(process, task);
        if (decision.kind == Decision::Kind::Nothing) break;
        if (decision.kind != Decision::Kind::Handle) continue;
        handle(frame, process, task, decision);
        ran_handler = true;
        if (!task.has_work(ThreadWork::SignalPending)) break; // the new mask leaves nothing
    }
    if (!ran_handler) restart_without_handler(frame);
    end_temporary_signal_mask(Interrupted::No);
    // Unblocking by the line above may have made something deliverable; the entry code looks again.
    if (!task.has_work(ThreadWork::SignalPending)) task.clear_work(ThreadWork::KillPending);
}

} // namespace

bool count_as_stopped(Process& process) {
    if (process.signals.tasks_left_to_stop == 0 || --process.signals.tasks_left_to_stop != 0) return false;
    process.signals.stop_state = StopState::Stopped;
    process.signals.unreported_stop_signal = process.signals.stop_signal;
    process.signals.has_unreported_continue = false;
    return true;
}

void deliver_fault_signal(TrapFrame&, int signal, int code, u64 address, u64 trap_number, u64 error_code) {
    Task& task = current_task();
    task.fault_trap_number = trap_number;
    task.fault_error_code = error_code;
    task.fault_address = address;
    abi::SignalInfo info;
    info.signal = signal;
    info.code = code;
    info.fault.address = address;
    force_signal(info);
}

void handle_return_to_user_work(TrapFrame& frame) {
    Task& task = current_task();
    if (task.has_work(ThreadWork::CpuTime)) {
        task.clear_work(ThreadWork::CpuTime);
        check_cpu_time(task.process());
    }
    if (task.has_work(ThreadWork::Notify)) {
        task.clear_work(ThreadWork::Notify);
        send_file_signals();
        if (!fix_up_rseq(frame)) force_segmentation_fault();
    }
    if (task.has_work(ThreadWork::SignalPending) || task.has_work(ThreadWork::KillPending)) deliver_signals(frame);
}

} // namespace martlet
