// The exact decimal expansion of a binary floating-point number: what printf, ecvt and their relatives round.
#pragma once

namespace libc {

// 0.d1 d2 d3 ... times 10 to the `exponent`; no leading zero digit, so zero has no digits at all. The longest
// expansion is that of the long doubles near 2^-16445: 11514 significant digits.
struct Decimal {
    static constexpr int kMaximumDigits = 11520;
    int count;
    int exponent;
    char digits[kMaximumDigits + 1]; // values 0 to 9; one more for the carry of a rounding
};

// `value` is finite and not negative.
void expand(long double value, Decimal &decimal);

// Rounds to `count` digits (which may be zero or less) as the current rounding direction says; trailing zeros
// are removed. `negative` is the sign of the number, for the directed modes.
void round_digits(Decimal &decimal, int count, bool negative);

} // namespace libc
