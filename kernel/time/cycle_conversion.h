// Counter ticks to nanoseconds and back by multiplication and shift, exact to 2^-32 relative, without overflow.
#pragma once
#include "base/types.h"

namespace martlet {

class CycleConversion {
public:
    constexpr CycleConversion() = default;
    /// `frequency_hz` must not be 0.
    constexpr explicit CycleConversion(u64 frequency_hz) {
        // multiplier = 10^9 / frequency in 2^-shift; the largest shift for which it fits 64 bits with room to spare.
        using u128 = unsigned __int128;
        while (shift_ < 63 &&
               (static_cast<u128>(kNanosecondsPerSecond) << (shift_ + 1)) / frequency_hz < (u128(1) << 62))
            ++shift_;
        multiplier_ = static_cast<u64>((static_cast<u128>(kNanosecondsPerSecond) << shift_) / frequency_hz);
    }
    constexpr u64 to_ns(u64 cycles) const {
        return static_cast<u64>((static_cast<unsigned __int128>(cycles) * multiplier_) >> shift_);
    }

private:
    u64 multiplier_ = 0;
    u32 shift_ = 0;
};

/// `value` * `numerator` / `denominator` without overflow in between, saturating.
constexpr u64 multiply_divide(u64 value, u64 numerator, u64 denominator) {
    unsigned __int128 result = static_cast<unsigned __int128>(value) * numerator / denominator;
    return result > ~0ull ? ~0ull : static_cast<u64>(result);
}

} // namespace martlet
