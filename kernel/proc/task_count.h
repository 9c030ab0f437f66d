// How many tasks there are, and how many this machine can hold (fork answers EAGAIN beyond, whoever asks).
#pragma once
#include "base/types.h"

namespace martlet {

/// False, and nothing counted, if a new task would be one too many.
bool count_new_task();
void count_ended_task();
u32 task_count();
u32 maximum_task_count(); // /proc/sys/kernel/threads-max
u64 fork_count();

} // namespace martlet
