// Signals inside proc: what sending, delivery, exit and execve share. See proc/signal.h for the public part.
#pragma once
#include "arch/trap_frame.h"
#include "proc/process.h"
#include "proc/signal.h"

namespace martlet {

/// Sets or clears the task's SignalPending work from what is pending for it. Under the process's signal lock.
void recalculate_pending(Process& process, Task& task) REQUIRES(process.signals.lock);

/// Makes every task of the process leave at its next return to user mode; the first status wins.
void begin_group_exit(Process& process, int status) REQUIRES(process.signals.lock);

/// The task is to look at its signals: ends a wait that a signal may end, or interrupts it on its CPU.
void wake_for_signal(Task& task);

/// The task is to leave: ends every wait that a kill may end.
void wake_for_kill(Task& task);

/// Throws away pending signals of the process and of all its tasks. Under the lock; free the entries afterwards.
void discard_pending(Process& process, SignalSet signals, PendingSignals::EntryList& discarded)
    REQUIRES(process.signals.lock);

/// Counts a task that stops or leaves against a group stop; true when it was the last and the parent is to be told.
bool count_as_stopped(Process& process) REQUIRES(process.signals.lock);

/// SIGCHLD about a stopped or continued child, and wakes the parent's waiters. Takes the tree lock.
void announce_stop(Process& process, int stop_signal);
void announce_continue(Process& process);

/// Process-directed signals that `task` no longer takes go to tasks that do. Under the lock.
void retarget_pending(Process& process, Task& task, SignalSet given_up) REQUIRES(process.signals.lock);

/// Sending with an entry made beforehand (may be null), for callers that hold the tree lock: from a user
/// (kill), or about a child to its parent.
Result<void> send_queued_signal(Process& process, QueuedSignal* entry, int signal);
void send_child_signal(Process& parent, QueuedSignal* entry, int signal);
/// The signal of a timer, in any context; to `task` or, if null, to the process.
void send_timer_signal(Process& process, Task* task, QueuedSignal& entry);

/// signal_frame.cpp: puts the frame for a handler on the user stack and points the registers at the handler.
/// EFAULT: the stack cannot hold it.
Result<void> set_up_signal_frame(TrapFrame& frame, const abi::SignalInfo& info, const abi::SignalAction& action,
                                 SignalSet mask_to_restore);
/// rt_sigreturn(2): answers the restored RAX. EFAULT: the frame is unreadable or hostile.
Result<u64> restore_signal_frame(TrapFrame& frame);

} // namespace martlet
