#include "proc/posix_timer.h"

#include <algorithm>

#include "proc/process.h"
#include "proc/signal_internal.h"
#include "time/clock.h"

namespace martlet {

namespace {

/// A periodic timer whose signal is ignored expires at most this often.
constexpr u64 kIgnoredIntervalNs = 4 * kNanosecondsPerMillisecond;
/// Two of them added stay within 64 bits.
constexpr u64 kLongestNs = 1ull << 61;
constexpr i64 kMaximumOverruns = 0x7fff'ffff;

} // namespace

PosixTimer::PosixTimer(Base base, CpuClock cpu_clock, TimerNotice notice)
    : clock_(base), cpu_clock_(std::move(cpu_clock)), notice_(std::move(notice)), process_(current_process()),
      base_(base), timer_([](Timer&, void* self) { static_cast<PosixTimer*>(self)->expire(); }, this),
      clock_step_(
          [](Waiter& waiter, u32) {
              static_cast<PosixTimer*>(waiter.owner())->timer_.arm(monotonic_ns());
              return true;
          },
          this) {
    signal_.source = this;
}

PosixTimer::~PosixTimer() {
    if (account_) account_->queued_signals.fetch_sub(1, std::memory_order_relaxed);
}

Result<Ref<PosixTimer>> PosixTimer::create(Base base, CpuClock cpu_clock, TimerNotice notice) {
    PosixTimer* timer = new (std::nothrow) PosixTimer(base, std::move(cpu_clock), std::move(notice));
    if (!timer) return Error(Errno::EAGAIN);
    Ref<PosixTimer> owner = Ref<PosixTimer>::adopt(timer);
    if (timer->notice_.signal == 0) return owner;
    timer->account_ = current_task().credentials().account;
    if (timer->account_->queued_signals.fetch_add(1, std::memory_order_relaxed) >=
        current_limit(Resource::PendingSignals))
        return Error(Errno::EAGAIN);
    return owner;
}

u64 PosixTimer::now_ns() {
    if (clock_ == Base::Cpu) return cpu_clock_.now_ns();
    Base base;
    {
        IrqLockGuard guard(lock_);
        base = base_;
    }
    return base == Base::Realtime ? realtime_ns() : monotonic_ns();
}

void PosixTimer::arm() {
    if (notice_.signal == 0 || expiry_ns_ == 0 || is_removed_) return;
    if (base_ == Base::Cpu) cpu_clock_.process->cpu_timers.arm(*this, cpu_clock_, expiry_ns_);
    else if (base_ == Base::Realtime) timer_.arm(Deadline::at_realtime(expiry_ns_).monotonic_ns);
    else timer_.arm(expiry_ns_);
}

void PosixTimer::disarm() {
    expiry_ns_ = interval_ns_ = 0; // a kernel timer that still comes finds nothing to do
    restarts_ = false;
}

/// Moves the expiry beyond now by whole intervals; answers how many.
u64 PosixTimer::forward(u64 now_ns) {
    if (interval_ns_ == 0 || expiry_ns_ == 0 || expiry_ns_ > now_ns) return 0;
    u64 count = (now_ns - expiry_ns_) / interval_ns_ + 1;
    expiry_ns_ += count * interval_ns_;
    return count;
}

TimerSetting PosixTimer::get_locked(u64 now_ns) {
    if (expiry_ns_ == 0) return {.value_ns = 0, .interval_ns = interval_ns_};
    // Periodic, and not set going again by a signal so far: looking at it counts what has passed.
    if (is_queued_ || notice_.signal == 0) overruns_ += static_cast<i64>(forward(now_ns));
    if (expiry_ns_ > now_ns) return {.value_ns = expiry_ns_ - now_ns, .interval_ns = interval_ns_};
    // Due, but the expiry has not run yet; one that tells nobody is simply over.
    return {.value_ns = notice_.signal == 0 ? 0u : 1u, .interval_ns = interval_ns_};
}

TimerSetting PosixTimer::get() {
    u64 now = now_ns();
    IrqLockGuard guard(lock_);
    return get_locked(now);
}

TimerSetting PosixTimer::set(TimerSetting setting, Start start) {
    u64 old_now = now_ns();
    if (clock_ == Base::Cpu) cpu_clock_.process->cpu_timers.disarm(*this);
    u64 cpu_now = clock_ == Base::Cpu ? old_now : 0;
    IrqLockGuard guard(lock_);
    TimerSetting previous = get_locked(old_now);
    disarm();
    WaitQueue::remove(clock_step_);
    overruns_ = -1;
    last_overruns_ = 0;
    if (is_removed_ || setting.value_ns == 0) return previous;
    setting.value_ns = std::min(setting.value_ns, kLongestNs);
    interval_ns_ = std::min(setting.interval_ns, kLongestNs);
    base_ = clock_ == Base::Realtime && start == Start::Relative ? Base::Monotonic : clock_;
    u64 now = base_ == Base::Cpu ? cpu_now : monotonic_ns();
    if (start == Start::Absolute) expiry_ns_ = setting.value_ns;
    else expiry_ns_ = now + setting.value_ns;
    if (base_ == Base::Realtime) clock_step_queue().add(clock_step_);
    arm();
    return previous;
}

int PosixTimer::overrun() {
    IrqLockGuard guard(lock_);
    return static_cast<int>(std::min(last_overruns_, kMaximumOverruns));
}

void PosixTimer::remove() {
    {
        IrqLockGuard guard(lock_);
        is_removed_ = true;
        disarm();
    }
    WaitQueue::remove(clock_step_); // before the cancel: it arms
    timer_.cancel();
    if (clock_ == Base::Cpu) cpu_clock_.process->cpu_timers.disarm(*this);
}

/// True if the signal is to be queued now.
bool PosixTimer::begin_expiry(u64 now_ns) {
    if (expiry_ns_ == 0) return false;
    if (now_ns < expiry_ns_) { // stale, or the clock was stepped back
        arm();
        return false;
    }
    restarts_ = interval_ns_ != 0;
    if (interval_ns_ == 0) expiry_ns_ = 0;
    if (is_queued_) { // an earlier setting's: this expiry merges with it
        ++overruns_;
        return false;
    }
    is_queued_ = true;
    overruns_ = -1;
    signal_.info = {};
    signal_.info.signal = notice_.signal;
    signal_.info.code = abi::kSiTimer;
    signal_.info.timer = {.timer_id = id_, .overrun = 0, .value = notice_.value};
    return true;
}

void PosixTimer::expire() {
    u64 now = now_ns();
    {
        IrqLockGuard guard(lock_);
        if (!begin_expiry(now)) return;
    }
    acquire(); // the queue's, until signal_released
    send_timer_signal(*process_, notice_.task.get(), signal_);
}

void PosixTimer::signal_taken(abi::SignalInfo& info) {
    u64 now = now_ns();
    IrqLockGuard guard(lock_);
    if (!restarts_) return;
    restarts_ = false;
    overruns_ += static_cast<i64>(forward(now));
    last_overruns_ = overruns_;
    overruns_ = -1;
    info.timer.overrun = static_cast<i32>(std::min(last_overruns_, kMaximumOverruns));
    arm();
}

/// Off the queue: taken, or thrown away, and then a periodic timer goes on by itself.
void PosixTimer::signal_released() {
    {
        IrqLockGuard guard(lock_);
        is_queued_ = false;
        if (std::exchange(restarts_, false)) {
            u64 now = base_ == Base::Realtime ? realtime_ns() : monotonic_ns();
            if (base_ == Base::Cpu) expiry_ns_ += std::max(interval_ns_, kIgnoredIntervalNs);
            else (void)forward(interval_ns_ < kIgnoredIntervalNs ? now + kIgnoredIntervalNs : now);
            arm();
        }
    }
    release();
}

void PosixTimers::add(Ref<PosixTimer> timer, Value value) {
    IrqLockGuard guard(lock_);
    while (timers_.find(next_id_)) next_id_ = next_id_ == INT32_MAX ? 0 : next_id_ + 1;
    timer->id_ = next_id_;
    if (value == Value::Number) timer->notice_.value = static_cast<u64>(next_id_);
    next_id_ = next_id_ == INT32_MAX ? 0 : next_id_ + 1;
    timers_.insert(*timer.leak());
}

Ref<PosixTimer> PosixTimers::find(int id) {
    IrqLockGuard guard(lock_);
    PosixTimer* timer = timers_.find(id);
    return timer ? Ref<PosixTimer>(*timer) : nullptr;
}

Ref<PosixTimer> PosixTimers::find_before(int id) {
    IrqLockGuard guard(lock_);
    PosixTimer* above = id < 0 ? nullptr : timers_.lower_bound(id);
    PosixTimer* timer = above ? timers_.previous(*above) : timers_.last();
    return timer ? Ref<PosixTimer>(*timer) : nullptr;
}

Ref<PosixTimer> PosixTimers::take(int id) {
    IrqLockGuard guard(lock_);
    PosixTimer* timer = timers_.find(id);
    if (!timer) return nullptr;
    timers_.erase(*timer);
    return Ref<PosixTimer>::adopt(timer);
}

void PosixTimers::remove_all() {
    for (;;) {
        Ref<PosixTimer> timer;
        {
            IrqLockGuard guard(lock_);
            PosixTimer* first = timers_.first();
            if (!first) {
                next_id_ = 0;
                return;
            }
            timers_.erase(*first);
            timer = Ref<PosixTimer>::adopt(first);
        }
        timer->remove();
    }
}

} // namespace martlet
