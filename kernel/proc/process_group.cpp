#include "proc/process_group.h"

#include "proc/signal.h"

namespace martlet {

void Session::start(Process& leading_process) {
    pid_ = leading_process.pid;
    pid_->session = this;
    id = pid_->number();
    leader = &leading_process;
}

void Session::remove_group() {
    if (--group_count_ != 0 || !pid_) return;
    pid_->session = nullptr;
    PidTable::release_if_unused(*pid_);
}

void ProcessGroup::start(Pid& pid, Ref<Session> owner) {
    pid_ = &pid;
    pid.group = this;
    id = pid.number();
    session = std::move(owner);
    session->add_group();
}

void ProcessGroup::start_nameless(Ref<Session> owner) {
    session = std::move(owner);
    session->add_group();
}

void ProcessGroup::add(Process& process) {
    members.push_back(process);
    ++session->process_count;
    process.group = Ref<ProcessGroup>(*this);
}

void ProcessGroup::remove(Process& process) {
    Ref<ProcessGroup> group = std::move(process.group);
    if (!group) return;
    process.group_node.unlink();
    --group->session->process_count;
    if (!group->members.is_empty()) return;
    if (group->pid_) {
        group->pid_->group = nullptr;
        PidTable::release_if_unused(*group->pid_);
    }
    group->session->remove_group();
}

bool ProcessGroup::is_orphaned(const Process* except) const {
    for (Process& member : members) {
        if (&member == except || member.state != ProcessState::Alive) continue;
        Process* parent = member.parent;
        if (!parent || parent->is_init() || !parent->group) continue;
        if (!(parent->group == this) && parent->group->session == session) return false;
    }
    return true;
}

bool ProcessGroup::has_stopped_member() {
    for (Process& member : members) {
        IrqLockGuard guard(member.signals.lock);
        if (member.signals.stop_state == StopState::Stopped) return true;
    }
    return false;
}

void ProcessGroup::send_kernel_signal(int signal) {
    for (Process& member : members) martlet::send_kernel_signal(member, signal);
}

Result<void> set_process_group(int process_id, int group_id) {
    if (group_id < 0 || (group_id == 0 && process_id < 0)) return Error(Errno::EINVAL);
    Process& self = current_process();
    Ref<ProcessGroup> made = TRY(make_ref<ProcessGroup>());
    Ref<ProcessGroup> old; // outlives the lock
    IrqLockGuard guard(process_tree_lock);
    Pid* pid = process_id == 0 ? self.pid : PidTable::find(process_id);
    Process* process = pid ? pid->process : nullptr;
    if (!process) return Error(pid && pid->task ? Errno::EINVAL : Errno::ESRCH); // a thread that leads nothing
    if (process != &self) {
        if (process->parent != &self) return Error(Errno::ESRCH);
        if (!(process->group->session == self.group->session)) return Error(Errno::EPERM);
        if (process->has_executed) return Error(Errno::EACCES);
    }
    old = process->group;
    if (old->session->id == process->id()) return Error(Errno::EPERM);
    if (group_id == 0) group_id = process->id();
    Pid* group_pid = PidTable::find(group_id);
    ProcessGroup* group = group_pid ? group_pid->group : nullptr;
    if (group) {
        if (!(group->session == self.group->session)) return Error(Errno::EPERM);
    } else {
        if (group_id != process->id()) return Error(Errno::EPERM);
        made->start(*process->pid, old->session);
        group = made.get();
    }
    if (group == old.get()) return {};
    ProcessGroup::remove(*process);
    group->add(*process);
    return {};
}

Result<int> create_session() {
    Process& self = current_process();
    Ref<Session> session = TRY(make_ref<Session>());
    Ref<ProcessGroup> group = TRY(make_ref<ProcessGroup>());
    Ref<ProcessGroup> old;
    IrqLockGuard guard(process_tree_lock);
    if (self.pid->group || self.pid->session) return Error(Errno::EPERM);
    old = self.group;
    ProcessGroup::remove(self);
    session->start(self);
    group->start(*self.pid, session);
    group->add(self);
    return self.id();
}

} // namespace martlet
