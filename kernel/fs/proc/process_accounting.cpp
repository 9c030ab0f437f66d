// io, sched and schedstat (proc(5), taskstats).
#include "fs/proc/process_entries.h"

namespace martlet {
namespace {

using ulong = unsigned long long;

} // namespace

/// Of the process: with what its ended threads and the children it waited for did.
Result<void> show_io(TextBuffer& text, const ProcSubject& subject) {
    if (!may_inspect(*subject.process)) return Error(Errno::EACCES);
    IoCounts counts;
    {
        IrqLockGuard guard(process_tree_lock);
        if (subject.task) {
            counts = subject.task->io_counts;
        } else {
            counts = subject.process->usage_locked().io;
            counts.add(subject.process->children_usage.io);
        }
    }
    // Files live in memory: nothing moves to or from a device.
    text.print("rchar: %llu\nwchar: %llu\nsyscr: %llu\nsyscw: %llu\nread_bytes: 0\nwrite_bytes: "
               "0\ncancelled_write_bytes: 0\n",
               static_cast<ulong>(counts.read_bytes), static_cast<ulong>(counts.written_bytes),
               static_cast<ulong>(counts.read_calls), static_cast<ulong>(counts.write_calls));
    return {};
}

Result<void> show_schedstat(TextBuffer& text, const ProcSubject& subject) {
    Ref<Task> task = subject.task ? subject.task : find_task(subject.process->id());
    if (!task) {
        text.append("0 0 0\n");
        return {};
    }
    // Time on a CPU, time waiting for one (not measured), and how often it ran.
    text.print("%llu 0 %llu\n", static_cast<ulong>(task->run_time_ns()),
               static_cast<ulong>(task->voluntary_switches() + task->involuntary_switches()));
    return {};
}

Result<void> show_sched(TextBuffer& text, const ProcSubject& subject) {
    Ref<Task> task = subject.task ? subject.task : next_task(*subject.process, 0);
    if (!task) return Error(Errno::ESRCH);
    ProcessInfo info = subject.task ? task_info(*task) : process_info(*subject.process);
    u64 run = task->run_time_ns();
    auto count = [&](const char* name, u64 value) { text.print("%-45s:%21llu\n", name, static_cast<ulong>(value)); };
    text.print("%s (%d, #threads: %u)\n", info.name, task->thread_id(), info.thread_count);
    text.append("-------------------------------------------------------------------\n");
    text.print("%-45s:%14llu.%06llu\n", "se.sum_exec_runtime", static_cast<ulong>(run / 1'000'000),
               static_cast<ulong>(run % 1'000'000));
    count("nr_switches", task->voluntary_switches() + task->involuntary_switches());
    count("nr_voluntary_switches", task->voluntary_switches());
    count("nr_involuntary_switches", task->involuntary_switches());
    SchedulingParameters scheduling = task->scheduling();
    count("policy", static_cast<u64>(scheduling.policy));
    count("prio", scheduling.real_time_priority != 0 ? 99 - scheduling.real_time_priority
                                                     : static_cast<u64>(120 + scheduling.nice));
    return {};
}

} // namespace martlet
