// The PC speaker: tones of the programmable interval timer's third counter (IBM PC/AT technical reference; Intel 8254).
#pragma once
#include "base/types.h"

namespace martlet {

/// Sounds until `duration_ns` have passed or the next call; without a duration until the next call. 0 Hz: silence.
void start_tone(u32 frequency_hz, u64 duration_ns);

inline constexpr u32 kTimerFrequencyHz = 1193182;

} // namespace martlet
