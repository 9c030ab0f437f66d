#include "proc/interval_timers.h"

#include <algorithm>

#include "proc/process.h"
#include "proc/signal.h"
#include "time/clock.h"

namespace martlet {

constexpr u64 kShortestPeriodNs = 100'000;
/// Two of them added to a clock stay within 64 bits.
constexpr u64 kLongestNs = 1ull << 61;

IntervalTimers::IntervalTimers(Process& process)
    : process_(process), real_timer_(real_expired, this) {}

u64 IntervalTimers::process_clock_ns(IntervalTimerKind kind) {
    ResourceUsage usage = process_.usage();
    return kind == IntervalTimerKind::Virtual ? usage.user_time_ns : usage.user_time_ns + usage.system_time_ns;
}

IntervalTimerValue IntervalTimers::get(IntervalTimerKind kind) {
    if (kind == IntervalTimerKind::Real) {
        IrqLockGuard guard(lock_);
        if (real_deadline_ns_ == 0) return {};
        u64 now = monotonic_ns();
        // A timer that is due but has not fired yet is not off.
        return {.remaining_ns = real_deadline_ns_ > now ? real_deadline_ns_ - now : 1,
                .interval_ns = real_interval_ns_};
    }
    u64 now = process_clock_ns(kind);
    IrqLockGuard guard(lock_);
    const CpuTimer& timer = cpu_timer_of(kind);
    if (timer.expiry_ns == 0) return {};
    return {.remaining_ns = timer.expiry_ns > now ? timer.expiry_ns - now : 1, .interval_ns = timer.interval_ns};
}

IntervalTimerValue IntervalTimers::set(IntervalTimerKind kind, IntervalTimerValue value) {
    IntervalTimerValue previous = get(kind);
    value = {.remaining_ns = std::min(value.remaining_ns, kLongestNs),
             .interval_ns = std::min(value.interval_ns, kLongestNs)};
    if (kind == IntervalTimerKind::Real) {
        real_timer_.cancel();
        u64 deadline = value.remaining_ns != 0 ? monotonic_ns() + value.remaining_ns : 0;
        {
            IrqLockGuard guard(lock_);
            real_interval_ns_ = value.interval_ns;
            real_deadline_ns_ = deadline;
        }
        if (deadline != 0) real_timer_.arm(deadline);
        return previous;
    }
    u64 now = process_clock_ns(kind);
    {
        IrqLockGuard guard(lock_);
        cpu_timer_of(kind) = {.expiry_ns = value.remaining_ns != 0 ? now + value.remaining_ns : 0,
                              .interval_ns = value.interval_ns};
    }
    cpu_limit_changed();
    return previous;
}

void IntervalTimers::real_expired(Timer& timer, void* context) {
    IntervalTimers& self = *static_cast<IntervalTimers*>(context);
    u64 next = 0;
    {
        IrqLockGuard guard(self.lock_);
        if (self.real_interval_ns_ != 0) {
            // A period shorter than the work of expiring would keep this CPU in its timer interrupt for ever.
            u64 earliest = monotonic_ns() + kShortestPeriodNs;
            u64 missed = earliest > self.real_deadline_ns_
                             ? (earliest - self.real_deadline_ns_) / self.real_interval_ns_
                             : 0;
            next = self.real_deadline_ns_ + (missed + 1) * self.real_interval_ns_;
        }
        self.real_deadline_ns_ = next;
    }
    send_kernel_signal(self.process_, kSigAlrm);
    if (next != 0) timer.arm(next);
}

void IntervalTimers::cpu_limit_changed() {
    ResourceLimit limit = process_.limits.get(Resource::Cpu);
    IrqLockGuard guard(lock_);
    watches_cpu_time_ = cpu_timers_[0].expiry_ns != 0 || cpu_timers_[1].expiry_ns != 0 || limit.soft != kUnlimited ||
                        limit.hard != kUnlimited;
}

void IntervalTimers::cancel_all() {
    {
        IrqLockGuard guard(lock_);
        real_interval_ns_ = real_deadline_ns_ = 0;
    }
    watches_cpu_time_ = false;
    real_timer_.cancel();
}

/// Timers that are due, set going again, and what the limit asks for.
SignalSet IntervalTimers::due_signals(const u64 (&now_ns)[2], ResourceLimit limit) {
    constexpr int kSignals[2] = {kSigVtAlrm, kSigProf};
    SignalSet due;
    IrqLockGuard guard(lock_);
    for (usize index = 0; index < 2; ++index) {
        CpuTimer& timer = cpu_timers_[index];
        if (timer.expiry_ns == 0 || timer.expiry_ns > now_ns[index]) continue;
        due.add(kSignals[index]);
        timer.expiry_ns = timer.interval_ns != 0 ? now_ns[index] + timer.interval_ns : 0;
    }
    u64 used_s = now_ns[1] / kNanosecondsPerSecond;
    if (limit.hard != kUnlimited && used_s >= limit.hard) {
        due.add(kSigKill);
    } else if (limit.soft != kUnlimited && used_s >= limit.soft && used_s > cpu_limit_signalled_at_s_) {
        due.add(kSigXcpu);
        cpu_limit_signalled_at_s_ = used_s;
    }
    return due;
}

void IntervalTimers::check_cpu_time() {
    if (!watches_cpu_time_.load(std::memory_order_relaxed)) return;
    ResourceUsage usage = process_.usage();
    SignalSet due = due_signals({usage.user_time_ns, usage.user_time_ns + usage.system_time_ns},
                                process_.limits.get(Resource::Cpu));
    for (int signal = due.first(); signal != 0; due.remove(signal), signal = due.first())
        send_kernel_signal(process_, signal);
}

} // namespace martlet
