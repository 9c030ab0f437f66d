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
    /// Makes a thread that runs on another CPU look at its work (ThreadWork) soon.
    static void kick(Thread& thread);

    /// sched_setscheduler(2), setpriority(2): takes effect at once, also on a thread that runs or waits for a CPU.
    static void set_parameters(Thread& thread, const SchedulingParameters& parameters);
    /// A thread that others wait for runs with at least their real-time priority (PI futexes); 0: nobody's.
    static void set_inherited_priority(Thread& thread, u32 priority);
    /// sched_setaffinity(2): when it returns, the thread runs on no other CPU. EINVAL if none of `cpus` is online.
    static Result<void> set_affinity(Thread& thread, CpuMask cpus);

    /// CPU time up to this moment, also of a thread that runs on another CPU.
    static u64 run_time_ns(Thread& thread);
    /// Whether some CPU runs it at this moment. The thread need not exist any more.
    static bool is_running(const Thread* thread);

    /// CPUs that are not idle.
    static u32 working_cpu_count();
    /// Load averages over 1, 5, 15 minutes as fixed point with 11 fraction bits (/proc/loadavg, sysinfo(2)).
    static void load_average(u64 averages[3]);
    static u32 runnable_count();
    static u64 total_context_switches();
    /// CPU time of all CPUs since boot, in ns (/proc/stat).
    struct CpuTimes { u64 user_ns, nice_ns, system_ns, idle_ns; };
    static CpuTimes cpu_times(u32 cpu_id);

private:
    friend class Thread;
    friend class RunQueue;
    enum class SwitchReason : u8 { Voluntary, Preempted, Yielded };
    /// Interrupts off, preemption on. Answers when this thread runs again, in the same condition.
    static void switch_thread(SwitchReason reason);
    /// A switched-to thread's first act: ends the critical section that its predecessor began.
    static void finish_switch();
    /// Where every thread's first run starts.
    static void first_run(void* thread);
    static bool wake_from(Thread& thread, u32 state_mask);
    static void set_class(Thread& thread, const SchedulingParameters& parameters, u32 inherited_priority);

    // Which CPU (sched/placement.cpp).
    static RunQueue& lock_queue_of(Thread& thread);
    static u32 choose_cpu(const Thread& thread, u32 previous_cpu);
    static void take_previous_back(RunQueue& queue, Thread& previous, SwitchReason reason);
    /// Makes a thread that may not run on the queue's CPU go elsewhere once the lock is free.
    static void send_away(RunQueue& queue, Thread& thread);
    static void deliver_outgoing(RunQueue& queue);
    /// Queues a Moving thread on the CPU that it names.
    static void arrive(Thread& thread);
    /// Asks the CPU of `queue`, whose lock is held, to switch; the interrupt is sent by kick_if_asked without the lock.
    static bool ask_to_switch(RunQueue& queue);
    static void pull(RunQueue& queue, u32 surplus);
    static void balance(RunQueue& queue, u32 tick);
    static void note_idle(u32 cpu_id, bool is_idle);
};

/// Folds the number of active threads into the load averages when five seconds have passed.
void update_load_average();
/// pressure.h: likewise.
void update_pressure();

} // namespace martlet
