#include "event/timer_file.h"

#include "mm/user_access.h"
#include "proc/credentials.h"
#include "time/clock.h"

namespace martlet {
namespace {

AnonymousKind g_kind("anon_inode:[timerfd]");

} // namespace

Result<void> TimerFile::check_clock(int clock) {
    switch (clock) {
    case abi::kClockRealtime:
    case abi::kClockMonotonic:
    case abi::kClockBoottime: return {};
    case abi::kClockRealtimeAlarm:
    case abi::kClockBoottimeAlarm:
        if (!current_has(Capability::WakeAlarm)) return Error(Errno::EPERM);
        return {};
    default: return Error(Errno::EINVAL);
    }
}

Result<Ref<File>> TimerFile::create(int clock, u32 flags) {
    return make_ref<TimerFile>(clock, kOpenReadWrite | (flags & kOpenNonBlock), TRY(g_kind.path()));
}

TimerFile::TimerFile(int clock, u32 flags, Path path) : AnonymousFile(flags, std::move(path), kKind), clock_(clock) {
    if (is_realtime()) clock_step_queue().add(step_waiter_);
}

/// First nobody may arm the timer any more, then it is taken down.
TimerFile::~TimerFile() {
    WaitQueue::remove(step_waiter_);
    timer_.cancel();
}

u64 TimerFile::now() { return is_realtime() && (set_flags_ & kAbsolute) ? realtime_ns() : monotonic_ns(); }

void TimerFile::arm() {
    has_fired_ = false;
    u64 now_ns = now();
    u64 from_now = expiry_ns_ > now_ns ? expiry_ns_ - now_ns : 0;
    timer_.arm(Deadline::after(from_now).monotonic_ns);
}

void TimerFile::expired(Timer&, void* self) {
    auto& file = *static_cast<TimerFile*>(self);
    {
        IrqLockGuard guard(file.lock_);
        // Somebody may have set it anew while the interrupt was on its way.
        if (file.expiry_ns_ == 0 || file.has_fired_ || file.timer_.is_pending()) return;
        if (file.now() < file.expiry_ns_) {
            file.arm();
            return;
        }
        file.has_fired_ = true;
        ++file.ticks_;
    }
    file.queue_.announce(kPollIn);
}

void TimerFile::catch_up() {
    if (!has_fired_ || interval_ns_ == 0) return;
    u64 now_ns = now();
    u64 missed = now_ns >= expiry_ns_ ? (now_ns - expiry_ns_) / interval_ns_ : 0;
    ticks_ += missed;
    if (__builtin_add_overflow(expiry_ns_, (missed + 1) * interval_ns_, &expiry_ns_)) expiry_ns_ = ~0ull;
    arm();
}

bool TimerFile::clock_stepped(Waiter& waiter, u32) {
    auto& file = *static_cast<TimerFile*>(waiter.owner());
    {
        IrqLockGuard guard(file.lock_);
        if (file.expiry_ns_ != 0 && (file.set_flags_ & kAbsolute) && !file.has_fired_) file.arm();
        if (!(file.set_flags_ & kCancelOnSet)) return false;
        file.is_cancelled_ = true;
        ++file.ticks_;
    }
    file.queue_.announce(kPollIn);
    return true;
}

bool TimerFile::take_cancellation() { return std::exchange(is_cancelled_, false); }

u64 TimerFile::remaining() {
    if (expiry_ns_ == 0 || has_fired_) return 0;
    u64 now_ns = now();
    // A timer whose interrupt is about to come is not off.
    return expiry_ns_ > now_ns ? expiry_ns_ - now_ns : 1;
}

Result<void> TimerFile::set(u32 flags, TimerSetting setting, TimerSetting& old) {
    IrqLockGuard guard(lock_);
    catch_up();
    old = {interval_ns_, remaining()};
    set_flags_ = flags & (kAbsolute | kCancelOnSet);
    if (!is_realtime() || !(flags & kAbsolute)) set_flags_ &= ~kCancelOnSet;
    ticks_ = 0;
    has_fired_ = false;
    expiry_ns_ = setting.value_ns;
    interval_ns_ = setting.interval_ns;
    if (expiry_ns_ == 0) return {}; // a timer still armed will find nothing to do
    if (!(flags & kAbsolute) && __builtin_add_overflow(now(), setting.value_ns, &expiry_ns_)) expiry_ns_ = ~0ull;
    arm();
    bool was_cancelled = take_cancellation();
    if (was_cancelled && (set_flags_ & kCancelOnSet)) return Error(Errno::ECANCELED);
    return {};
}

TimerSetting TimerFile::get() {
    IrqLockGuard guard(lock_);
    catch_up();
    return {interval_ns_, remaining()};
}

/// TFD_IOC_SET_TICKS: what the next read answers, as checkpoint programs restore it.
Result<i64> TimerFile::ioctl(u32 command, u64 argument) {
    constexpr u32 kSetTicks = 0x4008'5400;
    if (command != kSetTicks) return Error(Errno::ENOTTY);
    u64 ticks = TRY(UserPtr<const u64>(argument).load());
    if (ticks == 0) return Error(Errno::EINVAL);
    {
        IrqLockGuard guard(lock_);
        if (take_cancellation()) return Error(Errno::ECANCELED);
        ticks_ = ticks;
    }
    queue_.announce(kPollIn);
    return 0;
}

Result<usize> TimerFile::read(IoCursor& to, u64) {
    if (to.remaining() < sizeof(u64)) return Error(Errno::EINVAL);
    u64 ticks = 0;
    bool was_cancelled = false;
    auto take = [&] {
        IrqLockGuard guard(lock_);
        if (ticks_ == 0) return false;
        was_cancelled = take_cancellation();
        if (was_cancelled) {
            ticks_ = 0;
            return true;
        }
        catch_up();
        ticks = std::exchange(ticks_, 0);
        return true;
    };
    if (!take()) {
        if (!may_wait(to)) return Error(Errno::EAGAIN);
        TRY(queue_.wait(take));
    }
    if (was_cancelled) return Error(Errno::ECANCELED);
    if (TRY(to.put(&ticks, sizeof ticks)) != sizeof ticks) return Error(Errno::EFAULT);
    return sizeof ticks;
}

u32 TimerFile::poll(PollTable* table) {
    if (table) table->watch(queue_);
    IrqLockGuard guard(lock_);
    return ticks_ > 0 ? kPollIn : 0;
}

void TimerFile::show_information(InformationSink& sink) {
    TimerSetting setting;
    u64 ticks;
    u32 flags;
    {
        IrqLockGuard guard(lock_);
        setting = {interval_ns_, remaining()};
        ticks = ticks_;
        flags = set_flags_;
    }
    auto seconds = [](u64 ns) { return static_cast<unsigned long long>(ns / kNanosecondsPerSecond); };
    auto rest = [](u64 ns) { return static_cast<unsigned long long>(ns % kNanosecondsPerSecond); };
    sink.print(
        "clockid: %d\nticks: %llu\nsettime flags: 0%o\nit_value: (%llu, %llu)\nit_interval: (%llu, %llu)\n",
        clock_, static_cast<unsigned long long>(ticks), flags, seconds(setting.value_ns),
        rest(setting.value_ns), seconds(setting.interval_ns), rest(setting.interval_ns));
}

} // namespace martlet
