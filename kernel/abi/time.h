// Time structures of the Linux x86-64 ABI.
#pragma once
#include "base/types.h"

namespace martlet::abi {

struct TimeSpec { // struct timespec
    i64 seconds, nanoseconds;
    constexpr bool is_valid() const { return seconds >= 0 && nanoseconds >= 0 && nanoseconds < 1'000'000'000; }
    /// Saturates at 2^64 - 1 ns, which deadlines take for "never".
    constexpr u64 to_ns() const {
        constexpr u64 kMaximumSeconds = ~0ull / kNanosecondsPerSecond - 1;
        return static_cast<u64>(seconds) > kMaximumSeconds
                   ? ~0ull
                   : static_cast<u64>(seconds) * kNanosecondsPerSecond + static_cast<u64>(nanoseconds);
    }
    static constexpr TimeSpec from_ns(u64 ns) {
        return {static_cast<i64>(ns / kNanosecondsPerSecond), static_cast<i64>(ns % kNanosecondsPerSecond)};
    }
};

struct TimeVal { // struct timeval
    i64 seconds, microseconds;
    constexpr bool is_valid() const { return seconds >= 0 && microseconds >= 0 && microseconds < 1'000'000; }
    constexpr u64 to_ns() const { return TimeSpec{seconds, microseconds * 1000}.to_ns(); }
    static constexpr TimeVal from_ns(u64 ns) {
        return {static_cast<i64>(ns / kNanosecondsPerSecond), static_cast<i64>(ns % kNanosecondsPerSecond / 1000)};
    }
};

struct IntervalTimer { // struct itimerval
    TimeVal interval, value;
};

struct TimerSpec { // struct itimerspec
    TimeSpec interval, value;
};

struct TimeAdjustment { // struct timex
    u32 modes, padding1;
    i64 offset, frequency, maximum_error, estimated_error;
    i32 status, padding2;
    i64 constant, precision, tolerance;
    TimeVal time; // the fraction in nanoseconds with ADJ_NANO or STA_NANO
    i64 tick, pps_frequency, jitter;
    i32 shift, padding3;
    i64 stability, jitter_count, calibration_count, error_count, stability_count;
    i32 tai, padding4[11];
};
static_assert(sizeof(TimeAdjustment) == 208);

struct TimeZone {
    i32 minutes_west, dst_time;
};

struct ProcessTimes { // struct tms, in clock ticks
    i64 user, system, children_user, children_system;
};
inline constexpr u64 kClockTickNs = kNanosecondsPerSecond / 100;

inline constexpr i32 kClockRealtime = 0, kClockMonotonic = 1, kClockProcessCpu = 2, kClockThreadCpu = 3,
                     kClockMonotonicRaw = 4, kClockRealtimeCoarse = 5, kClockMonotonicCoarse = 6, kClockBoottime = 7,
                     kClockRealtimeAlarm = 8, kClockBoottimeAlarm = 9, kClockTai = 11;
inline constexpr i32 kTimerAbsolute = 1; // TIMER_ABSTIME

} // namespace martlet::abi
