// RunQueue: the threads that are ready on one CPU, by class: real-time ones (SCHED_FIFO, SCHED_RR) by
// priority and then in order of arrival, the others in order of weighted virtual runtime (fair scheduling),
// and the idle thread when there is nobody else.
//
// The running thread is `current` and not queued. The lock is held across the context switch: a waker on
// another CPU therefore never sees a thread whose registers are not saved yet. Only one run queue's lock is
// held at a time: a thread that goes from one queue to another is QueuePlace::Moving in between, belongs to
// whoever moves it, and names the new CPU already.
#pragma once
#include "base/rb_tree.h"
#include "sched/thread.h"
#include "sync/spinlock.h"
#include "time/timer.h"

namespace martlet {

/// While anything but idle runs, the tick samples user and system time and ends slices. Idle CPUs have no tick.
inline constexpr u64 kTickNs = 4 * kNanosecondsPerMillisecond;
/// A thread runs at least this long before an equal one takes its place.
inline constexpr u64 kSliceNs = 4 * kNanosecondsPerMillisecond;
/// A woken thread preempts one that is ahead of it by more than this.
inline constexpr i64 kWakeupGranularityNs = 1 * kNanosecondsPerMillisecond;
/// How long a SCHED_RR thread runs before the next of its priority (sched_rr_get_interval(2)).
inline constexpr u64 kRoundRobinNs = 100 * kNanosecondsPerMillisecond;
/// Real-time threads get this much of each period while others wait (sched(7), sched_rt_runtime_us).
inline constexpr u64 kRealTimePeriodNs = kNanosecondsPerSecond, kRealTimeShareNs = 950 * kNanosecondsPerMillisecond;

class RunQueue : NonCopyable {
public:
    explicit RunQueue(Cpu& cpu);

    SpinLock lock{LockRank::RunQueue};
    Cpu& cpu;

    /// Where among its equals a real-time thread goes: a preempted one is still the first of its priority.
    enum class Position : u8 { Front, Back };
    void enqueue(Thread& thread, Position position = Position::Back) REQUIRES(lock);
    /// Puts a thread that slept where it neither starves others nor is starved, then enqueues it.
    void enqueue_woken(Thread& thread) REQUIRES(lock);
    void dequeue(Thread& thread) REQUIRES(lock);
    /// The thread to run next: off the queue, or the idle thread.
    Thread& pick_next() REQUIRES(lock);
    /// A queued thread that may run on CPU `to`, taken off the queue and Moving; null if there is none.
    Thread* take_for(u32 to) REQUIRES(lock);
    /// Charges the time since the last call to `current`.
    void charge(Thread& current) REQUIRES(lock);
    /// Whether `thread`, queued here now, should run before what runs.
    bool should_preempt(const Thread& thread) REQUIRES(lock);
    /// sched_yield(2): `current`, still running, goes behind the next one.
    void fall_behind(Thread& current) REQUIRES(lock);
    void arm_tick();
    u32 queued_count() const { return queued_count_.load(std::memory_order_relaxed); }
    /// Virtual runtimes of different queues compare by their distance from this.
    i64 minimum_runtime_ns() const REQUIRES(lock) { return minimum_runtime_ns_; }
    /// The real-time priority of what runs; 0: fair; -1: idle. For placement, without the lock.
    int running_priority() const { return running_priority_.load(std::memory_order_relaxed); }
    void note_running(const Thread& thread) REQUIRES(lock);

private:
    friend class Scheduler;
    struct EarlierRuntime {
        bool operator()(const Thread& left, const Thread& right) const {
            return left.virtual_runtime_ns_ - right.virtual_runtime_ns_ < 0;
        }
    };
    static void on_tick(Timer& timer, void* run_queue);
    void tick();
    bool has_used_its_turn(Thread& current) REQUIRES(lock);
    Thread* first() REQUIRES(lock);
    int highest_priority() const REQUIRES(lock);
    bool is_real_time_throttled() REQUIRES(lock);

    RbTree<Thread, &Thread::run_queue_node_, EarlierRuntime> fair_ GUARDED_BY(lock);
    List<Thread, &Thread::queue_node_> real_time_[kMaximumRealTimePriority + 1] GUARDED_BY(lock);
    u64 real_time_ready_[2] GUARDED_BY(lock) = {}; // a bit for each priority that has threads
    std::atomic<u32> queued_count_ = 0;
    std::atomic<int> running_priority_ = -1;
    i64 minimum_runtime_ns_ GUARDED_BY(lock) = 0;
    u64 real_time_period_start_ns_ GUARDED_BY(lock) = 0, real_time_used_ns_ GUARDED_BY(lock) = 0;
    u32 ticks_ = 0; // of this CPU's own
    Timer tick_timer_;

    // Of the switch under way; its CPU's own.
    Thread* departed_ = nullptr; // has ended: its reference is dropped when its stack is free
    List<Thread, &Thread::queue_node_>
        outgoing_ GUARDED_BY(lock); // may not run here any more: Moving, to be queued elsewhere
};

/// The weight of a nice level (0 is 1,024); each step is a factor of about 1.25, as setpriority(2)'s readers expect.
u32 weight_of_nice(int nice);

} // namespace martlet
