// Process: a thread group: identity, relations, and what its tasks share beyond the references in Task.
//
// Life: made by fork with one task -> alive -> exiting (group exit: tasks leave one by one) -> zombie when
// the last task has left (its parent can wait for it) -> reaped: unlinked, its number free. A process whose
// parent does not want to know (SIGCHLD ignored, SA_NOCLDWAIT) skips the zombie state. References: the
// process tree holds one until the process is reaped, each task one until it is freed, lookups one each.
// Locks: process_tree_lock guards relations and exit data; signals, limits and timers have their own locks.
#pragma once
#include "base/list.h"
#include "base/ref.h"
#include "proc/interval_timers.h"
#include "proc/pid.h"
#include "proc/posix_timer.h"
#include "proc/resource_limits.h"
#include "proc/session.h"
#include "proc/signal_state.h"
#include "proc/task.h"
#include "sync/wait_queue.h"

namespace martlet {

class File;
struct CoreDump;

/// CPU time and events, of a process or of the children it waited for (getrusage(2)).
struct ResourceUsage {
    u64 user_time_ns = 0, system_time_ns = 0;
    u64 minor_faults = 0, major_faults = 0;
    u64 voluntary_switches = 0, involuntary_switches = 0;
    u64 peak_resident_pages = 0; // the largest, not the sum

    IoCounts io;

    void add(const ResourceUsage& other);
    void add(const Task& task);
};

/// What a core dump holds, as bits (core(5)). Huge and DAX pages, the higher bits, do not exist here.
enum CoreFilter : u32 {
    kCoreAnonymousPrivate = 1,
    kCoreAnonymousShared = 2,
    kCoreMappedPrivate = 4,
    kCoreMappedShared = 8,
    kCoreElfHeaders = 16,
    kCoreFilterDefault = 0x33,
    kCoreFilterMask = 0x1ff,
};

enum class ProcessState : u8 { Alive, Zombie, Reaped };

class Process : public RefCounted {
public:
    /// Not yet in the tree: link_process does that.
    static Result<Ref<Process>> create(Pid& pid);
    int id() const { return id_; }
    bool is_init() const { return id_ == 1; }
    /// Of the whole process so far, ended tasks included. Takes process_tree_lock.
    ResourceUsage usage();
    ResourceUsage usage_locked();
    u64 cpu_time_ns(); // user + system

    // Relations and exit, under process_tree_lock.
    Pid* pid;                  // null once reaped
    Process* parent = nullptr; // null for init
    ListNode sibling_node;
    List<Process, &Process::sibling_node> children;
    List<Task, &Task::process_node> tasks;
    u32 task_count = 0;
    Task* traced_leader = nullptr;    // the task with the process's number, also when it has left, while it is traced
    std::atomic<u32> live_tasks = 0;  // tasks that have not begun to exit
    Ref<ProcessGroup> group;
    ListNode group_node;
    ProcessState state = ProcessState::Alive;
    int exit_status = 0;              // wait(2) format
    QueuedSignal* end_notice = nullptr; // for a parent that hears of the end only after a tracer
    int exit_signal = kSigChld;       // what the parent gets at the end (clone(2))
    int creator_thread_id = 0;        // __WNOTHREAD
    bool has_executed = false;        // setpgid of a child then answers EACCES
    bool is_child_subreaper = false;  // prctl(PR_SET_CHILD_SUBREAPER)
    char name_at_exit[16] = {};
    u32 user_id_at_exit = 0;
    ResourceUsage dead_tasks_usage;
    ResourceUsage children_usage;     // of children waited for
    u64 start_time_ns = 0;
    Ref<File> executable;             // /proc/pid/exe

    WaitQueue child_event;            // a child changed state, or there may be none left to wait for
    Ref<CoreDump> core_dump;          // under signals.lock, while one is being written (proc/core/core_dump.h)
    WaitQueue exit_event;             // it has become a zombie (pidfds)
    WaitQueue tasks_event;            // a task of this process has left (execve waits for the others)

    ProcessSignals signals;
    ResourceLimits limits;
    IntervalTimers timers;
    PosixTimers posix_timers;
    CpuClockTimers cpu_timers;             // on this process's CPU time, whoever made them
    std::atomic<u32> personality = 0;
    std::atomic<i16> oom_adjust = 0, oom_adjust_minimum = 0; // proc/out_of_memory.h
    std::atomic<bool> is_dumpable = true; // prctl(PR_SET_DUMPABLE)
    std::atomic<u32> login_uid = ~0u;     // /proc/pid/loginuid, inherited
    std::atomic<u32> core_dump_filter = kCoreFilterDefault; // CoreFilter bits, inherited (/proc/pid/coredump_filter)

private:
    friend class ProcessGroup;
    explicit Process(Pid& pid);
    ~Process() override;
    int id_;
};

/// The calling task's process.
inline Process& current_process() { return current_task().process(); }

} // namespace martlet
