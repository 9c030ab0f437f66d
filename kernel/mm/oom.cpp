// Out of memory in a page fault, or in a system call that is about to run again (syscall/memory_shortage.h):
// reclaim has been tried by the allocator. If pages that programs map do not help either, a process must go.
// Which one is proc's choice (proc/out_of_memory.h); it exits on its own kernel stack and its pages come
// back, meanwhile the failing tasks wait.
//
// A fork bomb makes hundreds of tasks fail at once. Only one of them at a time has a process killed, which
// takes its pages with it and lets this one try again at once; at most one goes per kKillIntervalNs. The
// others sleep, longer from attempt to attempt, so that victims get the CPU to exit.
#include "mm/oom.h"

#include <atomic>

#include "proc/out_of_memory.h"
#include "proc/task.h"
#include "sync/wait_queue.h"
#include "time/clock.h"

namespace martlet {

namespace {

std::atomic<ReclaimHook> last_reclaim_hook;

/// Too little is as bad as nothing: programs would only take each other's last pages.
bool reclaim_enough() {
    constexpr u64 kWantedFrames = 1024, kEnoughFrames = 64;
    ReclaimHook reclaim = last_reclaim_hook.load(std::memory_order_relaxed);
    return reclaim && reclaim(kWantedFrames) >= kEnoughFrames;
}

} // namespace

void set_last_reclaim_hook(ReclaimHook hook) { last_reclaim_hook.store(hook, std::memory_order_relaxed); }

bool wait_for_memory(u32 attempt) {
    constexpr u64 kKillIntervalNs = 50 * kNanosecondsPerMillisecond;
    constexpr u64 kFirstPauseNs = kNanosecondsPerMillisecond;
    constexpr u32 kLongestPauseShift = 6;
    constexpr u64 kKillInProgress = ~0ull;
    static std::atomic<u64> next_kill_ns = 0;
    if (current_task().has_work(ThreadWork::KillPending)) return false;
    if (reclaim_enough()) return true;
    u64 due = next_kill_ns.load(std::memory_order_relaxed);
    if (monotonic_ns() >= due &&
        next_kill_ns.compare_exchange_strong(due, kKillInProgress, std::memory_order_relaxed)) {
        bool is_freed = kill_process_for_memory();
        next_kill_ns.store(monotonic_ns() + kKillIntervalNs, std::memory_order_relaxed);
        if (is_freed) return !current_task().has_work(ThreadWork::KillPending);
    }
    u32 shift = attempt < kLongestPauseShift ? attempt : kLongestPauseShift;
    (void)sleep_until(Deadline::after(kFirstPauseNs << shift), WaitMode::Killable);
    return !current_task().has_work(ThreadWork::KillPending);
}

} // namespace martlet
