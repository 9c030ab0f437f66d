// The x87 unit's operations on 80-bit numbers (Intel SDM 1, 8.3). Every float and double function is computed in
// this format and rounded once at the end, which leaves its error well below 0.51 units in the last place; the
// long double functions themselves are good to about one.
#pragma once

namespace libc::math {

inline constexpr long double kLn2 = 0.693147180559945309417232121458176568L;
inline constexpr long double kLog2E = 1.442695040888963407359924681001892137L;
inline constexpr long double kPi = 3.141592653589793238462643383279502884L;

inline long double square_root(long double x) {
    asm("fsqrt" : "+t"(x));
    return x;
}

// y * log2(x)
inline long double y_log2_x(long double y, long double x) {
    long double result;
    asm("fyl2x" : "=t"(result) : "0"(x), "u"(y) : "st(1)");
    return result;
}

// y * log2(x + 1), for |x| < 0.29
inline long double y_log2_x_plus_1(long double y, long double x) {
    long double result;
    asm("fyl2xp1" : "=t"(result) : "0"(x), "u"(y) : "st(1)");
    return result;
}

// 2^x - 1, for |x| <= 1
inline long double power_of_two_minus_1(long double x) {
    asm("f2xm1" : "+t"(x));
    return x;
}

// x * 2^trunc(exponent)
inline long double scale(long double x, long double exponent) {
    asm("fscale" : "+t"(x) : "u"(exponent));
    return x;
}

inline long double round_to_integer(long double x) {
    asm("frndint" : "+t"(x));
    return x;
}

// The angle of the point (x, y)
inline long double arc_tangent(long double y, long double x) {
    long double result;
    asm("fpatan" : "=t"(result) : "0"(x), "u"(y) : "st(1)");
    return result;
}

inline long double absolute(long double x) {
    asm("fabs" : "+t"(x));
    return x;
}

// e^x - 1 = 2^n * (2^f - 1) + (2^n - 1)
long double exp_minus_1(long double x);
long double exponential(long double x);
long double sine(long double x);
long double cosine(long double x);

} // namespace libc::math
