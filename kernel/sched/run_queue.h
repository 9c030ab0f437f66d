// RunQueue: the threads that are ready on one CPU, in order of weighted virtual runtime (fair scheduling).
//
// The running thread is `current` and not in the tree; the idle thread is in no tree. The lock is held across the context
// switch: a waker on another CPU therefore never sees a thread whose registers are not saved yet.
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
inline constexpr u64 kWakeupGranularityNs = 1 * kNanosecondsPerMillisecond;

class RunQueue : NonCopyable {
public:
    explicit RunQueue(Cpu& cpu);

    SpinLock lock{LockRank::RunQueue};
    Cpu& cpu;

    void enqueue(Thread& thread) REQUIRES(lock);
    /// Puts a thread that slept where it neither starves others nor is starved, then enqueues it.
    void enqueue_woken(Thread& thread) REQUIRES(lock);
    /// The thread to run next: off the tree, or the idle thread.
    Thread& pick_next() REQUIRES(lock);
    /// Charges the time since the last call to `current`.
    void charge(Thread& current) REQUIRES(lock);
    bool should_preempt(const Thread& current, const Thread& woken) const REQUIRES(lock);
    void arm_tick();
    u32 queued_count() const { return queued_count_; }

private:
    struct EarlierRuntime {
        bool operator()(const Thread& left, const Thread& right) const {
            return left.virtual_runtime_ns_ < right.virtual_runtime_ns_;
        }
    };
    static void on_tick(Timer& timer, void* run_queue);
    void tick();

    RbTree<Thread, &Thread::run_queue_node_, EarlierRuntime> tree_ GUARDED_BY(lock);
    std::atomic<u32> queued_count_ = 0;
    u64 minimum_runtime_ns_ GUARDED_BY(lock) = 0;
    Timer tick_timer_;
};

/// The weight of a nice level (0 is 1,024); each step is a factor of about 1.25, as setpriority(2)'s readers expect.
u32 weight_of_nice(int nice);

} // namespace martlet
