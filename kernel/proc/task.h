// Task: a user thread: a schedulable Thread plus its identity and its view of the system.
//
// What threads may share (memory, descriptors, file-system context, signal handlers, the Process itself) is held by
// reference, so that clone(2) decides flag by flag. `current_task()` is valid in system calls, faults and exits only.
// Only the task itself replaces its references, under `references_lock`; others copy them through process_info.h.
#pragma once
#include "arch/trap_frame.h"
#include "proc/credentials.h"
#include "proc/signal_state.h"
#include "sched/thread.h"
#include "sync/wait_queue.h"

namespace martlet {

class AddressSpace;
class FdTable;
class FsContext;
class Pid;
class Process;

/// How a call that was interrupted with kRestartBlock continues (nanosleep, poll, futex): restart_syscall(2).
struct RestartBlock {
    using Restart = Result<i64> (*)(RestartBlock& block);
    Restart restart = nullptr; // null: EINTR
    u64 deadline_ns = 0;       // monotonic
    u64 user_address = 0;      // where results go
    u64 arguments[4] = {};
};

class Task : public Thread {
public:
    /// A task of `process` (a new one or the caller's) that enters user mode with `start_frame` once started. It shares or
    /// copies nothing yet: the caller (proc/fork.cpp, proc/start_init.cpp) fills the references. ENOMEM.
    static Result<Ref<Task>> create(std::string_view name, void (*entry)(void*));

    int thread_id() const { return thread_id_; }
    Process& process() const { return *process_; }
    /// Null after exit, and for a moment in execve.
    AddressSpace* address_space() const { return address_space_.get(); }
    FdTable& files() const { return *files_; }
    FsContext& fs_context() const { return *fs_context_; }
    /// Only the task itself changes its credentials; others read them through a counted copy.
    const Credentials& credentials() const { return *credentials_; }
    void set_credentials(Ref<const Credentials> credentials);

    TaskSignals signals;
    RestartBlock restart_block;
    TrapFrame start_frame;                 // registers of the first entry to user mode
    u64 clear_child_tid = 0;               // set_tid_address(2)
    u64 robust_list = 0;                   // set_robust_list(2)
    std::atomic<u64> minor_faults = 0, major_faults = 0;
    u64 timer_slack_ns = 50'000;           // prctl(PR_SET_TIMERSLACK)
    u64 start_time_ns = 0;
    int parent_death_signal = 0;           // prctl(PR_SET_PDEATHSIG), cleared by fork
    bool no_new_privileges = false;        // prctl(PR_SET_NO_NEW_PRIVS), inherited
    bool must_finish_execve = false;       // past the point of no return: a failure kills
    ListNode process_node;                 // in Process::tasks, process_tree_lock
    /// vfork(2): the parent sleeps here until this task execs or exits.
    struct VforkCompletion* vfork_completion = nullptr; // process_tree_lock

protected:
    friend class TaskBuilder; // fork and execve: the places that replace references
    Task() = default;
    ~Task() override;

    int thread_id_ = 0;
    Pid* pid_ = nullptr;
    SpinLock references_lock_{LockRank::Leaf};
    Ref<Process> process_;
    Ref<AddressSpace> address_space_;
    Ref<FdTable> files_;
    Ref<FsContext> fs_context_;
    Ref<const Credentials> credentials_;
    void (*entry_)(void*) = nullptr;
};

Task& current_task();
/// Null in kernel threads and before the first process.
Task* current_task_or_null();

} // namespace martlet
