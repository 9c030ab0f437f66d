// TimerFile: a timer that is read (timerfd_create(2)).
//
// A timer that expires counts one tick and stays idle; the further expiries of an interval are counted when
// somebody reads or asks, so that a short interval costs nothing while nobody looks. On a settable clock the
// expiry is kept in that clock's time, and a step of the clock arms it anew and, with
// TFD_TIMER_CANCEL_ON_SET, ends the wait with ECANCELED. lock_ guards everything; it is taken in the timer's
// interrupt.
#pragma once
#include "abi/time.h"
#include "time/timer.h"
#include "vfs/anonymous.h"

namespace martlet {

/// struct itimerspec in ns; value 0: disarmed.
struct TimerSetting {
    u64 interval_ns = 0, value_ns = 0;
};

class TimerFile final : public AnonymousFile {
public:
    static constexpr FileKind kKind = FileKind::Timer;
    /// `clock` is one that clock_is_allowed.
    static Result<Ref<File>> create(int clock, u32 flags);
    /// EINVAL, or EPERM for the alarm clocks without CAP_WAKE_ALARM.
    static Result<void> check_clock(int clock);
    TimerFile(int clock, u32 flags, Path path);
    ~TimerFile() override;

    static constexpr u32 kAbsolute = 1, kCancelOnSet = 2;
    /// Answers what was set before; ECANCELED: it is set, but the clock was stepped since.
    Result<void> set(u32 flags, TimerSetting setting, TimerSetting& old);
    TimerSetting get();
    int clock() const { return clock_; }

    Result<usize> read(IoCursor& to, u64 offset) override;
    Result<i64> ioctl(u32 command, u64 argument) override;
    bool supports_no_wait(TransferDirection direction) const override { return direction == TransferDirection::Read; }
    u32 poll(PollTable* table) override;
    bool is_pollable() const override { return true; }
    void show_information(InformationSink& sink) override;

private:
    bool is_realtime() const { return clock_ == abi::kClockRealtime || clock_ == abi::kClockRealtimeAlarm; }
    /// An absolute setting of a settable clock follows that clock; every other one runs on the monotonic clock.
    u64 now() REQUIRES(lock_);
    void arm() REQUIRES(lock_);
    /// Counts the expiries of an interval that have passed since the timer fired, and arms it again.
    void catch_up() REQUIRES(lock_);
    u64 remaining() REQUIRES(lock_);
    /// Whether the clock was stepped since somebody was told.
    bool take_cancellation() REQUIRES(lock_);
    static void expired(Timer& timer, void* self);
    static bool clock_stepped(Waiter& waiter, u32 events);

    const int clock_;
    SpinLock lock_{LockRank::EventObject};
    u64 expiry_ns_ GUARDED_BY(lock_) = 0;   // on its clock; 0: disarmed
    u64 interval_ns_ GUARDED_BY(lock_) = 0;
    u64 ticks_ GUARDED_BY(lock_) = 0;
    bool has_fired_ GUARDED_BY(lock_) = false; // and is not armed again
    u32 set_flags_ GUARDED_BY(lock_) = 0;
    bool is_cancelled_ GUARDED_BY(lock_) = false;
    WaitQueue queue_;
    Timer timer_{expired, this};
    Waiter step_waiter_{clock_stepped, this};
};

} // namespace martlet
