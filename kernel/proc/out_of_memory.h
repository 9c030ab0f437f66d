// The out-of-memory killer: the last resort of the frame allocator (proc(5), oom_score and oom_score_adj).
#pragma once
#include "base/result.h"
#include "base/types.h"

namespace martlet {

class Process;

inline constexpr int kOomAdjustMinimum = -1000, kOomAdjustMaximum = 1000; // the minimum: never chosen

/// /proc/pid/oom_score: 0 for a process that is never chosen, otherwise what share of memory it has, in
/// thousandths, times two thirds and moved by the adjustment.
int oom_score(Process& process);
/// A write to /proc/pid/oom_score_adj, for every process that shares the memory. EINVAL out of range; EACCES for less
/// than the lowest value that somebody with CAP_SYS_RESOURCE has set.
Result<void> set_oom_adjust(Process& process, int value);

/// Ends the process that frees most, with all others that share its memory (init excepted), and takes its private pages
/// from it at once. False: nobody is left to be ended. May sleep; call without locks.
bool kill_process_for_memory();

} // namespace martlet
