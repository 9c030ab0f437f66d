#include "proc/session.h"

#include "proc/process_group.h"
#include "proc/signal.h"

namespace martlet {

ProcessGroup* Session::foreground_group() const {
    Pid* pid = foreground_group_id != 0 ? PidTable::find(foreground_group_id) : nullptr;
    return pid && pid->group && pid->group->session == this ? pid->group : nullptr;
}

void Session::attach_terminal(ControllingTerminal& terminal) {
    terminal.session_ = this;
    terminal_ = Ref<ControllingTerminal>(terminal);
    foreground_group_id = leader->group->id;
}

Ref<ControllingTerminal> Session::detach_terminal() {
    if (terminal_) terminal_->session_ = nullptr;
    foreground_group_id = 0;
    return std::move(terminal_);
}

namespace {

Session& current_session() { return *current_process().group->session; }

bool is_current_terminal(ControllingTerminal& terminal) { return current_session().terminal() == &terminal; }

/// The whole foreground group of a session that lost its terminal.
void hang_up_group(ProcessGroup* group) {
    if (!group) return;
    group->send_kernel_signal(kSigHup);
    group->send_kernel_signal(kSigCont);
}

} // namespace

Ref<ControllingTerminal> current_controlling_terminal() {
    IrqLockGuard guard(process_tree_lock);
    ControllingTerminal* terminal = current_session().terminal();
    return terminal ? Ref<ControllingTerminal>(*terminal) : nullptr;
}

void adopt_controlling_terminal_on_open(ControllingTerminal& terminal) {
    IrqLockGuard guard(process_tree_lock);
    Session& session = current_session();
    if (session.leader == &current_process() && !session.terminal() && !Session::of(terminal))
        session.attach_terminal(terminal);
}

Result<void> set_controlling_terminal(ControllingTerminal& terminal, bool steal) {
    bool may_steal = steal && current_has(Capability::SysAdmin);
    Ref<ControllingTerminal> lost;
    IrqLockGuard guard(process_tree_lock);
    Session& session = current_session();
    Session* owner = Session::of(terminal);
    bool is_leader = session.leader == &current_process();
    if (is_leader && owner == &session) return {};
    if (!is_leader || session.terminal()) return Error(Errno::EPERM);
    if (owner) {
        if (!may_steal) return Error(Errno::EPERM);
        lost = owner->detach_terminal();
    }
    session.attach_terminal(terminal);
    return {};
}

Result<void> give_up_controlling_terminal(ControllingTerminal& terminal) {
    Ref<ControllingTerminal> lost;
    IrqLockGuard guard(process_tree_lock);
    if (!is_current_terminal(terminal)) return Error(Errno::ENOTTY);
    Session& session = current_session();
    // Without a per-process terminal a member that is not the leader has nothing of its own to give up.
    if (session.leader != &current_process()) return {};
    hang_up_group(session.foreground_group());
    lost = session.detach_terminal();
    return {};
}

Result<int> foreground_group_id(ControllingTerminal& terminal) {
    IrqLockGuard guard(process_tree_lock);
    if (!is_current_terminal(terminal)) return Error(Errno::ENOTTY);
    return current_session().foreground_group_id;
}

int foreground_group_of(ControllingTerminal& terminal) {
    IrqLockGuard guard(process_tree_lock);
    Session* session = Session::of(terminal);
    return session ? session->foreground_group_id : 0;
}

Result<int> session_of(ControllingTerminal& terminal) {
    IrqLockGuard guard(process_tree_lock);
    Session* session = Session::of(terminal);
    if (!session) return Error(Errno::ENOTTY);
    return session->id;
}

Result<int> terminal_session_id(ControllingTerminal& terminal) {
    IrqLockGuard guard(process_tree_lock);
    if (!is_current_terminal(terminal)) return Error(Errno::ENOTTY);
    return current_session().id;
}

Result<void> set_foreground_group(ControllingTerminal& terminal, int group_id) {
    TRY(check_terminal_access(terminal, TerminalUse::Write));
    IrqLockGuard guard(process_tree_lock);
    if (!is_current_terminal(terminal)) return Error(Errno::ENOTTY);
    if (group_id < 0) return Error(Errno::EINVAL);
    Pid* pid = PidTable::find(group_id);
    if (!pid || !pid->group) return Error(Errno::ESRCH);
    if (!(pid->group->session == &current_session())) return Error(Errno::EPERM);
    current_session().foreground_group_id = group_id;
    return {};
}

void signal_foreground_group(ControllingTerminal& terminal, int signal) {
    IrqLockGuard guard(process_tree_lock);
    Session* session = Session::of(terminal);
    ProcessGroup* group = session ? session->foreground_group() : nullptr;
    if (group) group->send_kernel_signal(signal);
}

void signal_session_leader_hang_up(ControllingTerminal& terminal) {
    Ref<ControllingTerminal> lost; // released without the lock
    IrqLockGuard guard(process_tree_lock);
    Session* session = Session::of(terminal);
    if (!session) return;
    if (session->leader) {
        send_kernel_signal(*session->leader, kSigHup);
        send_kernel_signal(*session->leader, kSigCont);
    }
    lost = session->detach_terminal();
}

Result<void> check_terminal_access(ControllingTerminal& terminal, TerminalUse use) {
    int signal = use == TerminalUse::Read ? kSigTtin : kSigTtou;
    bool is_deaf = signal_is_blocked_or_ignored(current_task(), signal);
    IrqLockGuard guard(process_tree_lock);
    if (!is_current_terminal(terminal)) return {};
    ProcessGroup& group = *current_process().group;
    if (current_session().foreground_group_id == group.id) return {};
    if (is_deaf) {
        if (use == TerminalUse::Write) return {};
        return Error(Errno::EIO);
    }
    if (group.is_orphaned()) return Error(Errno::EIO);
    group.send_kernel_signal(signal);
    current_task().set_work(ThreadWork::SignalPending);
    return Error(Errno::kRestartSys);
}

bool signal_process_group(int group_id, int signal) {
    IrqLockGuard guard(process_tree_lock);
    Pid* pid = PidTable::find(group_id);
    if (!pid || !pid->group) return false;
    pid->group->send_kernel_signal(signal);
    return true;
}

void release_session_terminal(Process& process) {
    Ref<ControllingTerminal> lost;
    {
        IrqLockGuard guard(process_tree_lock);
        Session& session = *process.group->session;
        if (session.leader != &process) return;
        session.leader = nullptr;
        hang_up_group(session.foreground_group());
        lost = session.detach_terminal();
    }
    if (lost) lost->hang_up();
}

} // namespace martlet
