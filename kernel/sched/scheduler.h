// Scheduler: which thread runs on which CPU, and how threads stop and go on.
//
// Fair scheduling by weighted virtual runtime, one run queue and one lock per CPU; preemption at the timer, at
// wake-ups and at the end of non-preemptible sections. Sleeping is: set_state, test the condition, schedule().
#pragma once
#include "sched/thread.h"

namespace martlet {

class Scheduler {
public:
    /// Makes the running boot context the idle thread of this CPU. Called once per CPU, when the heap works.
    static void init_this_cpu();
    /// What the boot context becomes: runs whatever is runnable, sleeps otherwise.
    [[noreturn]] static void idle();

    /// Gives up the CPU: the running thread goes back to the queue if Runnable, off it otherwise.
    static void schedule();
    /// Switches if somebody asked for it and preemption is enabled; the running thread stays runnable whatever its
    /// state. The end of interrupts and of non-preemptible sections calls it.
    static void preempt_if_needed();
    static void yield();

    /// Announces a sleep; a wake-up from here on makes the next schedule() return at once.
    static void set_state(ThreadState state);
    /// Makes `thread` runnable if it sleeps, interruptibly or not. Any context.
    static bool wake(Thread& thread);
    /// Wakes it from Interruptible only (a signal), or from Stopped only (SIGCONT, SIGKILL).
    static bool wake_interruptible(Thread& thread);
    /// Wakes it from Interruptible or Killable (SIGKILL).
    static bool wake_killable(Thread& thread);
    static bool wake_stopped(Thread& thread);

    /// Load averages over 1, 5, 15 minutes as fixed point with 11 fraction bits (/proc/loadavg, sysinfo(2)).
    static void load_average(u64 averages[3]);
    static u32 runnable_count();
    static u64 total_context_switches();
    /// CPU time of all CPUs since boot, in ns (/proc/stat).
    struct CpuTimes { u64 user_ns, nice_ns, system_ns, idle_ns; };
    static CpuTimes cpu_times(u32 cpu_id);

private:
    friend class Thread;
    enum class SwitchReason : u8 { Voluntary, Preempted };
    /// Interrupts off, preemption on. Answers when this thread runs again, in the same condition.
    static void switch_thread(SwitchReason reason);
    /// A switched-to thread's first act: ends the critical section that its predecessor began.
    static void finish_switch();
    /// Where every thread's first run starts.
    static void first_run(void* thread);
    static bool wake_from(Thread& thread, u32 state_mask);
};

/// Folds the number of active threads into the load averages when five seconds have passed.
void update_load_average();

} // namespace martlet
