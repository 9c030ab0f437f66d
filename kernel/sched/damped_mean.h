// Exponentially damped means of samples taken at equal times, in fixed point with 11 fraction bits, as
// /proc/loadavg and /proc/pressure show them.
#pragma once
#include "base/types.h"

namespace martlet {

inline constexpr u64 kDampedOne = 1 << 11;

/// `average` after one more `sample` (not in fixed point); `decay` is 2048 * exp(-period / time constant).
/// Rounds towards the sample, so that a mean that grows arrives.
constexpr u64 damped(u64 average, u64 decay, u64 sample) {
    u64 sum = average * decay + sample * kDampedOne * (kDampedOne - decay);
    return sum / kDampedOne + (sample * kDampedOne > average && sum % kDampedOne != 0 ? 1 : 0);
}

/// How many periods have ended by `now_ns`; 0 until `next_end_ns`, which moves on by so many.
constexpr u64 take_ended_periods(u64 now_ns, u64& next_end_ns, u64 period_ns) {
    if (now_ns < next_end_ns) return 0;
    u64 periods = (now_ns - next_end_ns) / period_ns + 1;
    next_end_ns += periods * period_ns;
    return periods;
}

} // namespace martlet
