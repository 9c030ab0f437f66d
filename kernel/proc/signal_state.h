// The data of signals: dispositions, pending queues, and what each process and task keeps.
//
// Locks: ProcessSignals::lock guards the pending sets of a process and of all its tasks, the tasks' masks and the stop
// state; SignalActions::lock guards the dispositions (shared by CLONE_SIGHAND) and nests inside it. Both are taken with
// interrupts off, because timers and terminals send from interrupts. Functions are in proc/signal.h.
#pragma once
#include <atomic>

#include "abi/signal.h"
#include "base/list.h"
#include "base/ref.h"
#include "proc/signal_set.h"
#include "proc/user_account.h"
#include "sync/wait_queue.h"

namespace martlet {

class Task;

/// What made a signal and keeps its queue entry (a timer). Both calls come without locks of signals, the
/// second also from interrupts.
class SignalSource {
public:
    /// The signal has been taken from the queue to be delivered; may complete the information.
    virtual void signal_taken(abi::SignalInfo& info) = 0;
    /// The entry is off the queue, taken or thrown away.
    virtual void signal_released() = 0;

protected:
    ~SignalSource() = default;
};

/// A signal that carries information, in its queue; counted against its sender's RLIMIT_SIGPENDING.
struct QueuedSignal {
    ListNode node;
    abi::SignalInfo info;
    Ref<UserAccount> account;
    SignalSource* source = nullptr; // null: the entry is freed after use
};

/// Pending signals, of a process or of one task. A standard signal is pending at most once; without a queue entry its
/// information is made up when it is taken (SI_KERNEL if the kernel sent it, else SI_USER).
class PendingSignals : NonCopyable {
public:
    SignalSet set() const { return set_; }
    enum class Origin : u8 { User, Kernel };
    void add(int signal, QueuedSignal* entry, Origin origin);
    /// Removes the most urgent signal outside `blocked`; 0 if there is none. The entry that carried its information, if
    /// any, is handed to `consumed` for freeing outside the lock.
    int take(SignalSet blocked, abi::SignalInfo& info, QueuedSignal*& consumed);
    /// The queued entry number `index`, which stays. False: there are not so many.
    bool peek(u64 index, abi::SignalInfo& info);
    /// Moves the entries of the signals in `signals` to `discarded` and forgets them.
    using EntryList = List<QueuedSignal, &QueuedSignal::node>;
    void discard(SignalSet signals, EntryList& discarded);
    /// The same with what timers have queued. Another entry of the same signal keeps it pending.
    void discard_sourced(EntryList& discarded);

private:
    SignalSet set_;
    SignalSet from_kernel_;
    EntryList entries_;
};

/// Null when memory is exhausted; charged to an account when it is queued.
QueuedSignal* allocate_queued_signal(const abi::SignalInfo& info);
/// These outside the locks of signals; null is harmless. The first after take().
void finish_taken_signal(QueuedSignal* entry, abi::SignalInfo& info);
void free_queued_signal(QueuedSignal* entry);
void free_queued_signals(PendingSignals::EntryList& entries);

/// The dispositions, shared by the threads of a process and by CLONE_SIGHAND.
class SignalActions : public RefCounted {
public:
    static Result<Ref<SignalActions>> create();
    Result<Ref<SignalActions>> clone();
    abi::SignalAction get(int signal);
    /// Only the handler, without the lock: a single word.
    u64 handler(int signal) const NO_THREAD_SAFETY_ANALYSIS {
        return std::atomic_ref(const_cast<u64&>(actions_[signal - 1].handler)).load(std::memory_order_relaxed);
    }
    void set(int signal, const abi::SignalAction& action, abi::SignalAction* previous = nullptr);
    /// execve: handlers become default, ignored signals stay ignored.
    void reset_handlers();
    /// Whether a signal that arrives now is thrown away (SIG_IGN, or default and harmless).
    static bool ignores(u64 handler, int signal) {
        return handler == abi::kSigIgnore ||
               (handler == abi::kSigDefault && (default_action(signal) == DefaultAction::Ignore ||
                                                default_action(signal) == DefaultAction::Continue));
    }

private:
    SpinLock lock_{LockRank::SignalHandlers};
    abi::SignalAction actions_[kSignalCount] GUARDED_BY(lock_);
};

enum class StopState : u8 { Running, Stopping, Stopped };

struct ProcessSignals {
    /// Of the calling task's own process, without the lock: only execve replaces them, by a task that is alone.
    SignalActions& own_actions() const NO_THREAD_SAFETY_ANALYSIS { return *actions; }

    SpinLock lock{LockRank::SignalPending};
    WaitQueue queue; // woken when a signal is queued for the process or one of its tasks (signalfd)
    Ref<SignalActions> actions GUARDED_BY(lock);
    PendingSignals pending GUARDED_BY(lock);
    // Group stop (job control): the signal that stops, and how many tasks have yet to stop.
    StopState stop_state GUARDED_BY(lock) = StopState::Running;
    int stop_signal GUARDED_BY(lock) = 0;
    u32 tasks_left_to_stop GUARDED_BY(lock) = 0;
    bool continue_to_announce GUARDED_BY(lock) = false; // a woken task tells the parent
    // What wait(2) has yet to report of this process.
    int unreported_stop_signal GUARDED_BY(lock) = 0;
    bool has_unreported_continue GUARDED_BY(lock) = false;
    bool may_begin_stop GUARDED_BY(lock) = false; // since a stop signal was taken no SIGCONT has come
    // Group exit: set once; every task then leaves at its next return to user mode.
    bool is_exiting GUARDED_BY(lock) = false;
    int exit_status GUARDED_BY(lock) = 0; // wait(2) format
    Task* survivor GUARDED_BY(lock) = nullptr; // execve: every other task leaves
    bool is_unkillable GUARDED_BY(lock) = false; // init: default actions do not apply
};

/// Guarded by the process's ProcessSignals::lock; `blocked`, `restore_mask` and `alternate_stack` are written
/// by the task itself only, which may therefore read them without it.
struct TaskSignals {
    PendingSignals pending;
    SignalSet blocked;
    SignalSet saved_mask;       // the mask to return to when restore_mask is set (sigsuspend, ppoll)
    SignalSet waited;           // rt_sigtimedwait: signals that wake it although they are blocked
    bool restore_mask = false;
    bool is_stopped = false;    // counted in the group stop
    bool must_trap = false;     // a tracer asked for a stop, or is to hear of a group stop
    bool has_left = false;      // exiting: takes no more signals
    abi::AlternateStack alternate_stack;
};

} // namespace martlet
