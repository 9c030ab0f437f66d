// ProcessGroup and Session: the links behind proc/session.h and setpgid(2), setsid(2).
//
// A group exists while it has members (zombies count until they are reaped), a session while it has groups. Each holds its
// number taken through Pid. Everything here is under process_tree_lock.
#pragma once
#include "proc/process.h"
#include "proc/session.h"

namespace martlet {

class Session : public RefCounted {
public:
    explicit Session(Pid& pid_of_leader) : pid(&pid_of_leader), id(pid_of_leader.number()) {}
    ~Session() override = default;

    /// Makes or breaks the link between a session and its terminal, on both sides.
    void attach_terminal(ControllingTerminal& terminal);
    Ref<ControllingTerminal> detach_terminal();
    ControllingTerminal* terminal() const { return terminal_.get(); }

    Pid* pid;
    const int id;
    u32 group_count = 0;
    Process* leader = nullptr; // null once it has exited
    Ref<ProcessGroup> foreground_group;

private:
    Ref<ControllingTerminal> terminal_;
};

class ProcessGroup : public RefCounted {
public:
    ProcessGroup(Pid& pid_of_leader, Ref<Session> session) : pid(&pid_of_leader), id(pid_of_leader.number()), session(session) {}
    ~ProcessGroup() override = default;

    /// Adds a process, which belongs to no group, or removes one; the last one out gives the number back.
    void add(Process& process);
    static void remove(Process& process);
    /// No member has a parent in another group of the same session (POSIX.1-2017 3.264). `except` does not count.
    bool is_orphaned(const Process* except = nullptr) const;
    bool has_stopped_member();

    Pid* pid;
    const int id;
    Ref<Session> session;
    List<Process, &Process::group_node> members;
};

/// setpgid(2) and setsid(2) with their errors; both take the lock.
Result<void> set_process_group(int process_id, int group_id);
Result<int> create_session();

} // namespace martlet
