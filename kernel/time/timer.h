// Timers: callbacks at a monotonic time, kept per CPU in order of expiry.
//
// `callback` runs in interrupt context on the CPU that armed the timer and must not sleep. The owner keeps the Timer
// alive until it is idle: cancel() returns only when the callback is not running.
#pragma once
#include "base/rb_tree.h"
#include "base/types.h"
#include "sync/spinlock.h"

namespace martlet {

class Timer : NonCopyable {
public:
    using Callback = void (*)(Timer& timer, void* context);
    Timer(Callback callback, void* context) : callback_(callback), context_(context) {}
    ~Timer() { if (home_.load(std::memory_order_acquire)) cancel(); } // never armed: nothing to wait for

    /// (Re)arms for `deadline_ns`, also while others do; a deadline in the past fires at once (from the interrupt).
    void arm(u64 deadline_ns);
    /// True if it was pending, so that the callback will not run.
    bool cancel();
    bool is_pending() const { return pending_.load(std::memory_order_acquire); }
    u64 deadline_ns() const { return deadline_ns_; }

private:
    friend struct CpuTimers;
    Callback callback_;
    void* context_;
    u64 deadline_ns_ = 0;
    std::atomic<bool> pending_ = false;
    std::atomic<CpuTimers*> home_ = nullptr;
    std::atomic<bool> is_changing_ = false; // by an arm() or cancel(), which others wait for: home_ is theirs to change
    RbNode node_;
};

/// Called by the timer interrupt: runs what is due and arms the next.
void run_expired_timers();

} // namespace martlet
