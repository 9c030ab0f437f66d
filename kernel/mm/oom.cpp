// Out of memory in a page fault: reclaim has been tried by the allocator, so a process must go. Which one is proc's choice
// (proc/out_of_memory.h); it exits on its own kernel stack and its pages come back, meanwhile the faulting task waits.
#include "mm/oom.h"

#include "proc/out_of_memory.h"
#include "proc/task.h"
#include "sync/wait_queue.h"
#include "time/clock.h"

namespace martlet {

bool wait_for_memory() {
    constexpr u64 kPauseNs = 2 * kNanosecondsPerMillisecond;
    if (current_task().has_work(ThreadWork::KillPending)) return false;
    (void)kill_process_for_memory();
    (void)sleep_until(Deadline::after(kPauseNs), WaitMode::Killable);
    return !current_task().has_work(ThreadWork::KillPending);
}

} // namespace martlet
