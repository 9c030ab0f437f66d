// Text to floating point, correctly rounded in the current rounding direction for any number of digits.
#pragma once

namespace libc {

struct FloatFormat {
    int precision;        // bits of the mantissa, the hidden one included
    int minimum_exponent; // of the lowest bit of the smallest subnormal
    int maximum_exponent; // a finite value is below 2^maximum_exponent
};

inline constexpr FloatFormat kFloatFormat = {24, -149, 128};
inline constexpr FloatFormat kDoubleFormat = {53, -1074, 1024};
inline constexpr FloatFormat kLongDoubleFormat = {64, -16445, 16384};

// C17 7.22.1.3. The result fits the format exactly; errno is ERANGE on overflow and on inexact underflow.
long double parse_float(const char *text, char **end, const FloatFormat &format);

// (value + a fraction if `more`) * 2^exponent, rounded to the format; `negative` is for the directed modes.
long double round_to_format(unsigned __int128 value, int exponent, bool more, bool negative, const FloatFormat &format);

} // namespace libc
