// Exponentially damped means of samples taken at equal times, in fixed point with 11 fraction bits, as /proc/loadavg and
// /proc/pressure show them.
#pragma once
#include "base/types.h"

namespace martlet {

inline constexpr u64 kDampedOne = 1 << 11;

/// `average` after one more `sample` (not in fixed point); `decay` is 2048 * exp(-period / time constant). Rounds towards the
/// sample, so that a mean that grows arrives.
constexpr u64 damped(u64 average, u64 decay, u64 sample) {
    u64 sum = average * decay + sample * kDampedOne * (kDampedOne - decay);
    return sum / kDampedOne + (sample * kDampedOne > average && sum % kDampedOne != 0 ? 1 : 0);
}

} // namespace martlet
