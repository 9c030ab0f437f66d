// exit(2): a task gives up what it holds, the last one turns the process into a zombie and tells the parent.
//
// Order: memory (so that vfork's parent and joiners go on), descriptors, the terminal of a session leader, relations.
// Nothing here can fail. The process's tree lock is held for the relations only.
#include "proc/exit.h"

#include <string.h>

#include "arch/context.h"
#include "base/assert.h"
#include "ipc/futex.h"
#include "ipc/semaphore_undo.h"
#include "mm/address_space.h"
#include "proc/core/core_dump.h"
#include "mm/frame.h"
#include "proc/process_group.h"
#include "proc/seccomp/seccomp.h"
#include "proc/signal_internal.h"
#include "proc/task_count.h"
#include "proc/trace/tracing.h"
#include "vfs/fd_table.h"
#include "vfs/file.h"
#include "vfs/fs_context.h"

namespace martlet {

namespace {

u32 real_user_id(Process& process) REQUIRES(process_tree_lock) {
    Task* task = process.tasks.front();
    return task ? task->share_credentials()->real_uid : process.user_id_at_exit;
}

/// SIGCHLD's information about a child that ended or changed state.
abi::SignalInfo child_info(Process& child, i32 code, i32 status) REQUIRES(process_tree_lock) {
    abi::SignalInfo info;
    info.signal = kSigChld;
    info.code = code;
    info.child = {};
    info.child.process_id = child.id();
    info.child.user_id = real_user_id(child);
    info.child.status = status;
    constexpr u64 kTickNs = kNanosecondsPerSecond / 100;
    ResourceUsage usage = child.usage_locked();
    info.child.user_ticks = static_cast<i64>(usage.user_time_ns / kTickNs);
    info.child.system_ticks = static_cast<i64>(usage.system_time_ns / kTickNs);
    return info;
}

i32 exit_code_kind(int status) {
    if ((status & 0x7f) == 0) return abi::kCldExited;
    return status & 0x80 ? abi::kCldDumped : abi::kCldKilled;
}

int exit_code_value(int status) { return status & 0x7f ? status & 0x7f : status >> 8; }

struct Leaving {
    int status;   // of the group exit, if there is one
    bool is_last; // of its process
};

/// The task takes no more signals; what it would have taken goes to others. Whether a group exit has begun
/// and who is the last are decided together: else the last could miss a group exit that began after it had
/// looked.
Leaving leave_signals(Process& process, Task& task, int status) {
    PendingSignals::EntryList discarded;
    bool must_announce = false;
    bool is_last;
    int stop_signal = 0;
    {
        IrqLockGuard guard(process.signals.lock);
        task.signals.has_left = true;
        stop_signal = process.signals.stop_signal;
        if (process.signals.is_exiting) status = process.signals.exit_status;
        is_last = process.live_tasks.fetch_sub(1, std::memory_order_acq_rel) == 1;
        if (process.core_dump) process.core_dump->changed.wake_all();
        task.signals.pending.discard(SignalSet::all(), discarded);
        retarget_pending(process, task, ~task.signals.blocked);
        if (process.signals.stop_state == StopState::Stopping && !task.signals.is_stopped)
            must_announce = count_as_stopped(process);
    }
    if (must_announce) announce_stop(process, stop_signal);
    free_queued_signals(discarded);
    return {status, is_last};
}

/// A group that `child` belongs to may have lost its last link to the session (POSIX.1-2017 2.4.3, _exit): if
/// some member is stopped, all get SIGHUP and SIGCONT.
void check_orphaned_group(Process& child, Process& parent, const Process* except) REQUIRES(process_tree_lock) {
    ProcessGroup* group = child.group.get();
    if (!group || !parent.group || parent.group == group || !(parent.group->session == group->session)) return;
    if (!group->is_orphaned(except) || !group->has_stopped_member()) return;
    group->send_kernel_signal(kSigHup);
    group->send_kernel_signal(kSigCont);
}

/// Who inherits the children: the nearest subreaper among the ancestors, else init.
Process* find_reaper(Process& process) REQUIRES(process_tree_lock) {
    for (Process* ancestor = process.parent; ancestor; ancestor = ancestor->parent)
        if (ancestor->is_init() || (ancestor->is_child_subreaper && ancestor->state == ProcessState::Alive))
            return ancestor;
    return nullptr;
}

/// Tells the parent that `process`, a zombie now, has ended. True if nobody will wait for it.
bool notify_parent_of_exit(Process& process, QueuedSignal* entry) REQUIRES(process_tree_lock) {
    Process& parent = *process.parent;
    bool is_unwanted = false;
    int signal = is_valid_signal(process.exit_signal) ? process.exit_signal : 0;
    {
        IrqLockGuard guard(parent.signals.lock);
        abi::SignalAction action = parent.signals.actions->get(kSigChld);
        bool ignores = action.handler == abi::kSigIgnore;
        if (signal == kSigChld && !is_traced_by_parent(process) && (ignores || (action.flags & abi::kSaNoClDWait))) {
            is_unwanted = true;
            if (ignores) signal = 0;
        }
    }
    if (entry)
        entry->info = child_info(process, exit_code_kind(process.exit_status), exit_code_value(process.exit_status));
    if (signal != 0) {
        if (entry) entry->info.signal = signal;
        send_child_signal(parent, entry, signal);
    } else {
        free_queued_signal(entry);
    }
    parent.child_event.wake_all();
    return is_unwanted;
}

/// Children of the dying process go to its reaper; those that are zombies already are announced there.
void give_away_children(Process& process, List<Process, &Process::sibling_node>& unwanted) REQUIRES(process_tree_lock) {
    Process* reaper = find_reaper(process);
    for (Process& child : process.children) {
        for (Task& task : child.tasks)
            if (task.parent_death_signal != 0) send_kernel_signal_to_task(task, task.parent_death_signal);
        child.sibling_node.unlink();
        child.parent = reaper;
        child.exit_signal = kSigChld;
        reaper->children.push_back(child);
        if (child.state == ProcessState::Zombie && !is_traced_by_stranger(child) &&
            notify_parent_of_exit(child, nullptr)) {
            child.sibling_node.unlink();
            unwanted.push_back(child);
        }
        check_orphaned_group(child, process, nullptr);
    }
}

/// The last task has left.
void become_zombie(Process& process) {
    QueuedSignal* entry = allocate_queued_signal({});
    if (process.traced_leader) process.end_notice = allocate_queued_signal({});
    PendingSignals::EntryList discarded;
    List<Process, &Process::sibling_node> unwanted; // zombies that their new parent does not wait for
    Ref<Process> reaped_self;
    {
        IrqLockGuard guard(process.signals.lock);
        process.signals.pending.discard(SignalSet::all(), discarded);
    }
    free_queued_signals(discarded);
    {
        IrqLockGuard guard(process_tree_lock);
        give_away_children(process, unwanted);
        check_orphaned_group(process, *process.parent, &process);
        process.state = ProcessState::Zombie;
        if (is_traced_by_stranger(process))
            notify_tracer(*process.traced_leader, entry, exit_code_kind(process.exit_status),
                          exit_code_value(process.exit_status));
        else if (notify_parent_of_exit(process, entry)) reaped_self = reap(process);
        process.exit_event.wake_all();
    }
    for (;;) {
        Ref<Process> reaped;
        IrqLockGuard guard(process_tree_lock);
        Process* zombie = unwanted.front();
        if (!zombie) break;
        reaped = reap(*zombie);
    }
}

/// SIGCHLD about a stopped or continued child, unless the parent does not want it.
void announce_to_parent(Process& process, QueuedSignal* entry, i32 code, int status)
    REQUIRES(process_tree_lock) {
    Process* parent = process.parent;
    bool wants_signal = false;
    if (parent) {
        IrqLockGuard guard(parent->signals.lock);
        abi::SignalAction action = parent->signals.actions->get(kSigChld);
        wants_signal = action.handler != abi::kSigIgnore && !(action.flags & abi::kSaNoClDStop);
    }
    if (wants_signal) {
        if (entry) entry->info = child_info(process, code, status);
        send_child_signal(*parent, entry, kSigChld);
    } else {
        free_queued_signal(entry);
    }
    if (parent) parent->child_event.wake_all();
}

/// Answers whether nobody is left, so that the process is a zombie: the last to begin its end need not be the
/// last to leave.
bool leave_tree(Process& process, Task& task, int status) {
    IrqLockGuard guard(process_tree_lock);
    process.dead_tasks_usage.add(task);
    {
        IrqLockGuard signals_guard(process.signals.lock);
        task.process_node.unlink();
        --process.task_count;
    }
    Pid* pid = std::exchange(task.pid, nullptr);
    if (pid->task == &task) pid->task = nullptr;
    note_end_of_tracee(task, status);
    bool is_last = process.tasks.is_empty();
    if (is_last) memcpy(process.name_at_exit, task.name().data(), task.name().size());
    PidTable::release_if_unused(*pid);
    process.tasks_event.wake_all();
    return is_last;
}

} // namespace

void release_user_memory(Task& task) {
    if (task.address_space()) {
        if (u64 head = std::exchange(task.robust_list, 0)) release_robust_list(head);
        release_pi_locks(task);
        // Nobody else could look at the word if this task is the only user of the memory (set_tid_address(2)).
        u64 word = std::exchange(task.clear_child_tid, 0);
        if (word != 0 && task.address_space()->reference_count() > 1) {
            (void)UserPtr<u32>(word).store(0);
            (void)futex_wake({word, FutexScope::Shared}, kFutexAnyBit, 1);
        }
    }
}

void complete_vfork(Task& task) {
    IrqLockGuard guard(process_tree_lock);
    VforkCompletion* completion = std::exchange(task.vfork_completion, nullptr);
    if (!completion) return;
    completion->is_done = true;
    completion->queue.wake_all();
}

void exit_task(int status) {
    trim_kernel_stacks(); // of tasks that have ended before
    Task& task = current_task();
    Process& process = task.process();
    park_for_core_dump();
    // A tracer may hold even a task that is being killed here; only another SIGKILL ends that.
    if (wants_trace_event(TraceEvent::Exit)) {
        task.clear_work(ThreadWork::KillPending);
        trace_event(TraceEvent::Exit, static_cast<u64>(status));
    }
    release_tracees();
    auto [end_status, is_last] = leave_signals(process, task, status);
    if (is_last && process.is_init()) panic("init has ended (wait status 0x%x)", static_cast<u32>(end_status));

    if (is_last) {
        process.timers.cancel_all();
        process.posix_timers.remove_all();
        process.cpu_timers.close();
        if (task.address_space())
            process.dead_tasks_usage.peak_resident_pages = task.address_space()->sizes().peak_resident_pages;
    }
    release_user_memory(task);
    {
        Ref<AddressSpace> memory = task.set_address_space(nullptr);
        set_current_page_table(0);
    }
    complete_vfork(task);
    task.set_files(nullptr);
    if (is_last) release_semaphore_undo(task.process().id());
    task.set_fs_context(nullptr);
    release_seccomp(task);
    Ref<File> executable;
    if (is_last) {
        release_session_terminal(process);
        IrqLockGuard guard(process_tree_lock);
        process.user_id_at_exit = task.credentials().real_uid;
        process.exit_status = end_status;
        executable = std::move(process.executable);
    }
    executable = nullptr;
    task.credentials().account->tasks.fetch_sub(1, std::memory_order_relaxed);
    count_ended_task();
    if (leave_tree(process, task, end_status)) become_zombie(process);
    Thread::exit();
}

void exit_process(int status) {
    Process& process = current_process();
    {
        IrqLockGuard guard(process.signals.lock);
        begin_group_exit(process, status);
    }
    exit_task(status);
}

Ref<Process> tell_parent_of_end(Process& process) {
    if (!notify_parent_of_exit(process, std::exchange(process.end_notice, nullptr))) return nullptr;
    return reap(process);
}

Ref<Process> reap(Process& process) {
    process.state = ProcessState::Reaped;
    if (process.traced_leader) (void)unlink_tracee(*process.traced_leader);
    process.sibling_node.unlink();
    ProcessGroup::remove(process);
    Pid* pid = std::exchange(process.pid, nullptr);
    pid->process = nullptr;
    PidTable::release_if_unused(*pid);
    return Ref<Process>::adopt(&process);
}

void announce_stop(Process& process, int stop_signal) {
    QueuedSignal* entry = allocate_queued_signal({});
    IrqLockGuard guard(process_tree_lock);
    if (is_traced_by_parent(process)) return free_queued_signal(entry); // it hears of each tracee's stop
    announce_to_parent(process, entry, abi::kCldStopped, stop_signal);
}

void announce_continue(Process& process) {
    QueuedSignal* entry = allocate_queued_signal({});
    IrqLockGuard guard(process_tree_lock);
    announce_to_parent(process, entry, abi::kCldContinued, kSigCont);
}

} // namespace martlet
