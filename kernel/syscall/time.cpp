#include "syscall/time.h"

#include "proc/process.h"
#include "proc/process_info.h"
#include "sync/wait_queue.h"
#include "time/clock.h"
#include "time/vdso_data.h"

namespace martlet {

namespace {

abi::TimeZone g_time_zone; // kept for gettimeofday only, as the kernel never uses it

/// clock_getcpuclockid(3): a negative clock names a process's or thread's CPU time.
Result<u64> cpu_clock_ns(int clock) {
    int id = ~(clock >> 3);
    bool is_thread = (clock & 4) != 0;
    int kind = clock & 3; // 0 all, 1 user, 2 scheduler's
    if (kind == 3) return Error(Errno::EINVAL);
    if (is_thread) {
        Ref<Task> task = id == 0 ? Ref<Task>(current_task()) : find_task(id);
        if (!task || &task->process() != &current_process()) return Error(Errno::EINVAL);
        return kind == 1 ? task->cpu_time().user_ns : task->run_time_ns();
    }
    Ref<Process> process = id == 0 ? Ref<Process>(current_process()) : find_process(id);
    if (!process) return Error(Errno::EINVAL);
    ResourceUsage usage = process->usage();
    return usage.user_time_ns + (kind == 1 ? 0 : usage.system_time_ns);
}

Result<u64> clock_ns(int clock) {
    if (clock < 0) return cpu_clock_ns(clock);
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

Result<void> check_sleep_clock(int clock) {
    switch (clock) {
    case abi::kClockRealtime:
    case abi::kClockMonotonic:
    case abi::kClockBoottime:
    case abi::kClockTai: return {};
    case abi::kClockRealtimeAlarm:
    case abi::kClockBoottimeAlarm:
        if (!current_has(Capability::WakeAlarm)) return Error(Errno::EPERM);
        return {};
    case abi::kClockMonotonicRaw:
    case abi::kClockRealtimeCoarse:
    case abi::kClockMonotonicCoarse:
    case abi::kClockProcessCpu: return Error(Errno::EOPNOTSUPP);
    default: return Error(Errno::EINVAL);
    }
}

} // namespace

Result<void> sys_nanosleep(UserPtr<const abi::TimeSpec> duration, UserPtr<abi::TimeSpec> remaining) {
    abi::TimeSpec value = TRY(duration.load());
    if (!value.is_valid()) return Error(Errno::EINVAL);
    return sleep_relative(Deadline::after(value.to_ns()), remaining);
}

Result<void> sys_clock_nanosleep(int clock, int flags, UserPtr<const abi::TimeSpec> request, UserPtr<abi::TimeSpec> remaining) {
    TRY(check_sleep_clock(clock));
    abi::TimeSpec value = TRY(request.load());
    if (!value.is_valid()) return Error(Errno::EINVAL);
    if (!(flags & abi::kTimerAbsolute)) return sleep_relative(Deadline::after(value.to_ns()), remaining);
    u64 deadline_ns = value.to_ns();
    bool is_realtime = clock == abi::kClockRealtime || clock == abi::kClockTai || clock == abi::kClockRealtimeAlarm;
    // The realtime clock may be stepped while we sleep: look again when the deadline seems to have come.
    for (;;) {
        u64 now = is_realtime ? realtime_ns() : monotonic_ns();
        if (deadline_ns <= now) return {};
        if (!sleep_until(Deadline::after(deadline_ns - now))) return Error(Errno::kRestartNoHandler);
    }
}

Result<void> sys_clock_gettime(int clock, UserPtr<abi::TimeSpec> time) {
    return time.store(abi::TimeSpec::from_ns(TRY(clock_ns(clock))));
}

Result<void> sys_clock_getres(int clock, UserPtr<abi::TimeSpec> resolution) {
    TRY(clock_ns(clock));
    if (!resolution) return {};
    bool is_coarse = clock == abi::kClockRealtimeCoarse || clock == abi::kClockMonotonicCoarse;
    return resolution.store(abi::TimeSpec::from_ns(is_coarse ? kCoarseClockResolutionNs : clock_resolution_ns()));
}

Result<void> sys_clock_settime(int clock, UserPtr<const abi::TimeSpec> time) {
    if (clock != abi::kClockRealtime) {
        TRY(clock_ns(clock));
        return Error(clock < 0 || clock == abi::kClockProcessCpu || clock == abi::kClockThreadCpu ? Errno::EPERM
                                                                                               : Errno::EINVAL);
    }
    abi::TimeSpec value = TRY(time.load());
    if (!value.is_valid() || value.to_ns() == ~0ull) return Error(Errno::EINVAL);
    if (!current_has(Capability::SysTime)) return Error(Errno::EPERM);
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
