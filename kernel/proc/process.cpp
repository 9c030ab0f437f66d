#include "proc/process.h"

#include "proc/core/core_dump.h"
#include "proc/process_group.h"
#include "time/clock.h"
#include "vfs/file.h"

namespace martlet {

void ResourceUsage::add(const ResourceUsage& other) {
    user_time_ns += other.user_time_ns;
    system_time_ns += other.system_time_ns;
    minor_faults += other.minor_faults;
    major_faults += other.major_faults;
    voluntary_switches += other.voluntary_switches;
    involuntary_switches += other.involuntary_switches;
    io.add(other.io);
    if (other.peak_resident_pages > peak_resident_pages) peak_resident_pages = other.peak_resident_pages;
}

void ResourceUsage::add(const Task& task) {
    Thread::CpuTime time = task.cpu_time();
    user_time_ns += time.user_ns;
    system_time_ns += time.system_ns;
    minor_faults += task.minor_faults.load(std::memory_order_relaxed);
    major_faults += task.major_faults.load(std::memory_order_relaxed);
    voluntary_switches += task.voluntary_switches();
    involuntary_switches += task.involuntary_switches();
    io.add(task.io_counts);
}

Process::Process(Pid& own_pid) : pid(&own_pid), start_time_ns(monotonic_ns()), timers(*this), id_(own_pid.number()) {}

Process::~Process() { free_queued_signal(end_notice); }

Result<Ref<Process>> Process::create(Pid& pid) {
    Process* process = new (std::nothrow) Process(pid);
    if (!process) return Error(Errno::ENOMEM);
    return Ref<Process>::adopt(process);
}

ResourceUsage Process::usage_locked() {
    ResourceUsage total = dead_tasks_usage;
    for (Task& task : tasks) total.add(task);
    return total;
}

ResourceUsage Process::usage() {
    IrqLockGuard guard(process_tree_lock);
    return usage_locked();
}

u64 Process::cpu_time_ns() {
    ResourceUsage total = usage();
    return total.user_time_ns + total.system_time_ns;
}

} // namespace martlet
