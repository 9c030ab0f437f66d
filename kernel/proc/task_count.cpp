#include "proc/task_count.h"

#include <atomic>

#include "mm/frame.h"
#include "proc/pid.h"

namespace martlet {

namespace {
std::atomic<u32> g_tasks;
std::atomic<u64> g_forks;
} // namespace

u32 maximum_task_count() {
    // A small forked shell costs about that much in stacks, tables and copied pages: a fork bomb meets this
    // limit first.
    constexpr u64 kBytesPerTask = 256 * kKiB;
    const u64 by_memory = total_memory_frames() * kPageSize / kBytesPerTask;
    constexpr u64 by_number = kPidMax - kReservedPids;
    return static_cast<u32>(by_memory < 64 ? 64 : by_memory < by_number ? by_memory : by_number);
}

bool count_new_task() {
    if (g_tasks.fetch_add(1, std::memory_order_relaxed) >= maximum_task_count()) {
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
