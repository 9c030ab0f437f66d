// Thread: what the scheduler runs. A kernel thread is just this; a user thread is a proc/Task, which derives
// from it.
//
// States:  Runnable -> (schedule picks it) running on a CPU -> Runnable | Interruptible | Killable |
//          Uninterruptible | Stopped -> …
//          -> Dead (never runs again; the next thread on that CPU drops the scheduler's reference).
// Ownership: the scheduler holds one reference from start() until Dead; others hold theirs.
// The last reference may be dropped with preemption off: destructors of threads do not sleep.
// Locking: run-queue fields under the lock of the run queue of cpu_, which changes under that lock only;
// `state` is written by the thread itself, or by a waker through Scheduler's wake functions only.
#pragma once
#include <atomic>
#include <string_view>

#include "arch/context.h"
#include "arch/cpu.h"
#include "base/list.h"
#include "base/rb_tree.h"
#include "base/ref.h"
#include "base/types.h"
#include "sync/lock_rank.h"

namespace martlet {

/// sched(7); the numbers are the system calls'.
enum class SchedulingPolicy : u8 { Other = 0, Fifo = 1, RoundRobin = 2, Batch = 3, Idle = 5 };
inline constexpr u32 kMaximumRealTimePriority = 99;

/// A policy and what goes with it: a priority of 1 … 99 for Fifo and RoundRobin, 0 for the others, which have `nice`.
struct SchedulingParameters {
    SchedulingPolicy policy = SchedulingPolicy::Other;
    u32 real_time_priority = 0;
    int nice = 0;
    bool resets_on_fork = false; // children start without privileges (SCHED_RESET_ON_FORK)
};

/// Queued: in its CPU's run queue. Moving: between two. None: it runs, or it sleeps.
enum class QueuePlace : u8 { None, Queued, Moving };

enum class ThreadState : u8 { Runnable, Interruptible, Killable, Uninterruptible, Stopped, Dead };

/// Reasons to call the slow path before the thread returns to user mode (Linux's TIF_ flags).
enum class ThreadWork : u32 {
    SignalPending = 1u << 0, // also ends interruptible waits
    KillPending = 1u << 1,   // also ends killable waits
    Notify = 1u << 2,        // proc-level work (ptrace, rseq, …)
    TraceCalls = 1u << 8,    // no work of its own: system calls go the slow way (ptrace, seccomp)
    CpuTime = 1u << 3,       // a tick has passed in it: limits and timers on CPU time
};

inline constexpr usize kKernelStackSize = 16 * kKiB;

class Thread : public RefCounted {
public:
    /// A kernel thread that runs entry(argument) once start()ed; its name is cut to 15 bytes. ENOMEM.
    static Result<Ref<Thread>> create_kernel_thread(std::string_view name, void (*entry)(void*), void* argument);

    void start();                    // makes a new thread runnable, once
    [[noreturn]] static void exit(); // ends the calling thread

    std::string_view name() const { return name_; }
    void set_name(std::string_view name);

    bool has_work(ThreadWork work) const {
        return (work_.load(std::memory_order_acquire) & static_cast<u32>(work)) != 0;
    }
    bool has_any_work() const { return (work_.load(std::memory_order_acquire) & 0xff) != 0; }
    void set_work(ThreadWork work) { work_.fetch_or(static_cast<u32>(work), std::memory_order_acq_rel); }
    void clear_work(ThreadWork work) { work_.fetch_and(~static_cast<u32>(work), std::memory_order_acq_rel); }

    ThreadState state() const { return state_.load(std::memory_order_acquire); }
    bool is_user() const { return is_user_; }
    /// Whether each switch away from this thread gives it ThreadWork::Notify. By the thread itself, or before
    /// it starts.
    void set_notices_switches(bool notices) { notices_switches_ = notices; }
    /// CPU time used so far, in ns: exact in total, split into user and system by samples (getrusage(2)).
    u64 run_time_ns() const;
    struct CpuTime {
        u64 user_ns, system_ns;
    };
    CpuTime cpu_time() const;
    u64 voluntary_switches() const { return voluntary_switches_; }
    u64 involuntary_switches() const { return involuntary_switches_; }
    int nice() const { return nice_; }
    /// As the program set it; a priority that it inherits comes on top.
    SchedulingParameters scheduling() const { return {policy_, own_priority_, nice_, resets_on_fork_}; }
    u32 effective_priority() const { return real_time_priority_; }
    /// The CPUs that it may run on; the ones that are not there do no harm.
    CpuMask affinity() const { return affinity_.load(std::memory_order_relaxed); }
    bool may_run_on(u32 cpu_id) const { return (affinity() & cpu_bit(cpu_id)) != 0; }
    /// What a thread that has not been started yet gets from the one that makes it. Afterwards:
    /// Scheduler::set_parameters and set_affinity.
    void inherit_scheduling(const Thread& from);
    u32 last_cpu() const { return cpu_; }
    u64 kernel_stack_top() const { return stack_base_ + kKernelStackSize; }
    u64 kernel_stack_base() const { return stack_base_; }
    /// The thread's own: an allocation of its has failed (mm/frame_allocator.cpp, syscall/memory_shortage.h).
    bool lacked_memory = false;

    ArchContext context;

protected:
    Thread() = default;
    ~Thread() override;
    /// Allocates the kernel stack (with a guard page below) and prepares the first run.
    Result<void> init(std::string_view name, void (*entry)(void*), void* argument, bool is_user);

private:
    friend class Scheduler;
    friend class RunQueue;
    friend class Mutex;

    char name_[16] = {};
    std::atomic<ThreadState> state_ = ThreadState::Uninterruptible;
    std::atomic<u32> work_ = 0;
    bool is_user_ = false;
    bool notices_switches_ = false;
    u64 stack_base_ = 0;

    void (*entry_)(void*) = nullptr; // where the first run starts
    void* argument_ = nullptr;

    // Scheduling, under the run queue's lock.
    std::atomic<u32> cpu_ = 0;        // whose run queue's lock guards the rest
    QueuePlace place_ = QueuePlace::None;
    SchedulingPolicy policy_ = SchedulingPolicy::Other;
    bool resets_on_fork_ = false;
    bool goes_to_back_ = false;       // a round-robin thread whose turn is over
    u32 real_time_priority_ = 0;      // the higher of the next two
    u32 own_priority_ = 0, inherited_priority_ = 0;
    int nice_ = 0;
    i64 virtual_runtime_ns_ = 0;      // weighted; while Moving: from the queue's minimum
    RbNode run_queue_node_;           // fair threads
    ListNode queue_node_;             // real-time ones, and those that are sent away
    u64 slice_start_ns_ = 0;
    u64 turn_used_ns_ = 0;            // of a real-time thread's quantum
    std::atomic<CpuMask> affinity_ = ~0ull;

    // Accounting. Run time is exact; its split is by samples of the tick, as in Linux without full accounting.
    u64 run_time_ns_ = 0;
    u64 account_start_ns_ = 0; // while it runs: since when run_time_ns_ lacks
    u64 user_ticks_ = 0;
    u64 system_ticks_ = 0;
    u64 voluntary_switches_ = 0;
    u64 involuntary_switches_ = 0;

#ifdef MARTLET_DEBUG
    u32 held_mutex_count_ = 0;
    u8 held_mutex_ranks_[16] = {};
#endif
};

} // namespace martlet
