// clone(2): builds a complete task (and process) aside, then makes it visible in one step under the tree lock.
//
// Failure before that step leaves nothing behind. A signal that arrives before it restarts the call, so that a signal
// sent to a group reaches either the parent before the fork or both after it.
#include "proc/fork.h"

#include <string.h>

#include <bit>

#include "arch/context.h"
#include "mm/address_space.h"
#include "proc/exit.h"
#include "proc/pidfd.h"
#include "proc/process_group.h"
#include "proc/rseq.h"
#include "proc/signal.h"
#include "proc/seccomp/seccomp.h"
#include "proc/task_count.h"
#include "proc/trace/tracing.h"
#include "vfs/fd_table.h"
#include "vfs/file.h"
#include "vfs/fs_context.h"

namespace martlet {

namespace {

constexpr u64 kUnsupported = kCloneNewCgroup | kCloneNewUts | kCloneNewIpc | kCloneNewUser |
                             kCloneNewPid | kCloneNewNet;

/// What must be undone if the clone fails half-way; disarmed by done().
class NewTaskCharge : NonCopyable {
public:
    ~NewTaskCharge() {
        if (pid_) {
            IrqLockGuard guard(process_tree_lock);
            PidTable::release_if_unused(*pid_);
        }
        if (account_) account_->tasks.fetch_sub(1, std::memory_order_relaxed);
        if (is_counted_) count_ended_task();
    }
    Result<void> take(const Credentials& credentials, u64 limit, int wanted_id) {
        if (!count_new_task()) return Error(Errno::EAGAIN);
        is_counted_ = true;
        account_ = credentials.account.get();
        bool may_exceed = credentials.real_uid == 0 || credentials.has(Capability::SysResource) ||
                          credentials.has(Capability::SysAdmin);
        if (account_->tasks.fetch_add(1, std::memory_order_relaxed) >= limit && !may_exceed)
            return Error(Errno::EAGAIN);
        pid_ = TRY(PidTable::allocate(wanted_id));
        return {};
    }
    Pid& pid() const { return *pid_; }
    void done() {
        pid_ = nullptr;
        account_ = nullptr;
        is_counted_ = false;
    }

private:
    Pid* pid_ = nullptr;
    UserAccount* account_ = nullptr;
    bool is_counted_ = false;
};

/// CLONE_PIDFD: the caller's descriptor of the child; closed again if the clone fails. The child's own table is a copy
/// from before it, or the same.
class NewPidFd : NonCopyable {
public:
    ~NewPidFd() {
        if (fd_ >= 0) (void)current_task().files().close(fd_);
    }
    Result<void> make(Ref<Process> process, u64 address) {
        Ref<File> file = TRY(create_pidfd(std::move(process), 0));
        fd_ = TRY(current_task().files().install(std::move(file), CloseOnExec::Yes,
                                                 current_limit(Resource::OpenFiles)));
        return UserPtr<int>(address).store(fd_);
    }
    void done() { fd_ = -1; }

private:
    int fd_ = -1;
};

Result<void> check_flags(const CloneRequest& request) {
    u64 flags = request.flags;
    if (flags & kUnsupported) return Error(Errno::EINVAL);
    if ((flags & kClonePidFd) && (flags & (kCloneThread | kCloneDetached))) return Error(Errno::EINVAL);
    if ((flags & kClonePidFd) && (flags & kCloneParentSetTid) && request.pid_fd_address == request.parent_tid_address)
        return Error(Errno::EINVAL);
    if ((flags & kCloneThread) && !(flags & kCloneSigHand)) return Error(Errno::EINVAL);
    if ((flags & kCloneSigHand) && !(flags & kCloneVm)) return Error(Errno::EINVAL);
    if ((flags & kCloneNewNs) && (flags & kCloneFs)) return Error(Errno::EINVAL);
    if ((flags & kCloneNewNs) && !current_has(Capability::SysAdmin)) return Error(Errno::EPERM);
    if ((flags & kCloneSigHand) && (flags & kCloneClearSigHand)) return Error(Errno::EINVAL);
    if ((flags & kCloneParent) && current_process().is_init()) return Error(Errno::EINVAL);
    if ((flags & kCloneSetTls) && request.tls >= kUserEnd) return Error(Errno::EPERM);
    return {};
}

/// The child's first steps, on its own kernel stack.
void child_entry(void* argument) {
    Task& task = *static_cast<Task*>(argument);
    // CLONE_CHILD_SETTID: by the child, because the word is in its memory. A bad address is the program's problem.
    if (u64 word = std::exchange(task.restart_block.user_address, 0))
        (void)UserPtr<int>(word).store(task.thread_id());
    enter_user(user_trap_frame(task));
}

void copy_registers(Task& child, const CloneRequest& request, const TrapFrame& frame) {
    TrapFrame& start = user_trap_frame(child);
    start = frame;
    start.rax = 0;
    start.orig_rax = ~0ull;
    if (current_task().tracing) hide_trap_flag_of_child(start);
    if (request.stack_pointer != 0) start.rsp = request.stack_pointer;
    fpu_save_current();
    memcpy(child.context.fpu, current_thread()->context.fpu, fpu_state_size());
    child.context.fs_base = request.flags & kCloneSetTls ? request.tls : current_fs_base();
    child.context.gs_base = current_gs_base();
    child.context.hides_time_stamps = current_thread()->context.hides_time_stamps;
}

Result<void> share_or_copy_references(Task& child, u64 flags) {
    Task& self = current_task();
    Ref<AddressSpace> memory = self.share_address_space();
    if (!(flags & kCloneVm)) {
        u32 registrations = memory->barrier_registrations.load(std::memory_order_relaxed);
        memory = TRY(memory->fork(current_memory_limits()));
        memory->barrier_registrations.store(registrations, std::memory_order_relaxed);
    }
    child.context.page_table = memory->page_table_root();
    child.set_address_space(std::move(memory));
    child.set_files(flags & kCloneFiles ? self.share_files() : TRY(self.files().clone()));
    Ref<FsContext> names = flags & kCloneFs ? self.share_fs_context() : TRY(self.fs_context().clone());
    if (flags & kCloneNewNs) TRY(names->copy_name_space());
    child.set_fs_context(std::move(names));
    child.set_credentials(self.share_credentials());
    return {};
}

/// The state of the task that is neither shared nor relations.
void copy_task_state(Task& child, const CloneRequest& request) {
    Task& self = current_task();
    child.signals.blocked = self.signals.blocked;
    // A thread or vfork child in the same memory must not run handlers on a stack that the parent may use; vfork may.
    if (!(request.flags & kCloneVm) || (request.flags & kCloneVfork))
        child.signals.alternate_stack = self.signals.alternate_stack;
    child.timer_slack_ns = self.timer_slack_ns;
    child.no_new_privileges = self.no_new_privileges.load();
    child.machine_check_policy = self.machine_check_policy;
    child.is_io_flusher = self.is_io_flusher;
    child.io_priority = self.io_priority.load(std::memory_order_relaxed);
    child.inherit_scheduling(self);
    inherit_rseq(child, (request.flags & kCloneVm) != 0);
    if (request.flags & kCloneChildClearTid) child.clear_child_tid = request.child_tid_address;
    if (request.flags & kCloneChildSetTid) child.restart_block.user_address = request.child_tid_address;
}

Result<Ref<Process>> make_process(Pid& pid, const CloneRequest& request) {
    Process& parent = current_process();
    Ref<Process> process = TRY(Process::create(pid));
    Ref<SignalActions> actions;
    {
        IrqLockGuard guard(parent.signals.lock);
        actions = parent.signals.actions;
    }
    if (!(request.flags & kCloneSigHand)) actions = TRY(actions->clone());
    if (request.flags & kCloneClearSigHand) actions->reset_handlers();
    {
        IrqLockGuard guard(process->signals.lock);
        process->signals.actions = std::move(actions);
    }
    process->limits.copy_from(parent.limits);
    process->personality = parent.personality.load();
    process->oom_adjust = parent.oom_adjust.load();
    process->oom_adjust_minimum = parent.oom_adjust_minimum.load();
    process->is_dumpable = parent.is_dumpable.load();
    process->login_uid = parent.login_uid.load();
    process->core_dump_filter = parent.core_dump_filter.load();
    process->exit_signal = request.exit_signal;
    process->creator_thread_id = current_task().thread_id();
    return process;
}

/// The event that a tracer hears of, if it asked for it (ptrace(2), PTRACE_SETOPTIONS).
TraceEvent clone_event(const CloneRequest& request) {
    if (request.flags & kCloneVfork) return TraceEvent::Vfork;
    return request.exit_signal != kSigChld ? TraceEvent::Clone : TraceEvent::Fork;
}

bool announces_clone(const CloneRequest& request) {
    return !(request.flags & kCloneUntraced) && wants_trace_event(clone_event(request));
}

/// The part of publish under the signal lock.
Result<void> publish_locked(Task& child, Process& process, const CloneRequest& request, VforkCompletion* completion)
    REQUIRES(process_tree_lock) {
    Process& self = current_process();
    bool is_thread = (request.flags & kCloneThread) != 0;
    // A new thread joins either before a group exit, an exec or a stop looks at the tasks, or not at all.
    IrqLockGuard signals_guard(process.signals.lock);
    if (signal_is_pending()) return Error(Errno::kRestartNoIntr);
    // One session may not take the last quarter: the shell on the other console can still start something.
    if (!is_thread && self.group->session->process_count >= maximum_task_count() / 4 * 3) return Error(Errno::EAGAIN);
    child.pid->task = &child;
    child.vfork_completion = completion;
    if (!is_thread) {
        child.pid->process = &process;
        bool is_sibling = (request.flags & kCloneParent) != 0;
        process.parent = is_sibling ? self.parent : &self;
        if (is_sibling) process.exit_signal = self.exit_signal;
        process.parent->children.push_back(process);
        self.group->add(process);
        process.executable = self.executable;
        process.acquire(); // the tree's reference
    }
    process.tasks.push_back(child);
    ++process.task_count;
    process.live_tasks.fetch_add(1, std::memory_order_relaxed);
    return {};
}

/// Makes the task visible. kRestartNoIntr: a signal came first; EAGAIN: the session has too many processes.
Result<void> publish(Task& child, Process& process, const CloneRequest& request, VforkCompletion* completion) {
    IrqLockGuard guard(process_tree_lock);
    TRY(publish_locked(child, process, request, completion));
    if (child.tracing) inherit_tracer(child);
    inherit_seccomp(child); // here, where no other thread can add a filter unseen
    return {};
}

/// The parent of a vfork waits until the child has left its memory; only SIGKILL ends the wait early.
void wait_for_vfork(VforkCompletion& completion, Task& child) {
    (void)completion.queue.wait([&] { return completion.is_done.load(); }, WaitMode::Killable);
    IrqLockGuard guard(process_tree_lock);
    if (child.vfork_completion == &completion) child.vfork_completion = nullptr;
}

} // namespace

Result<int> clone_task(const CloneRequest& request, const TrapFrame& frame) {
    TRY(check_flags(request));
    if (signal_is_pending()) return Error(Errno::kRestartNoIntr);
    Task& self = current_task();
    NewTaskCharge charge;
    TRY(charge.take(self.credentials(), current_limit(Resource::Processes), request.wanted_id));
    bool is_thread = (request.flags & kCloneThread) != 0;
    Ref<Process> process = is_thread ? Ref<Process>(self.process()) : TRY(make_process(charge.pid(), request));
    Ref<Task> child = TRY(Task::create(self.name(), child_entry, charge.pid(), process));
    copy_registers(*child, request, frame);
    TRY(share_or_copy_references(*child, request.flags));
    copy_task_state(*child, request);
    bool is_announced = announces_clone(request);
    if (is_announced || (is_traced(self) && (request.flags & kClonePtrace))) TRY(prepare_tracing(*child));

    NewPidFd pid_fd;
    if (request.flags & kClonePidFd) TRY(pid_fd.make(process, request.pid_fd_address));
    VforkCompletion completion;
    int id = child->thread_id();
    if (request.flags & kCloneParentSetTid) (void)UserPtr<int>(request.parent_tid_address).store(id); // as Linux
    TRY(publish(*child, *process, request, request.flags & kCloneVfork ? &completion : nullptr));
    charge.done();
    pid_fd.done();
    if (!is_thread) process->timers.cpu_limit_changed();
    child->start();
    if (is_announced) trace_event(clone_event(request), static_cast<u64>(id));
    if (request.flags & kCloneVfork) {
        wait_for_vfork(completion, *child);
        trace_event(TraceEvent::VforkDone, static_cast<u64>(id));
    }
    return id;
}

} // namespace martlet
