// Scheduler: which thread runs on which CPU, and how threads stop and go on.
//
// Fair scheduling by weighted virtual runtime, one run queue and one lock per CPU; preemption at the timer, at
// wake-ups and at the end of non-preemptible sections. Sleeping is: set_state, test the condition, schedule().
#pragma once
#include "sched/thread.h"

namespace martlet {

class Scheduler {
public:
    /// Makes the running boot context the idle thread of this CPU. Called once per CPU.
    static void init_this_cpu();

    /// Gives up the CPU: the running thread goes back to the queue if Runnable, off it otherwise.
    static void schedule();
    /// schedule() if somebody asked for it and preemption is enabled.
    static void preempt_if_needed();
    static void yield();

    /// Announces a sleep; a wake-up from here on makes the next schedule() return at once.
    static void set_state(ThreadState state);
    /// Makes `thread` runnable if it is in one of the sleeping states of `mask`. Any context.
    static bool wake(Thread& thread);
    /// Wakes it only from Interruptible (a signal), or also from Stopped.
    static bool wake_interruptible(Thread& thread);
    static bool wake_stopped(Thread& thread);

    /// Timer tick of the running thread: charges time and asks for a switch when its slice is over.
    static void tick();
    /// Entry from and return to user mode: splits CPU time into user and system (called by arch entry code).
    static void account_enter_kernel();
    static void account_leave_kernel();

    /// Load averages over 1, 5, 15 minutes as fixed point with 11 fraction bits (/proc/loadavg, sysinfo(2)).
    static void load_average(u64 averages[3]);
    static u32 runnable_count();
    static u64 total_context_switches();
    /// CPU time of all CPUs since boot, in ns (/proc/stat).
    struct CpuTimes { u64 user_ns, nice_ns, system_ns, idle_ns; };
    static CpuTimes cpu_times(u32 cpu_id);
};

} // namespace martlet
