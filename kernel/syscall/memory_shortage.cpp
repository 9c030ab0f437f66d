#include "syscall/memory_shortage.h"

#include "mm/oom.h"
#include "sched/thread.h"

namespace martlet {

i64 run_again_for_memory(TrapFrame& frame, SyscallEntry entry) {
    constexpr i64 kNoMemory = -static_cast<i64>(Errno::ENOMEM);
    constexpr u32 kMostAttempts =
        80; // the pauses of wait_for_memory add up to some seconds, for a victim that is slow to end
    Thread& self = *current_thread();
    i64 result = kNoMemory;
    // The mark may be of an earlier call that did without: nobody is killed before this one has failed for it
    // once more.
    for (u32 attempt = 0; self.lacked_memory && attempt < kMostAttempts; ++attempt) {
        if (attempt > 0 && !wait_for_memory(attempt - 1)) break;
        self.lacked_memory = false;
        result = entry(frame);
        if (result != kNoMemory) break;
    }
    self.lacked_memory = false;
    return result;
}

} // namespace martlet
