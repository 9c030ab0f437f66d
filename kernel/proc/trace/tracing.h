// Tracing (ptrace(2)): one task, the tracer, watches and controls others, its tracees.
//
// A tracee stops in its own context, on the way to user mode or inside a call: it copies its registers to its Tracing,
// tells the tracer and sleeps; it puts them back when it goes on. While it is Stopped, the copy belongs to the tracer.
// States: Running -> Stopped (trace_stop) -> Running (a resuming request, the tracer's end, SIGKILL)
//                 Stopped -> Listening (PTRACE_LISTEN, group stops only) -> Running (an event to report again).
// A tracee that ends stays on its tracer's list, and keeps its number, until the tracer has waited for it or ends.
//
// Locks: process_tree_lock guards Task::tracer (also read without it, for a hint), the lists of tracees, and everything
// here that is not the stopped tracee's state. The list holds a reference to each tracee.
#pragma once
#include "arch/context.h"
#include "proc/process.h"

namespace martlet {

/// PTRACE_O_…; the bit of an event's option is its number.
inline constexpr u32 kTraceSysGood = 1, kTraceExitKill = 1u << 20, kTraceSuspendSeccomp = 1u << 21,
                     kTraceOptions = 0xff | kTraceExitKill | kTraceSuspendSeccomp;

enum class TraceEvent : u8 { Fork = 1, Vfork, Clone, Exec, VforkDone, Exit, Seccomp, Stop = 128 };

/// struct user_regs_struct.
struct UserRegisters {
    TrapFrame frame;
    u64 fs_base, gs_base, ds, es, fs, gs;
};
static_assert(sizeof(UserRegisters) == 27 * 8);

enum class TraceState : u8 { Running, Stopped, Listening };
/// How far the tracee runs: to the next event, to the next call's entry or exit, or to its entry without running it.
enum class TraceResume : u8 { Run, Calls, EmulateCalls };
/// What a stop is about: a group stop has no information, and the tracer's signal counts in a signal stop only.
enum class TraceStopKind : u8 { Signal, Call, Event, GroupStop };

struct Tracing : NonCopyable {
    // Of the relation.
    u32 options = 0;
    bool is_seized = false;
    bool may_trace_privileged = false; // CAP_SYS_PTRACE of the tracer when it attached: execve then keeps set-user-ID
    // Of the stop.
    std::atomic<TraceState> state = TraceState::Running;
    TraceStopKind kind = TraceStopKind::Event;
    int stop_code = 0;          // as wait(2) reports it, without the low byte
    bool is_unreported = false;
    bool has_information = false;
    abi::SignalInfo information;
    u64 message = 0;            // PTRACE_GETEVENTMSG
    UserRegisters registers;
    bool registers_changed = false;
    Own<u8[]> extended_state;   // what the tracer wants loaded; null: nothing
    WaitQueue resumed;
    // Of going on.
    int resume_signal = 0;
    TraceResume resume = TraceResume::Run;
    bool single_steps = false;
    bool owns_trap_flag = false; // TF is set for single_steps, not by the program
    // Of the end.
    bool has_ended = false;
    int end_status = 0; // wait(2) format
};

inline bool is_traced(const Task& task) { return task.tracer.load(std::memory_order_relaxed) != nullptr; }

// The tracee's side, each on the calling task (stop.cpp).

/// Signal-delivery-stop: answers the signal to deliver, 0 for none, and updates its information.
int trace_signal_stop(abi::SignalInfo& information);
/// A stop about a group stop or PTRACE_INTERRUPT.
void trace_trap_stop();
/// An event whose option is set; execve without it sends SIGTRAP as of old.
bool wants_trace_event(TraceEvent event);
void trace_event(TraceEvent event, u64 message);
/// A handler's frame was set up while the tracer single-steps.
void trace_handler_start();
/// Takes off what single-stepping set, before the registers become a signal frame.
void hide_trap_flag(TrapFrame& frame);
void hide_trap_flag_of_child(TrapFrame& start);

/// The entry to and exit from a system call. The entry answers whether the call is to run; the registers, its number
/// included, may have changed.
bool trace_call_entry(TrapFrame& frame);
void trace_call_exit(TrapFrame& frame);

// Relations (attach.cpp).

/// PTRACE_TRACEME, PTRACE_ATTACH, PTRACE_SEIZE; permission is the caller's matter. EPERM: traced already or
/// ending. ENOMEM.
enum class AttachMode : u8 { Attach, Seize };
Result<void> attach_to_parent();
Result<void> attach_tracee(Task& tracee, AttachMode mode, u32 options);
/// Lets go of a stopped tracee, which takes `signal`.
void detach_tracee(Task& tracee, int signal);
/// A new task starts with the same tracer as the calling one. Memory first, the link under the tree lock.
Result<void> prepare_tracing(Task& task);
void inherit_tracer(Task& child) REQUIRES(process_tree_lock);
/// The calling task ends: its tracees go on without it.
void release_tracees();

/// Unlinks a tracee from its tracer; the list's reference goes to the caller, to be dropped without locks.
Ref<Task> unlink_tracee(Task& tracee) REQUIRES(process_tree_lock);
/// Also gives the number of a thread back that ended while it was traced.
Ref<Task> reap_tracee(Task& tracee) REQUIRES(process_tree_lock);
/// A traced task has left its process (leave_tree): notes the end, and tells the tracer of a thread's.
void note_end_of_tracee(Task& tracee, int status) REQUIRES(process_tree_lock);
/// SIGCHLD to the tracer and its waiters.
void notify_tracer(Task& tracee, QueuedSignal* entry, i32 code, int status) REQUIRES(process_tree_lock);
/// Whether the tracer of the process, if there is one, is somebody else than its parent: it learns of the end first.
bool is_traced_by_stranger(const Process& process) REQUIRES(process_tree_lock);
/// Whether it is traced by its parent.
bool is_traced_by_parent(const Process& process) REQUIRES(process_tree_lock);

/// Makes a stopped tracee run on. `state` is Stopped or Listening.
struct TraceResumption {
    int signal = 0;
    TraceResume how = TraceResume::Run;
    bool single_steps = false;
};
void resume_tracee(Task& tracee, const TraceResumption& resumption) REQUIRES(process_tree_lock);
/// A seized tracee has something to report about group stops: traps, also when it was listening.
void kick_seized_tracee(Process& process, Task& task) REQUIRES(process.signals.lock);
/// Sets or clears the work bit that sends system calls the slow way.
void update_call_tracing(Task& task);

} // namespace martlet
