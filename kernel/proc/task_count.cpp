#include "proc/task_count.h"

#include <atomic>

#include "mm/frame.h"
#include "proc/pid.h"
#include "sched/thread.h"

namespace martlet {

namespace {
std::atomic<u32> g_tasks;
std::atomic<u64> g_forks;
} // namespace

u32 maximum_task_count() {
    // Kernel stacks may take an eighth of memory (as Linux).
    u64 by_memory = memory_statistics().total_frames * kPageSize / 8 / kKernelStackSize;
    u64 by_number = kPidMax - kReservedPids;
    return static_cast<u32>(by_memory < 64 ? 64 : by_memory < by_number ? by_memory : by_number);
}

bool count_new_task() {
    static const u32 maximum = maximum_task_count();
    if (g_tasks.fetch_add(1, std::memory_order_relaxed) >= maximum) {
        g_tasks.fetch_sub(1, std::memory_order_relaxed);
        return false;
    }
    g_forks.fetch_add(1, std::memory_order_relaxed);
    return true;
}

void count_ended_task() { g_tasks.fetch_sub(1, std::memory_order_relaxed); }
u32 task_count() { return g_tasks.load(std::memory_order_relaxed); }
u64 fork_count() { return g_forks.load(std::memory_order_relaxed); }

} // namespace martlet
