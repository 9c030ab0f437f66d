// Task: a user thread: a schedulable Thread plus its identity and its view of the system.
//
// What threads may share (memory, descriptors, file-system context, signal handlers, the Process itself) is held by
// reference, so that clone(2) decides flag by flag. `current_task()` is valid in system calls, faults and exits only.
// Only the task itself replaces its references; others copy them with the share_ functions.
#pragma once
#include "arch/trap_frame.h"
#include "proc/credentials.h"
#include "proc/rseq.h"
#include "proc/signal_state.h"
#include "proc/user_dispatch.h"
#include "sched/thread.h"
#include "sync/wait_queue.h"

namespace martlet {

class AddressSpace;
class FdTable;
class FsContext;
class Pid;
class PiLock;
class Process;
class SeccompFilter;
struct Tracing;

enum class SeccompMode : u8 { Disabled, Strict, Filter };
/// proc/seccomp/seccomp.h; guarded by ProcessSignals::lock.
struct TaskSeccomp {
    std::atomic<SeccompMode> mode = SeccompMode::Disabled;
    Ref<SeccompFilter> filter;
};

/// How a call that was interrupted with kRestartBlock continues (nanosleep, poll, futex): restart_syscall(2).
struct RestartBlock {
    using Restart = Result<i64> (*)(RestartBlock& block);
    Restart restart = nullptr; // null: EINTR
    u64 deadline_ns = 0;       // monotonic
    u64 user_address = 0;      // where results go
    u64 arguments[4] = {};
};

/// The locks with priority inheritance that a task owns and waits for; under the mutex of ipc/futex_pi.cpp,
/// where `owned` and `has_left` may be read without it.
struct PiFutexState {
    std::atomic<PiLock*> owned = nullptr;
    PiLock* blocked_on = nullptr;
    std::atomic<bool> has_left = false;
};

/// RLIMIT_RTTIME: the CPU time that a real-time thread has used since it last slept.
struct RealTimeWatch {
    u64 switches = 0;     // voluntary ones, when it last slept
    u64 start_ns = 0;     // its CPU time then
    u64 signalled_us = 0; // SIGXCPU was sent for this much, and is once a second
};

/// vfork(2): where the parent sleeps until the child execs or exits. Under process_tree_lock.
struct VforkCompletion {
    WaitQueue queue;
    std::atomic<bool> is_done = false;
};

/// Bytes and calls of read(2), write(2) and their families (proc(5), io).
struct IoCounts {
    u64 read_bytes = 0, written_bytes = 0, read_calls = 0, write_calls = 0;
    void add(const IoCounts& other) {
        read_bytes += other.read_bytes;
        written_bytes += other.written_bytes;
        read_calls += other.read_calls;
        write_calls += other.write_calls;
    }
};

class Task : public Thread {
public:
    /// A task of `process`, not yet in its list, which runs entry(task) in the kernel once started. The references are
    /// filled with the set_ functions. ENOMEM.
    static Result<Ref<Task>> create(std::string_view name, void (*entry)(void*), Pid& pid, Ref<Process> process);

    int thread_id() const { return thread_id_; }
    Process& process() const { return *process_; }
    /// Null after exit.
    AddressSpace* address_space() const { return address_space_.get(); }
    FdTable& files() const { return *files_; }
    FsContext& fs_context() const { return *fs_context_; }
    /// Only the task itself changes its credentials; others read them through share_credentials.
    const Credentials& credentials() const { return *credentials_; }

    // Counted copies for other tasks; null once the task is exiting (credentials stay).
    Ref<AddressSpace> share_address_space();
    Ref<FdTable> share_files();
    Ref<FsContext> share_fs_context();
    Ref<const Credentials> share_credentials();
    // By the task itself, or before it starts; the previous value is answered, to be released without locks.
    Ref<AddressSpace> set_address_space(Ref<AddressSpace> address_space);
    Ref<FdTable> set_files(Ref<FdTable> files);
    Ref<FsContext> set_fs_context(Ref<FsContext> fs_context);
    Ref<const Credentials> set_credentials(Ref<const Credentials> credentials);

    Pid* pid;                              // process_tree_lock; null once the task has left
    ListNode process_node;                 // in Process::tasks, process_tree_lock and ProcessSignals::lock
    VforkCompletion* vfork_completion = nullptr; // process_tree_lock
    TaskSignals signals;

    // ptrace(2), proc/trace/tracing.h. Under process_tree_lock.
    std::atomic<Task*> tracer = nullptr;
    ListNode tracee_node;                  // in the tracer's list
    List<Task, &Task::tracee_node> tracees;
    Own<Tracing> tracing;                  // made at the first attach and kept
    TaskSeccomp seccomp;
    UserDispatch user_dispatch;            // the task's own

    // The task's own.
    RestartBlock restart_block;
    u64 clear_child_tid = 0;               // set_tid_address(2)
    u64 robust_list = 0;                   // set_robust_list(2)
    RestartableSequences rseq;
    PiFutexState pi;
    RealTimeWatch real_time_watch;
    u64 fault_trap_number = 0, fault_error_code = 0, fault_address = 0; // of the last fault, for the signal frame
    u64 timer_slack_ns = 50'000;           // prctl(PR_SET_TIMERSLACK)
    u64 start_time_ns;
    int parent_death_signal = 0;           // prctl(PR_SET_PDEATHSIG), cleared by fork
    std::atomic<bool> no_new_privileges = false;        // prctl(PR_SET_NO_NEW_PRIVS), inherited
    bool has_exceeded_process_limit = false; // by set*uid; execve answers EAGAIN while it is so
    u8 machine_check_policy = 2;           // prctl(PR_MCE_KILL), inherited
    std::atomic<u16> io_priority = 0;       // ioprio_set(2), inherited
    bool is_io_flusher = false;            // prctl(PR_SET_IO_FLUSHER), inherited
    IoCounts io_counts;                    // written by the task alone; others read it as it is
    std::atomic<u64> minor_faults = 0, major_faults = 0;

    /// execve by a thread that is not the leader: it takes over the leader's id. Under process_tree_lock.
    void adopt_pid(Pid& new_pid);

private:
    Task(Pid& pid, Ref<Process> process);
    ~Task() override;
    template <typename T> Ref<T> exchange(Ref<T>& slot, Ref<T> value);
    template <typename T> Ref<T> share(Ref<T>& slot);

    int thread_id_;
    SpinLock references_lock_{LockRank::Leaf};
    Ref<Process> process_;
    Ref<AddressSpace> address_space_;
    Ref<FdTable> files_;
    Ref<FsContext> fs_context_;
    Ref<const Credentials> credentials_;
};

/// Null in kernel threads and before the first process.
inline Task* current_task_or_null() {
    Thread* thread = current_thread();
    return thread && thread->is_user() ? static_cast<Task*>(thread) : nullptr;
}
inline Task& current_task() { return *static_cast<Task*>(current_thread()); }

} // namespace martlet
