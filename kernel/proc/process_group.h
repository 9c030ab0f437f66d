// ProcessGroup and Session: the links behind proc/session.h and setpgid(2), setsid(2).
//
// A group exists while it has members (zombies count until they are reaped), a session while it has groups.
// Each keeps its number taken through Pid. Everything here is under process_tree_lock; objects are made
// outside it and started inside.
#pragma once
#include "proc/process.h"
#include "proc/session.h"

namespace martlet {

class Session : public RefCounted {
public:
    ~Session() override = default;
    void start(Process& leading_process);
    void add_group() { ++group_count_; }
    void remove_group();

    /// Makes or breaks the link between a session and its terminal, on both sides.
    void attach_terminal(ControllingTerminal& terminal);
    Ref<ControllingTerminal> detach_terminal();
    ControllingTerminal* terminal() const { return terminal_.get(); }
    static Session* of(const ControllingTerminal& terminal) { return terminal.session_; }
    ProcessGroup* foreground_group() const; // null: none, or it is gone

    int id = 0;
    Process* leader = nullptr; // null once it has exited
    int foreground_group_id = 0;
    u32 process_count = 0;

private:
    Pid* pid_ = nullptr; // null: group or session 0
    u32 group_count_ = 0;
    Ref<ControllingTerminal> terminal_;
};

class ProcessGroup : public RefCounted {
public:
    ~ProcessGroup() override = default;
    /// Makes it the group of `pid` in `session`, empty.
    void start(Pid& pid, Ref<Session> session);
    /// The group and session 0 of process 1 before it calls setsid(2): they have no leader and nobody can join.
    void start_nameless(Ref<Session> session);
    /// Adds a process, which belongs to no group, or removes one; the last one out gives the number back.
    void add(Process& process);
    static void remove(Process& process);
    /// No member has a parent in another group of the same session (POSIX.1-2017 3.264). `except` does not count.
    bool is_orphaned(const Process* except = nullptr) const;
    bool has_stopped_member();
    void send_kernel_signal(int signal);

    int id = 0;
    Ref<Session> session;
    List<Process, &Process::group_node> members;

private:
    Pid* pid_ = nullptr; // null: group or session 0
};

/// setpgid(2) and setsid(2) with their errors; both take the lock.
Result<void> set_process_group(int process_id, int group_id);
Result<int> create_session();

/// The session leader `process` exits: its terminal hangs up and leaves the session. Process context, no locks.
void release_session_terminal(Process& process);

} // namespace martlet
