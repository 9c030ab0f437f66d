// Signals: sending, masks, waiting and delivery (signal(7)).
//
// Sending: `send_signal*` queue information and need process context; `send_kernel_signal*` need no memory
// and work in any context, also under spinlocks of rank below SignalPending. Permission is the caller's
// matter: may_signal(). Delivery happens on the way back to user mode (handle_return_to_user_work).
#pragma once
#include "base/result.h"
#include "mm/user_access.h"
#include "proc/session.h"
#include "proc/signal_state.h"

namespace martlet {

struct Credentials;

/// To the process: any task of it that does not block the signal takes it. EAGAIN: RLIMIT_SIGPENDING or memory, for
/// signals that must queue.
Result<void> send_signal(Process& process, const abi::SignalInfo& info);
/// To exactly this task.
Result<void> send_signal_to_task(Task& task, const abi::SignalInfo& info);
/// From the kernel itself (si_code SI_KERNEL): terminals, timers, SIGPIPE. Any context.
/// What tells that the calling task sent `signal`, under the number `sender_id` (of its process or its own).
abi::SignalInfo sender_information(int signal, i32 code, i32 sender_id);
void send_kernel_signal(Process& process, int signal);
void send_kernel_signal_to_task(Task& task, int signal);
/// A synchronous signal for the calling task that it cannot escape: blocked or ignored becomes default (a fault).
void force_signal(const abi::SignalInfo& info);
/// SIGSEGV with SI_KERNEL: user memory that the kernel needs is bad.
void force_segmentation_fault();

/// Sends what open files have to tell their owners (O_ASYNC); event/file_owner.cpp. Process context, no locks.
void send_file_signals();

/// kill(2)'s rule, also used by others: same user, CAP_KILL, or SIGCONT within the session.
bool may_signal(const Credentials& sender, Process& target, int signal) REQUIRES(process_tree_lock);

/// Whether an interruptible wait of the calling task would end now.
bool signal_is_pending();
bool signal_is_blocked_or_ignored(Task& task, int signal);

/// Replaces the calling task's mask (SIGKILL and SIGSTOP are never blocked).
void set_signal_mask(SignalSet mask);
/// ppoll, pselect6, epoll_pwait, sigsuspend: blocks `mask` for this call. `end` with interrupted = Yes (the
/// call answers EINTR or a restart code because of a signal) leaves the old mask to be restored after the
/// handler was set up.
void begin_temporary_signal_mask(SignalSet mask);
enum class Interrupted : u8 { No, Yes };
void end_temporary_signal_mask(Interrupted interrupted);
/// The optional mask argument of such calls: EINVAL unless size is 8, EFAULT. Does nothing for a null pointer.
Result<void> begin_temporary_signal_mask(UserPtr<const u64> mask, usize size);

} // namespace martlet
