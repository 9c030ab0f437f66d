#include "time/timer.h"

#include "arch/cpu.h"
#include "arch/interrupts.h"
#include "time/clock.h"

namespace martlet {

/// The timers of one CPU. `running` is the timer whose callback this CPU is in.
struct CpuTimers : NonCopyable {
    struct Earlier {
        bool operator()(const Timer& left, const Timer& right) const { return left.deadline_ns_ < right.deadline_ns_; }
    };
    SpinLock lock{LockRank::Timer};
    RbTree<Timer, &Timer::node_, Earlier> tree GUARDED_BY(lock);
    std::atomic<Timer*> running = nullptr;

    bool remove(Timer& timer) REQUIRES(lock) {
        if (!timer.pending_.load(std::memory_order_relaxed)) return false;
        tree.erase(timer);
        timer.pending_.store(false, std::memory_order_release);
        return true;
    }
    static CpuTimers* home_of(const Timer& timer) { return timer.home_.load(std::memory_order_acquire); }
    void insert(Timer& timer, u64 deadline_ns) REQUIRES(lock) {
        timer.deadline_ns_ = deadline_ns;
        timer.home_.store(this, std::memory_order_release);
        timer.pending_.store(true, std::memory_order_release);
        tree.insert(timer);
    }
    static void run(Timer& timer) { timer.callback_(timer, timer.context_); }
    /// Interrupts are off meanwhile.
    static void begin_change(Timer& timer) {
        while (timer.is_changing_.exchange(true, std::memory_order_acquire)) cpu_relax();
    }
    static void end_change(Timer& timer) { timer.is_changing_.store(false, std::memory_order_release); }
};

namespace {

CpuTimers g_timers[kMaxCpus];

CpuTimers& timers_of_this_cpu() { return g_timers[this_cpu().id]; }

} // namespace

void Timer::arm(u64 deadline_ns) {
    u64 state = irq_save();
    CpuTimers& mine = timers_of_this_cpu();
    CpuTimers::begin_change(*this);
    if (CpuTimers* old = CpuTimers::home_of(*this); old && old != &mine) {
        LockGuard guard(old->lock);
        old->remove(*this);
    }
    {
        LockGuard guard(mine.lock);
        mine.remove(*this);
        mine.insert(*this, deadline_ns);
        if (mine.tree.first() == this && !mine.running.load(std::memory_order_relaxed))
            arm_timer_interrupt(deadline_ns);
    }
    CpuTimers::end_change(*this);
    irq_restore(state);
}

bool Timer::cancel() {
    for (;;) {
        u64 state = irq_save();
        CpuTimers::begin_change(*this);
        CpuTimers* home = CpuTimers::home_of(*this);
        bool removed = false;
        bool is_running = false;
        if (home) {
            LockGuard guard(home->lock);
            removed = home->remove(*this);
            is_running = home->running.load(std::memory_order_relaxed) == this && home != &timers_of_this_cpu();
        }
        CpuTimers::end_change(*this);
        irq_restore(state);
        // On its own CPU a running callback is what called us, or what we interrupted never: it cannot be waited for.
        if (removed || !is_running) return removed;
        while (home->running.load(std::memory_order_acquire) == this) cpu_relax();
    }
}

void run_expired_timers() NO_THREAD_SAFETY_ANALYSIS {
    CpuTimers& timers = timers_of_this_cpu();
    for (;;) {
        timers.lock.lock();
        Timer* timer = timers.tree.first();
        u64 deadline_ns = timer ? timer->deadline_ns() : 0;
        if (!timer || deadline_ns > monotonic_ns()) {
            timers.running.store(nullptr, std::memory_order_release);
            timers.lock.unlock();
            if (timer) arm_timer_interrupt(deadline_ns);
            return;
        }
        timers.remove(*timer);
        timers.running.store(timer, std::memory_order_release);
        timers.lock.unlock();
        CpuTimers::run(*timer);
    }
}

} // namespace martlet
