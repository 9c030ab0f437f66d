// What /proc shows of processes, as consistent snapshots.
#pragma once
#include "base/ref.h"
#include "proc/credentials.h"
#include "proc/resource_limits.h"
#include "proc/signal_set.h"
#include "sched/thread.h"

namespace martlet {

class AddressSpace;
class FdTable;
class File;
class FsContext;
class Process;
class Task;

/// The process with the lowest id >= `minimum`, zombies included; null at the end. Iterate with id() + 1.
Ref<Process> next_process(int minimum);
/// By thread-group id; null if there is none.
Ref<Process> find_process(int process_id);
/// The process of any thread, or a zombie's.
Ref<Process> find_process_of(int thread_id);
/// A task by its thread id, the leader included; null if there is none.
Ref<Task> find_task(int thread_id);
/// The task of `process` with the lowest thread id >= `minimum`.
Ref<Task> next_task(Process& process, int minimum);

/// Fields of /proc/pid/stat and status. Times in ns.
struct ProcessInfo {
    char name[16];
    char state; // R S D T t Z X
    int process_id, parent_id, group_id, session_id, foreground_group_id; // the last is -1 without a terminal
    u64 terminal_device;
    u32 thread_count;
    SchedulingParameters scheduling;
    int exit_signal;
    u64 start_time_ns; // since boot
    u64 user_time_ns, system_time_ns, children_user_time_ns, children_system_time_ns;
    u64 minor_faults, major_faults, voluntary_switches, involuntary_switches;
    u32 last_cpu;
    int exit_status; // wait(2) format, zombies only
    bool is_kernel_thread;
    bool no_new_privileges;
    int tracer_id; // thread id, 0: none
    u32 seccomp_mode, seccomp_filters;
    SignalSet pending, shared_pending, blocked, ignored, caught;
    u64 queued_signals, queued_signals_limit;
};
ProcessInfo process_info(Process& process);
/// The same for one task: name, state, times and masks are the task's.
ProcessInfo task_info(Task& task);

/// Shared views of a live process; null once it is exiting (a zombie has none).
Ref<const Credentials> process_credentials(Process& process);
Ref<AddressSpace> process_address_space(Process& process);
Ref<FdTable> process_files(Process& process);
Ref<FsContext> process_fs_context(Process& process);
/// The program file (/proc/pid/exe); null for kernel threads and zombies.
Ref<File> process_executable(Process& process);
ResourceLimit process_limit(Process& process, Resource resource);

/// Whether the caller may look into the process (ptrace(2), "Ptrace access mode checking"). Its files go by
/// the caller's file-system ids and effective capabilities; what acts on the process, by the real ids and
/// permitted capabilities.
enum class InspectBy : u8 { FileSystemIds, RealIds };
bool may_inspect(Process& process, InspectBy by = InspectBy::FileSystemIds);

u32 process_count();
/// Tasks, last id given out and totals since boot, for /proc/loadavg and /proc/stat.
struct ProcessTotals { u32 tasks; int last_id; u64 forks; };
ProcessTotals process_totals();

} // namespace martlet
