// Interval timers and CPU limits of a process: setitimer(2), alarm(2), RLIMIT_CPU.
//
// The real timer is one kernel timer. The virtual and profiling timers and RLIMIT_CPU run on the process's CPU time, at
// which each tick of one of its threads looks (proc/cpu_clock.h) while there is anything to look for.
// Expiry of the real timer runs in interrupt context; the lock is therefore taken with interrupts off.
#pragma once
#include "base/result.h"
#include "proc/signal_set.h"
#include "sync/spinlock.h"
#include "time/timer.h"

namespace martlet {

class Process;
struct ResourceLimit;

enum class IntervalTimerKind : u8 { Real, Virtual, Profiling };

struct IntervalTimerValue {
    u64 remaining_ns = 0; // 0: off
    u64 interval_ns = 0;  // 0: once
};

class IntervalTimers : NonCopyable {
public:
    explicit IntervalTimers(Process& process);
    IntervalTimerValue get(IntervalTimerKind kind);
    /// Answers the previous value.
    IntervalTimerValue set(IntervalTimerKind kind, IntervalTimerValue value);
    /// After RLIMIT_CPU changed, and for a new process that inherited one.
    void cpu_limit_changed();
    void cancel_all(); // exit
    /// By a thread of the process, after a tick.
    void check_cpu_time();

private:
    struct CpuTimer {
        u64 expiry_ns = 0; // on the process's clock, 0: off
        u64 interval_ns = 0;
    };
    static void real_expired(Timer& timer, void* context);
    u64 process_clock_ns(IntervalTimerKind kind); // takes process_tree_lock
    CpuTimer& cpu_timer_of(IntervalTimerKind kind) REQUIRES(lock_) {
        return cpu_timers_[kind == IntervalTimerKind::Virtual ? 0 : 1];
    }
    SignalSet due_signals(const u64 (&now_ns)[2], ResourceLimit limit);

    Process& process_;
    SpinLock lock_{LockRank::Leaf};
    Timer real_timer_;
    u64 real_deadline_ns_ GUARDED_BY(lock_) = 0; // 0: off
    u64 real_interval_ns_ GUARDED_BY(lock_) = 0;
    CpuTimer cpu_timers_[2] GUARDED_BY(lock_);
    std::atomic<bool> watches_cpu_time_ = false; // a CPU timer is on, or a limit is set
    u64 cpu_limit_signalled_at_s_ GUARDED_BY(lock_) = 0; // SIGXCPU is sent once a second beyond the soft limit
};

} // namespace martlet
