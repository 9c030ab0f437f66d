// The tracee's side of ptrace(2): stopping, and what it stops for.
#include <string.h>

#include "arch/debug_registers.h"
#include "proc/signal_internal.h"
#include "proc/trace/tracing.h"
#include "sched/scheduler.h"

namespace martlet {

namespace {

constexpr u64 kFlagTrap = 1u << 8;
constexpr u64 kMessageCallEntry = 1, kMessageCallExit = 2; // PTRACE_EVENTMSG_SYSCALL_…

struct Stop {
    TraceStopKind kind;
    int code;
    const abi::SignalInfo* information; // null: PTRACE_GETSIGINFO answers EINVAL
    u64 message;
};

void save_registers(Tracing& tracing, TrapFrame& frame) {
    hide_trap_flag(frame);
    fpu_save_current();
    tracing.registers = {.frame = frame,
                         .fs_base = current_fs_base(),
                         .gs_base = current_gs_base(),
                         .ds = 0,
                         .es = 0,
                         .fs = 0,
                         .gs = 0};
    tracing.registers_changed = false;
}

void load_registers(Tracing& tracing, TrapFrame& frame) {
    if (tracing.registers_changed) {
        frame = tracing.registers.frame;
        set_current_fs_base(tracing.registers.fs_base);
        set_current_gs_base(tracing.registers.gs_base);
    }
    if (tracing.extended_state) {
        PreemptGuard guard; // between changing the area and loading it, nobody may save over it
        memcpy(current_thread()->context.fpu, tracing.extended_state.get(), fpu_state_size());
        fpu_load_current();
    }
    tracing.extended_state.reset();
    load_current_debug_registers();
    if (tracing.single_steps && !(frame.rflags & kFlagTrap)) {
        frame.rflags |= kFlagTrap;
        tracing.owns_trap_flag = true;
    }
}

/// Stops the calling task for its tracer; answers the signal that the tracer gave. Without a tracer, or while
/// the task is being killed, it answers at once.
int trace_stop(const Stop& stop) {
    Task& task = current_task();
    TrapFrame& frame = user_trap_frame(task);
    if (!is_traced(task)) return stop.kind == TraceStopKind::Signal ? stop.code : 0;
    Tracing& tracing = *task.tracing;
    save_registers(tracing, frame);
    QueuedSignal* entry = allocate_queued_signal({});
    {
        IrqLockGuard guard(process_tree_lock);
        if (!is_traced(task)) {
            free_queued_signal(entry);
            return stop.kind == TraceStopKind::Signal ? stop.code : 0;
        }
        tracing.kind = stop.kind;
        tracing.stop_code = stop.code;
        tracing.message = stop.message;
        tracing.has_information = stop.information != nullptr;
        if (stop.information) tracing.information = *stop.information;
        tracing.is_unreported = true;
        tracing.resume_signal = 0;
        tracing.state.store(TraceState::Stopped, std::memory_order_release);
        bool is_group_stop = stop.kind == TraceStopKind::GroupStop;
        notify_tracer(task, entry, is_group_stop ? abi::kCldStopped : abi::kCldTrapped, stop.code & 0x7f);
    }
    (void)tracing.resumed.wait([&] { return tracing.state.load(std::memory_order_acquire) == TraceState::Running; },
                               WaitMode::Killable);
    int signal;
    {
        IrqLockGuard guard(process_tree_lock);
        tracing.state.store(TraceState::Running, std::memory_order_release);
        tracing.is_unreported = false;
        tracing.has_information = false;
        signal = tracing.resume_signal;
    }
    if (stop.kind == TraceStopKind::Signal && stop.information && signal == stop.code)
        *const_cast<abi::SignalInfo*>(stop.information) = tracing.information; // PTRACE_SETSIGINFO
    load_registers(tracing, frame);
    return signal;
}

/// The information of stops that no signal caused: the code says what the stop is.
abi::SignalInfo stop_information(int signal, int code) {
    return sender_information(signal, code, current_task().thread_id());
}

int notify_stop(TraceStopKind kind, int code, u64 message) {
    abi::SignalInfo info = stop_information(kSigTrap, code);
    return trace_stop({kind, code, &info, message});
}

/// A stop at a call's entry or exit. A signal that the tracer gives is sent (ptrace(2): not how one injects signals).
void report_call(u64 message) {
    Task& task = current_task();
    int code = kSigTrap | (task.tracing->options & kTraceSysGood ? 0x80 : 0);
    int signal = notify_stop(TraceStopKind::Call, code, message);
    if (signal == 0) return;
    abi::SignalInfo info = stop_information(signal, abi::kSiUser);
    (void)send_signal_to_task(task, info);
}

} // namespace

void hide_trap_flag(TrapFrame& frame) {
    Tracing* tracing = current_task().tracing.get();
    if (!tracing || !tracing->owns_trap_flag) return;
    frame.rflags &= ~kFlagTrap;
    tracing->owns_trap_flag = false;
}

void hide_trap_flag_of_child(TrapFrame& start) {
    if (current_task().tracing->owns_trap_flag) start.rflags &= ~kFlagTrap;
}

int trace_signal_stop(abi::SignalInfo& information) {
    Task& task = current_task();
    abi::SignalInfo stopped = information;
    int signal = trace_stop({TraceStopKind::Signal, information.signal, &stopped, 0});
    if (signal == information.signal) {
        information = stopped;
        information.signal = signal;
        return signal;
    }
    if (signal == 0) return 0;
    information = {};
    information.signal = signal;
    information.code = abi::kSiUser;
    information.sender = {};
    IrqLockGuard guard(process_tree_lock);
    if (Task* tracer = task.tracer.load()) {
        information.sender.process_id = tracer->process().id();
        information.sender.user_id = tracer->share_credentials()->real_uid;
    }
    return signal;
}

void trace_trap_stop() {
    Task& task = current_task();
    Process& process = task.process();
    int signal = 0;
    {
        IrqLockGuard guard(process.signals.lock);
        task.signals.must_trap = false;
        if (process.signals.stop_state != StopState::Running) signal = process.signals.stop_signal;
    }
    bool is_seized;
    {
        IrqLockGuard guard(process_tree_lock);
        if (!is_traced(task)) return;
        is_seized = task.tracing->is_seized;
    }
    if (!is_seized) {
        if (signal != 0) (void)trace_stop({TraceStopKind::GroupStop, signal, nullptr, 0});
        return;
    }
    if (signal == 0) signal = kSigTrap;
    int code = signal | static_cast<int>(TraceEvent::Stop) << 8;
    abi::SignalInfo info = stop_information(signal, code);
    (void)trace_stop({TraceStopKind::GroupStop, code, &info, task.tracing->message});
}

bool wants_trace_event(TraceEvent event) {
    Task& task = current_task();
    return is_traced(task) && (task.tracing->options & 1u << static_cast<u32>(event));
}

void trace_event(TraceEvent event, u64 message) {
    Task& task = current_task();
    if (!is_traced(task)) return;
    if (wants_trace_event(event)) {
        int code = kSigTrap | static_cast<int>(event) << 8;
        (void)notify_stop(TraceStopKind::Event, code, message);
    } else if (event == TraceEvent::Exec && !task.tracing->is_seized) {
        (void)send_signal_to_task(task, stop_information(kSigTrap, abi::kSiUser));
    }
}

void trace_handler_start() {
    if (is_traced(current_task()) && current_task().tracing->single_steps)
        (void)notify_stop(TraceStopKind::Event, kSigTrap, 0);
}

bool trace_call_entry(TrapFrame& frame) {
    Task& task = current_task();
    if (!is_traced(task) || task.tracing->resume == TraceResume::Run) return true;
    bool runs = task.tracing->resume == TraceResume::Calls;
    report_call(kMessageCallEntry);
    return runs && !task.has_work(ThreadWork::KillPending);
}

void trace_call_exit(TrapFrame& frame) {
    Task& task = current_task();
    if (!is_traced(task)) return;
    if (task.tracing->single_steps && task.tracing->resume != TraceResume::EmulateCalls) {
        abi::SignalInfo info;
        info.signal = kSigTrap;
        info.code = abi::kTrapBrkpt;
        info.fault.address = frame.rip;
        force_signal(info);
    } else if (task.tracing->resume == TraceResume::Calls) {
        report_call(kMessageCallExit);
    }
}

} // namespace martlet
