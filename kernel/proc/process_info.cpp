#include "proc/process_info.h"

#include <string.h>

#include "mm/address_space.h"
#include "proc/process_group.h"
#include "proc/seccomp/seccomp.h"
#include "proc/task_count.h"
#include "proc/trace/tracing.h"
#include "vfs/fd_table.h"
#include "vfs/file.h"
#include "vfs/fs_context.h"

namespace martlet {

Ref<Process> next_process(int minimum) {
    IrqLockGuard guard(process_tree_lock);
    Pid* pid = PidTable::next_process(minimum);
    return pid ? Ref<Process>(*pid->process) : nullptr;
}

Ref<Process> find_process(int process_id) {
    IrqLockGuard guard(process_tree_lock);
    Pid* pid = PidTable::find(process_id);
    return pid && pid->process ? Ref<Process>(*pid->process) : nullptr;
}

Ref<Process> find_process_of(int thread_id) {
    IrqLockGuard guard(process_tree_lock);
    Pid* pid = PidTable::find(thread_id);
    if (pid && pid->process) return Ref<Process>(*pid->process);
    return pid && pid->task ? Ref<Process>(pid->task->process()) : nullptr;
}

Ref<Task> find_task(int thread_id) {
    IrqLockGuard guard(process_tree_lock);
    Pid* pid = PidTable::find(thread_id);
    return pid && pid->task ? Ref<Task>(*pid->task) : nullptr;
}

Ref<Task> next_task(Process& process, int minimum) {
    IrqLockGuard guard(process_tree_lock);
    Task* best = nullptr;
    for (Task& task : process.tasks)
        if (task.thread_id() >= minimum && (!best || task.thread_id() < best->thread_id())) best = &task;
    return best ? Ref<Task>(*best) : nullptr;
}

namespace {

char state_letter(Task& task) {
    if (is_traced(task) && task.tracing->state.load() != TraceState::Running) return 't';
    switch (task.state()) {
    case ThreadState::Runnable: return 'R';
    case ThreadState::Interruptible: return 'S';
    case ThreadState::Stopped: return 'T';
    case ThreadState::Dead: return 'X';
    default: return 'D';
    }
}

void fill_relations(ProcessInfo& info, Process& process) REQUIRES(process_tree_lock) {
    info.process_id = process.id();
    info.parent_id = process.parent ? process.parent->id() : 0;
    info.foreground_group_id = -1;
    if (process.group) {
        Session& session = *process.group->session;
        info.group_id = process.group->id;
        info.session_id = session.id;
        if (ControllingTerminal* terminal = session.terminal()) {
            info.terminal_device = terminal->device_number();
            info.foreground_group_id = session.foreground_group_id;
        }
    }
    info.thread_count = process.task_count;
    info.exit_signal = process.exit_signal;
    info.exit_status = process.state == ProcessState::Alive ? 0 : process.exit_status;
    info.children_user_time_ns = process.children_usage.user_time_ns;
    info.children_system_time_ns = process.children_usage.system_time_ns;
}

void fill_usage(ProcessInfo& info, const ResourceUsage& usage) {
    info.user_time_ns = usage.user_time_ns;
    info.system_time_ns = usage.system_time_ns;
    info.minor_faults = usage.minor_faults;
    info.major_faults = usage.major_faults;
    info.voluntary_switches = usage.voluntary_switches;
    info.involuntary_switches = usage.involuntary_switches;
}

void fill_task(ProcessInfo& info, Task& task) {
    memcpy(info.name, task.name().data(), task.name().size());
    info.state = state_letter(task);
    info.scheduling = task.scheduling();
    info.no_new_privileges = task.no_new_privileges;
    info.seccomp_mode = static_cast<u32>(task.seccomp.mode.load());
    {
        IrqLockGuard guard(task.process().signals.lock);
        info.seccomp_filters = task.seccomp.filter ? task.seccomp.filter->chain_length : 0;
    }
    if (Task* tracer = task.tracer.load()) info.tracer_id = tracer->thread_id();
    info.last_cpu = task.last_cpu();
    info.blocked = task.signals.blocked;
    info.pending = task.signals.pending.set();
    Ref<UserAccount> account = task.share_credentials()->account;
    info.queued_signals = account->queued_signals.load(std::memory_order_relaxed);
}

void fill_signals(ProcessInfo& info, Process& process) {
    info.queued_signals_limit = process.limits.soft(Resource::PendingSignals);
    IrqLockGuard guard(process.signals.lock);
    info.shared_pending = process.signals.pending.set();
    for (int signal = 1; signal <= kSignalCount; ++signal) {
        u64 handler = process.signals.actions->get(signal).handler;
        if (handler == abi::kSigIgnore) info.ignored.add(signal);
        else if (handler != abi::kSigDefault) info.caught.add(signal);
    }
}

template <typename Share>
auto from_first_task(Process& process, Share share) -> decltype(share(*process.tasks.front())) {
    Ref<Task> task = next_task(process, 0);
    if (!task) return nullptr;
    return share(*task);
}

} // namespace

ProcessInfo process_info(Process& process) {
    ProcessInfo info = {};
    info.start_time_ns = process.start_time_ns;
    {
        IrqLockGuard guard(process_tree_lock);
        fill_relations(info, process);
        fill_usage(info, process.usage_locked());
        if (Task* task = process.tasks.front()) {
            fill_task(info, *task);
        } else {
            memcpy(info.name, process.name_at_exit, sizeof info.name);
            info.state = process.state == ProcessState::Reaped ? 'X' : 'Z';
        }
    }
    fill_signals(info, process);
    return info;
}

ProcessInfo task_info(Task& task) {
    Process& process = task.process();
    ProcessInfo info = {};
    info.start_time_ns = task.start_time_ns;
    {
        IrqLockGuard guard(process_tree_lock);
        fill_relations(info, process);
        fill_task(info, task);
        ResourceUsage usage;
        usage.add(task);
        fill_usage(info, usage);
    }
    info.process_id = task.thread_id();
    fill_signals(info, process);
    return info;
}

Ref<const Credentials> process_credentials(Process& process) {
    return from_first_task(process, [](Task& task) { return task.share_credentials(); });
}
Ref<AddressSpace> process_address_space(Process& process) {
    return from_first_task(process, [](Task& task) { return task.share_address_space(); });
}
Ref<FdTable> process_files(Process& process) {
    return from_first_task(process, [](Task& task) { return task.share_files(); });
}
Ref<FsContext> process_fs_context(Process& process) {
    return from_first_task(process, [](Task& task) { return task.share_fs_context(); });
}

Ref<File> process_executable(Process& process) {
    IrqLockGuard guard(process_tree_lock);
    return process.executable;
}

ResourceLimit process_limit(Process& process, Resource resource) { return process.limits.get(resource); }

bool may_inspect(Process& process, InspectBy by) {
    Task& self = current_task();
    if (&self.process() == &process) return true;
    const Credentials& own = self.credentials();
    if (own.has(Capability::SysPtrace)) return true;
    Ref<const Credentials> other = process_credentials(process);
    if (!other || !process.is_dumpable.load()) return false;
    bool is_real = by == InspectBy::RealIds;
    u32 uid = is_real ? own.real_uid : own.fs_uid, gid = is_real ? own.real_gid : own.fs_gid;
    u64 capabilities = is_real ? own.permitted : own.effective;
    return uid == other->real_uid && uid == other->effective_uid && uid == other->saved_uid && gid == other->real_gid &&
           gid == other->effective_gid && gid == other->saved_gid && (other->permitted & ~capabilities) == 0;
}

u32 process_count() {
    u32 count = 0;
    for (Ref<Process> process = next_process(1); process; process = next_process(process->id() + 1)) ++count;
    return count;
}

ProcessTotals process_totals() {
    IrqLockGuard guard(process_tree_lock);
    return {.tasks = task_count(), .last_id = PidTable::last(), .forks = fork_count()};
}

} // namespace martlet
