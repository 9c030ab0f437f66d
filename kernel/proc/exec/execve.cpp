// execve(2): prepare aside, make the caller the only task, then replace. After the other tasks are gone
// nothing can fail.
#include "proc/exec/execve.h"

#include <string.h>

#include "arch/context.h"
#include "arch/debug_registers.h"
#include "proc/exec/new_program.h"
#include "proc/exit.h"
#include "proc/signal_internal.h"
#include "proc/trace/tracing.h"
#include "sched/scheduler.h"
#include "vfs/fd_table.h"
#include "vfs/fs_context.h"

namespace martlet {

namespace {

/// personality(2): what would help to attack a privileged program (PER_CLEAR_ON_SETID).
constexpr u32 kPersonalityClearedBySetId = 0x0040000 | 0x0100000 | 0x0200000 | 0x0400000;

bool is_alone(Process& process) {
    IrqLockGuard guard(process_tree_lock);
    return process.task_count == 1;
}

/// Ends the other tasks of the process and waits until they are gone. EAGAIN: another task got here first; kRestartSys:
/// the process is being killed.
Result<void> become_only_task(Process& process, Task& self) {
    {
        IrqLockGuard guard(process.signals.lock);
        if (process.signals.is_exiting) return Error(Errno::kRestartSys);
        if (process.signals.survivor) return Error(Errno::EAGAIN);
        process.signals.survivor = &self;
        for (Task& task : process.tasks)
            if (&task != &self) wake_for_kill(task);
    }
    Ref<Task> old_leader; // outlives the locks
    Result<void> waited = process.tasks_event.wait([&] { return is_alone(process); }, WaitMode::Killable);
    if (!waited) {
        IrqLockGuard guard(process.signals.lock);
        process.signals.survivor = nullptr;
        return waited;
    }
    IrqLockGuard guard(process_tree_lock);
    if (self.pid != process.pid) {
        if (process.traced_leader) old_leader = unlink_tracee(*process.traced_leader);
        if (is_traced(self)) process.traced_leader = &self;
        Pid* old = self.pid;
        old->task = nullptr;
        self.adopt_pid(*process.pid);
        PidTable::release_if_unused(*old);
    }
    IrqLockGuard signals_guard(process.signals.lock);
    process.signals.survivor = nullptr;
    return {};
}

/// Private copies of what must not stay shared with other processes, made while failing is still possible.
struct Unshared {
    Ref<FdTable> files;         // null: already private
    Ref<SignalActions> actions;
};

Result<Unshared> unshare(Process& process, Task& task) {
    Unshared unshared;
    if (task.files().reference_count() > 1) unshared.files = TRY(task.files().clone());
    Ref<SignalActions> actions;
    {
        IrqLockGuard guard(process.signals.lock);
        actions = process.signals.actions;
    }
    if (actions->reference_count() > 2) unshared.actions = TRY(actions->clone());
    return unshared;
}

void reset_signals(Process& process, Task& task, Ref<SignalActions> actions) {
    PendingSignals::EntryList discarded; // of the timers that are gone
    {
        IrqLockGuard guard(process.signals.lock);
        if (actions) std::swap(process.signals.actions, actions);
        process.signals.actions->reset_handlers();
        task.signals.alternate_stack = {};
        task.signals.restore_mask = false;
        process.signals.pending.discard_sourced(discarded);
        task.signals.pending.discard_sourced(discarded);
        recalculate_pending(process, task);
    }
    free_queued_signals(discarded);
}

void replace_memory(Task& task, NewProgram& program) {
    release_user_memory(task);
    u64 root = program.space->page_table_root();
    Ref<AddressSpace> old = task.set_address_space(std::move(program.space));
    set_current_page_table(root);
    old = nullptr;
    complete_vfork(task);
}

void reset_registers(TrapFrame& frame, const NewProgram& program) {
    constexpr u64 kUserCode = 0x33, kUserData = 0x2b, kInterruptFlag = 0x200;
    u64 call = frame.orig_rax; // a tracer looks at it
    frame = {};
    frame.orig_rax = call;
    frame.rip = program.entry;
    frame.rsp = program.stack_pointer;
    frame.cs = kUserCode;
    frame.ss = kUserData;
    frame.rflags = kInterruptFlag;
    set_current_fs_base(0);
    set_current_gs_base(0);
    clear_current_debug_registers();
    current_task().user_dispatch = {};
    update_call_tracing(current_task());
    PreemptGuard guard;
    fpu_init_state(current_thread()->context.fpu);
    fpu_load_current();
}

void update_process(Process& process, Task& task, NewProgram& program) {
    if (program.is_secure) task.parent_death_signal = 0;
    Ref<File> old = program.file;
    IrqLockGuard guard(process_tree_lock);
    process.has_executed = true;
    process.exit_signal = kSigChld;
    task.set_name(program.name);
    std::swap(process.executable, old);
}

/// A set*uid call took the process over its new user's limit: Linux refuses here what that call let pass (setuid(2)).
Result<void> check_process_count(Process& process, Task& task) {
    if (!task.has_exceeded_process_limit) return {};
    if (task.credentials().account->tasks.load(std::memory_order_relaxed) > process.limits.soft(Resource::Processes))
        return Error(Errno::EAGAIN);
    task.has_exceeded_process_limit = false;
    return {};
}

} // namespace

Result<void> execute(TrapFrame& frame, const ExecRequest& request) {
    Task& task = current_task();
    Process& process = task.process();
    TRY(check_process_count(process, task));
    NewProgram program;
    TRY(program.prepare(request));
    int old_thread_id = task.thread_id();
    TRY(become_only_task(process, task));
    Unshared unshared = TRY(unshare(process, task));

    // Before the new memory: from here on nobody may look who may not look at the program's owner.
    process.is_dumpable = !program.is_secure && !program.is_unreadable;
    if (program.is_secure) process.personality &= ~kPersonalityClearedBySetId;
    if (unshared.files) task.set_files(std::move(unshared.files));
    replace_memory(task, program);
    task.files().close_all_marked();
    process.posix_timers.remove_all();
    reset_signals(process, task, std::move(unshared.actions));
    task.set_credentials(std::move(program.credentials));
    task.restart_block = {};
    forget_rseq(task);
    update_process(process, task, program);
    reset_registers(frame, program);
    trace_event(TraceEvent::Exec, static_cast<u64>(old_thread_id));
    return {};
}

} // namespace martlet
