#include "syscall/time.h"

#include "proc/cpu_sleep.h"
#include "proc/process.h"
#include "proc/process_info.h"
#include "sync/wait_queue.h"
#include "time/clock.h"
#include "time/vdso_data.h"

namespace martlet {

namespace {

abi::TimeZone g_time_zone; // kept for gettimeofday only, as the kernel never uses it

Result<u64> clock_ns(int clock) {
    if (clock < 0) return TRY(find_cpu_clock(clock)).now_ns();
    switch (clock) {
    case abi::kClockRealtime:
    case abi::kClockRealtimeCoarse:
    case abi::kClockRealtimeAlarm:
    case abi::kClockTai: return realtime_ns();
    case abi::kClockMonotonic:
    case abi::kClockMonotonicRaw:
    case abi::kClockMonotonicCoarse:
    case abi::kClockBoottime:
    case abi::kClockBoottimeAlarm: return monotonic_ns();
    case abi::kClockProcessCpu: return current_process().cpu_time_ns();
    case abi::kClockThreadCpu: return current_task().run_time_ns();
    default: return Error(Errno::EINVAL);
    }
}

Result<void> sleep_relative(Deadline deadline, UserPtr<abi::TimeSpec> remaining);

Result<i64> continue_sleep(RestartBlock& block) {
    TRY(sleep_relative(Deadline::at(block.deadline_ns), UserPtr<abi::TimeSpec>(block.user_address)));
    return 0;
}

/// A relative sleep tells what is left when a handler ends it, and goes on to the same deadline otherwise.
Result<void> sleep_relative(Deadline deadline, UserPtr<abi::TimeSpec> remaining) {
    if (sleep_until(deadline)) return {};
    u64 now = monotonic_ns();
    if (deadline.monotonic_ns <= now) return {};
    if (remaining) TRY(remaining.store(abi::TimeSpec::from_ns(deadline.monotonic_ns - now)));
    RestartBlock& block = current_task().restart_block;
    block = {.restart = continue_sleep, .deadline_ns = deadline.monotonic_ns, .user_address = remaining.address()};
    return Error(Errno::kRestartBlock);
}

enum class SleepClock : u8 { Monotonic, Realtime, Cpu };

Result<SleepClock> sleep_clock(int clock) {
    switch (clock) {
    case abi::kClockRealtimeAlarm:
    case abi::kClockBoottimeAlarm:
        if (!current_has(Capability::WakeAlarm)) return Error(Errno::EPERM);
        return clock == abi::kClockRealtimeAlarm ? SleepClock::Realtime : SleepClock::Monotonic;
    case abi::kClockRealtime:
    case abi::kClockTai: return SleepClock::Realtime;
    case abi::kClockMonotonic:
    case abi::kClockBoottime: return SleepClock::Monotonic;
    case abi::kClockMonotonicRaw:
    case abi::kClockRealtimeCoarse:
    case abi::kClockMonotonicCoarse:
    case abi::kClockThreadCpu: return Error(Errno::EOPNOTSUPP);
    default:
        if (is_cpu_clock(clock)) return SleepClock::Cpu;
        return Error(Errno::EINVAL);
    }
}

Result<void> sleep_cpu_relative(int clock, u64 target_ns, UserPtr<abi::TimeSpec> remaining);

Result<i64> continue_cpu_sleep(RestartBlock& block) {
    TRY(sleep_cpu_relative(static_cast<int>(block.arguments[0]), block.deadline_ns,
                           UserPtr<abi::TimeSpec>(block.user_address)));
    return 0;
}

Result<void> sleep_cpu_relative(int clock, u64 target_ns, UserPtr<abi::TimeSpec> remaining) {
    CpuClock cpu_clock = TRY(find_cpu_clock(clock));
    Result<void> slept = sleep_until_cpu_time(cpu_clock, target_ns);
    if (slept || slept.error() != Errno::kRestartSys) return slept;
    u64 now = cpu_clock.now_ns();
    if (target_ns <= now) return {};
    if (remaining) TRY(remaining.store(abi::TimeSpec::from_ns(target_ns - now)));
    current_task().restart_block = {.restart = continue_cpu_sleep,
                                    .deadline_ns = target_ns,
                                    .user_address = remaining.address(),
                                    .arguments = {static_cast<u64>(static_cast<i64>(clock))}};
    return Error(Errno::kRestartBlock);
}

/// A thread cannot wait for its own CPU time.
Result<void> sleep_on_cpu_clock(int clock, bool is_absolute, u64 value_ns, UserPtr<abi::TimeSpec> remaining) {
    CpuClock cpu_clock = TRY(find_cpu_clock(clock));
    if (cpu_clock.task.get() == &current_task()) return Error(Errno::EINVAL);
    if (!is_absolute) {
        u64 target_ns;
        if (__builtin_add_overflow(cpu_clock.now_ns(), value_ns, &target_ns)) target_ns = ~0ull;
        return sleep_cpu_relative(clock, target_ns, remaining);
    }
    Result<void> slept = sleep_until_cpu_time(cpu_clock, value_ns);
    if (!slept && slept.error() == Errno::kRestartSys) return Error(Errno::kRestartNoHandler);
    return slept;
}

} // namespace

Result<void> sys_nanosleep(UserPtr<const abi::TimeSpec> duration, UserPtr<abi::TimeSpec> remaining) {
    abi::TimeSpec value = TRY(duration.load());
    if (!value.is_valid()) return Error(Errno::EINVAL);
    return sleep_relative(Deadline::after(value.to_ns()), remaining);
}

Result<void> sys_clock_nanosleep(int clock, int flags, UserPtr<const abi::TimeSpec> request,
                                 UserPtr<abi::TimeSpec> remaining) {
    SleepClock kind = TRY(sleep_clock(clock));
    abi::TimeSpec value = TRY(request.load());
    if (!value.is_valid()) return Error(Errno::EINVAL);
    bool is_absolute = (flags & abi::kTimerAbsolute) != 0;
    if (kind == SleepClock::Cpu) return sleep_on_cpu_clock(clock, is_absolute, value.to_ns(), remaining);
    if (!is_absolute) return sleep_relative(Deadline::after(value.to_ns()), remaining);
    Deadline deadline =
        kind == SleepClock::Realtime ? Deadline::at_realtime(value.to_ns()) : Deadline::at(value.to_ns());
    if (!sleep_until(deadline)) return Error(Errno::kRestartNoHandler);
    return {};
}

Result<void> check_clock(int clock) {
    TRY(clock_ns(clock));
    return {};
}

Result<void> sys_clock_gettime(int clock, UserPtr<abi::TimeSpec> time) {
    return time.store(abi::TimeSpec::from_ns(TRY(clock_ns(clock))));
}

Result<void> sys_clock_getres(int clock, UserPtr<abi::TimeSpec> resolution) {
    TRY(clock_ns(clock));
    if (!resolution) return {};
    // The sampled CPU-time clocks tell no more than the tick does, either.
    bool is_coarse = clock == abi::kClockRealtimeCoarse || clock == abi::kClockMonotonicCoarse ||
                     (clock < 0 && (clock & 3) != 2);
    return resolution.store(abi::TimeSpec::from_ns(is_coarse ? kCoarseClockResolutionNs : clock_resolution_ns()));
}

Result<void> sys_clock_settime(int clock, UserPtr<const abi::TimeSpec> time) {
    if (clock != abi::kClockRealtime) {
        TRY(clock_ns(clock));
        return Error(clock < 0 ? Errno::EPERM : Errno::EINVAL);
    }
    abi::TimeSpec value = TRY(time.load());
    if (!value.is_valid() || value.to_ns() == ~0ull) return Error(Errno::EINVAL);
    if (!current_has(Capability::SysTime)) return Error(Errno::EPERM);
    if (value.to_ns() < monotonic_ns()) return Error(Errno::EINVAL); // the machine would have started before 1970
    set_realtime_ns(value.to_ns());
    return {};
}

Result<void> sys_gettimeofday(UserPtr<abi::TimeVal> time, UserPtr<abi::TimeZone> zone) {
    if (time) TRY(time.store(abi::TimeVal::from_ns(realtime_ns())));
    if (zone) TRY(zone.store(g_time_zone));
    return {};
}

Result<void> sys_settimeofday(UserPtr<const abi::TimeVal> time, UserPtr<const abi::TimeZone> zone) {
    abi::TimeVal value = {};
    abi::TimeZone wanted_zone = g_time_zone;
    if (time) {
        value = TRY(time.load());
        if (!value.is_valid()) return Error(Errno::EINVAL);
    }
    if (zone) {
        wanted_zone = TRY(zone.load());
        constexpr i32 kLimitMinutes = 15 * 60;
        if (wanted_zone.minutes_west > kLimitMinutes || wanted_zone.minutes_west < -kLimitMinutes)
            return Error(Errno::EINVAL);
    }
    if (!current_has(Capability::SysTime)) return Error(Errno::EPERM);
    g_time_zone = wanted_zone;
    if (time) set_realtime_ns(value.to_ns());
    return {};
}

Result<i64> sys_time(UserPtr<i64> time) {
    i64 seconds = static_cast<i64>(realtime_ns() / kNanosecondsPerSecond);
    if (time) TRY(time.store(seconds));
    return seconds;
}

} // namespace martlet
