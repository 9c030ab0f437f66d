// The end of tasks and processes (exit(2), exit_group(2), _exit(2)).
#pragma once
#include "proc/process.h"

namespace martlet {

/// Ends the calling task; the last one of a process makes it a zombie. `status` is in wait(2) format and counts if no
/// group exit has begun.
[[noreturn]] void exit_task(int status);
/// Ends the whole process of the calling task.
[[noreturn]] void exit_process(int status);

/// Takes a zombie out of the tree and gives back its number; the caller drops the reference without locks.
Ref<Process> reap(Process& process) REQUIRES(process_tree_lock);

/// A zombie's parent hears of its end, late because a tracer had to first. Answers the process if nobody will
/// wait for it.
Ref<Process> tell_parent_of_end(Process& process) REQUIRES(process_tree_lock);

/// What exit and execve owe to those who share the calling task's memory, before it leaves: robust futexes, CLEARTID.
void release_user_memory(Task& task);
/// After it has left: the parent of a vfork goes on.
void complete_vfork(Task& task);

} // namespace martlet
