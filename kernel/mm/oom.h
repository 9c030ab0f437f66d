// What a fault, or a call, does when no page can be had.
#pragma once
#include "mm/frame.h"

namespace martlet {

/// Waits for memory after the `attempt`-th failure in a row (0 first), longer each time; has a process killed if nobody
/// had one killed just before. False: the caller's own task is dying and should return to its signals instead of trying
/// again. Call without locks.
bool wait_for_memory(u32 attempt);

/// What is tried before a process is killed, where nobody holds locks: more than the allocator's reclaim may do.
void set_last_reclaim_hook(ReclaimHook hook);

} // namespace martlet
