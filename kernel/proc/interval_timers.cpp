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
    : process_(process), real_timer_(real_expired, this), cpu_timer_(cpu_check, this) {}

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
        return {.remaining_ns = real_deadline_ns_ > now ? real_deadline_ns_ - now : 1, .interval_ns = real_interval_ns_};
    }
    u64 now = process_clock_ns(kind);
    IrqLockGuard guard(lock_);
    const CpuTimer& timer = cpu_timer_of(kind);
    if (timer.expiry_ns == 0) return {};
    return {.remaining_ns = timer.expiry_ns > now ? timer.expiry_ns - now : 1, .interval_ns = timer.interval_ns};
}

IntervalTimerValue IntervalTimers::set(IntervalTimerKind kind, IntervalTimerValue value) {
    IntervalTimerValue previous = get(kind);
    value = {.remaining_ns = std::min(value.remaining_ns, kLongestNs), .interval_ns = std::min(value.interval_ns, kLongestNs)};
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
            u64 missed = earliest > self.real_deadline_ns_ ? (earliest - self.real_deadline_ns_) / self.real_interval_ns_ : 0;
            next = self.real_deadline_ns_ + (missed + 1) * self.real_interval_ns_;
        }
        self.real_deadline_ns_ = next;
    }
    send_kernel_signal(self.process_, kSigAlrm);
    if (next != 0) timer.arm(next);
}

void IntervalTimers::cpu_limit_changed() {
    if (u64 next_ns = next_cpu_check_ns()) cpu_timer_.arm(next_ns);
    else cpu_timer_.cancel();
}

void IntervalTimers::cancel_all() {
    {
        IrqLockGuard guard(lock_);
        real_interval_ns_ = real_deadline_ns_ = 0;
        is_over_ = true;
    }
    real_timer_.cancel();
    cpu_timer_.cancel();
}

/// When the process could have used up what is left, if all its tasks run from now on; 0: nothing is limited.
u64 IntervalTimers::next_cpu_check_ns() {
    ResourceLimit limit = process_.limits.get(Resource::Cpu);
    u64 user_ns = process_clock_ns(IntervalTimerKind::Virtual);
    u64 total_ns = process_clock_ns(IntervalTimerKind::Profiling);
    u64 left_ns = kUnlimited;
    {
        IrqLockGuard guard(lock_);
        auto consider = [&left_ns](u64 expiry_ns, u64 now_ns) {
            if (expiry_ns != 0) left_ns = std::min(left_ns, expiry_ns > now_ns ? expiry_ns - now_ns : 0);
        };
        consider(cpu_timers_[0].expiry_ns, user_ns);
        consider(cpu_timers_[1].expiry_ns, total_ns);
        if (limit.soft != kUnlimited) {
            u64 due_s = std::max(limit.soft, cpu_limit_signalled_at_s_ != 0 ? cpu_limit_signalled_at_s_ + 1 : 0);
            if (due_s < kUnlimited / kNanosecondsPerSecond) consider(std::max<u64>(due_s * kNanosecondsPerSecond, 1), total_ns);
        }
        if (limit.hard < kUnlimited / kNanosecondsPerSecond)
            consider(std::max<u64>(limit.hard * kNanosecondsPerSecond, 1), total_ns);
        if (is_over_ || left_ns == kUnlimited) return 0;
    }
    u64 share_ns = left_ns / std::max<u32>(process_.live_tasks.load(std::memory_order_relaxed), 1);
    return monotonic_ns() + std::max(share_ns, kNanosecondsPerMillisecond);
}

void IntervalTimers::cpu_check(Timer& timer_fired, void* context) {
    IntervalTimers& self = *static_cast<IntervalTimers*>(context);
    Process& process = self.process_;
    ResourceLimit limit = process.limits.get(Resource::Cpu);
    const u64 now_ns[2] = {self.process_clock_ns(IntervalTimerKind::Virtual),
                           self.process_clock_ns(IntervalTimerKind::Profiling)};
    SignalSet due;
    {
        IrqLockGuard guard(self.lock_);
        constexpr int kSignals[2] = {kSigVtAlrm, kSigProf};
        for (usize index = 0; index < 2; ++index) {
            CpuTimer& timer = self.cpu_timers_[index];
            if (timer.expiry_ns == 0 || timer.expiry_ns > now_ns[index]) continue;
            due.add(kSignals[index]);
            timer.expiry_ns = timer.interval_ns != 0 ? now_ns[index] + timer.interval_ns : 0;
        }
        u64 used_s = now_ns[1] / kNanosecondsPerSecond;
        if (limit.hard != kUnlimited && used_s >= limit.hard) {
            due.add(kSigKill);
        } else if (limit.soft != kUnlimited && used_s >= limit.soft && used_s > self.cpu_limit_signalled_at_s_) {
            due.add(kSigXcpu);
            self.cpu_limit_signalled_at_s_ = used_s;
        }
    }
    for (int signal = due.first(); signal != 0; due.remove(signal), signal = due.first())
        send_kernel_signal(process, signal);
    if (u64 next_ns = self.next_cpu_check_ns()) timer_fired.arm(next_ns);
}

} // namespace martlet
