#include "syscall/timers.h"

#include <algorithm>

#include "proc/posix_timer.h"
#include "proc/process.h"
#include "proc/process_info.h"

namespace martlet {

namespace {

/// EINVAL: no such clock; EOPNOTSUPP: no timers on it; EPERM: CAP_WAKE_ALARM.
Result<PosixTimer::Base> base_of_clock(int clock) {
    switch (clock) {
    case abi::kClockRealtimeAlarm:
    case abi::kClockBoottimeAlarm:
        if (!current_has(Capability::WakeAlarm)) return Error(Errno::EPERM);
        return clock == abi::kClockRealtimeAlarm ? PosixTimer::Base::Realtime : PosixTimer::Base::Monotonic;
    case abi::kClockRealtime:
    case abi::kClockTai: return PosixTimer::Base::Realtime;
    case abi::kClockMonotonic:
    case abi::kClockBoottime: return PosixTimer::Base::Monotonic;
    case abi::kClockMonotonicRaw:
    case abi::kClockRealtimeCoarse:
    case abi::kClockMonotonicCoarse: return Error(Errno::EOPNOTSUPP);
    default:
        if (is_cpu_clock(clock)) return PosixTimer::Base::Cpu;
        return Error(Errno::EINVAL);
    }
}

Result<TimerNotice> notice_of(const abi::SignalEvent& event) {
    TimerNotice notice = {.signal = event.signal, .value = event.value};
    switch (event.notify) {
    case abi::kSigEvNone: return TimerNotice{.value = event.value, .kind = TimerNotice::Kind::None};
    case abi::kSigEvSignal | abi::kSigEvThreadId:
        notice.task = find_task(event.thread_id);
        if (!notice.task || &notice.task->process() != &current_process()) return Error(Errno::EINVAL);
        break;
    case abi::kSigEvThread: notice.kind = TimerNotice::Kind::Thread; break; // the library's thread waits for the signal
    case abi::kSigEvSignal: break;
    default: return Error(Errno::EINVAL);
    }
    if (!is_valid_signal(event.signal)) return Error(Errno::EINVAL);
    return notice;
}

Result<Ref<PosixTimer>> find_timer(int id) {
    Ref<PosixTimer> timer = current_process().posix_timers.find(id);
    if (!timer) return Error(Errno::EINVAL);
    return timer;
}

abi::TimerSpec to_user(TimerSetting setting) {
    return {.interval = abi::TimeSpec::from_ns(setting.interval_ns), .value = abi::TimeSpec::from_ns(setting.value_ns)};
}

} // namespace

Result<void> sys_timer_create(int clock, UserPtr<const abi::SignalEvent> event, UserPtr<int> id) {
    PosixTimer::Base base = TRY(base_of_clock(clock));
    CpuClock cpu_clock;
    if (base == PosixTimer::Base::Cpu) cpu_clock = TRY(find_cpu_clock(clock));
    TimerNotice notice = {.signal = kSigAlrm};
    if (event) notice = TRY(notice_of(TRY(event.load())));
    notice.clock = clock;
    Ref<PosixTimer> timer = TRY(PosixTimer::create(base, std::move(cpu_clock), std::move(notice)));
    PosixTimers& timers = current_process().posix_timers;
    timers.add(timer, event ? PosixTimers::Value::Given : PosixTimers::Value::Number);
    if (Result<void> stored = id.store(timer->id()); !stored) {
        (void)sys_timer_delete(timer->id());
        return stored;
    }
    return {};
}

Result<void> sys_timer_settime(int id, int flags, UserPtr<const abi::TimerSpec> value, UserPtr<abi::TimerSpec> old) {
    if (!value) return Error(Errno::EINVAL);
    abi::TimerSpec given = TRY(value.load());
    if (!given.value.is_valid() || !given.interval.is_valid()) return Error(Errno::EINVAL);
    Ref<PosixTimer> timer = TRY(find_timer(id));
    TimerSetting before =
        timer->set({.value_ns = given.value.to_ns(), .interval_ns = given.interval.to_ns()},
                   flags & abi::kTimerAbsolute ? PosixTimer::Start::Absolute : PosixTimer::Start::Relative);
    if (old) TRY(old.store(to_user(before)));
    return {};
}

Result<void> sys_timer_gettime(int id, UserPtr<abi::TimerSpec> value) {
    return value.store(to_user(TRY(find_timer(id))->get()));
}
Result<int> sys_timer_getoverrun(int id) { return TRY(find_timer(id))->overrun(); }

Result<void> sys_timer_delete(int id) {
    Ref<PosixTimer> timer = current_process().posix_timers.take(id);
    if (!timer) return Error(Errno::EINVAL);
    timer->remove();
    return {};
}

Result<u32> sys_alarm(u32 seconds) {
    u64 remaining_ns = current_process()
                           .timers.set(IntervalTimerKind::Real, {.remaining_ns = seconds * kNanosecondsPerSecond})
                           .remaining_ns;
    // Rounded, but a timer that is still running never shows as 0 (alarm(2)).
    u64 rounded = (remaining_ns + kNanosecondsPerSecond / 2) / kNanosecondsPerSecond;
    return static_cast<u32>(remaining_ns != 0 && rounded == 0 ? 1 : rounded);
}

namespace {

abi::IntervalTimer to_user(IntervalTimerValue value) {
    // A running timer never shows as zero, which would mean "off".
    u64 remaining_ns = value.remaining_ns != 0 ? std::max<u64>(value.remaining_ns, 1000) : 0;
    return {.interval = abi::TimeVal::from_ns(value.interval_ns), .value = abi::TimeVal::from_ns(remaining_ns)};
}

Result<IntervalTimerKind> timer_kind(int which) {
    if (which < 0 || which > 2) return Error(Errno::EINVAL);
    return static_cast<IntervalTimerKind>(which);
}

} // namespace

Result<void> sys_getitimer(int which, UserPtr<abi::IntervalTimer> value) {
    return value.store(to_user(current_process().timers.get(TRY(timer_kind(which)))));
}

Result<void> sys_setitimer(int which, UserPtr<const abi::IntervalTimer> value, UserPtr<abi::IntervalTimer> old) {
    IntervalTimerValue wanted;
    if (value) { // a null pointer turns the timer off, as Linux
        abi::IntervalTimer given = TRY(value.load());
        if (!given.value.is_valid() || !given.interval.is_valid()) return Error(Errno::EINVAL);
        wanted = {.remaining_ns = given.value.to_ns(), .interval_ns = given.interval.to_ns()};
    }
    IntervalTimerValue before = current_process().timers.set(TRY(timer_kind(which)), wanted);
    if (old) TRY(old.store(to_user(before)));
    return {};
}

} // namespace martlet
