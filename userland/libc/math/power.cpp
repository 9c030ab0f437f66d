// pow, sqrt, cbrt, hypot (C17 7.12.7).
#include "math/x87.hpp"

#include <math.h>

using namespace libc::math;

namespace {

enum class Parity { NotInteger, Even, Odd };

Parity parity(long double y) {
    if (absolute(y) >= 0x1p64L)
        return Parity::Even;
    if (y != round_to_integer(y))
        return Parity::NotInteger;
    return y / 2 == round_to_integer(y / 2) ? Parity::Even : Parity::Odd;
}

// x^y for finite x > 0: x = m * 2^e with m near 1, so x^y = 2^(y*e) * 2^(y*log2 m).
long double positive_power(long double x, long double y) {
    int e;
    long double m = frexpl(x, &e);
    if (m < 0.707106781186547524400844362104849039L) {
        m *= 2;
        e--;
    }
    // An integer power small enough is exact, or nearly, by squaring.
    if (absolute(y) <= 64 && y == round_to_integer(y)) {
        auto n = static_cast<unsigned>(absolute(y));
        long double power = 1, square = m;
        for (unsigned rest = n; rest; rest >>= 1, square *= square) {
            if (rest & 1)
                power *= square;
        }
        long double scaled = static_cast<long double>(e) * static_cast<long double>(n);
        return y < 0 ? scale(1 / power, -scaled) : scale(power, scaled);
    }
    long double whole = y * e;
    if (whole > 100000 || whole < -100000)
        return scale(1, whole > 0 ? 40000 : -40000);
    long double logarithm = absolute(m - 1) < 0.25L ? y_log2_x_plus_1(y, m - 1) : y_log2_x(y, m);
    if (logarithm > 100000 || logarithm < -100000)
        return scale(1, logarithm > 0 ? 40000 : -40000);
    long double n = round_to_integer(whole), m_n = round_to_integer(logarithm);
    long double rest = (whole - n) + (logarithm - m_n);
    long double more = round_to_integer(rest);
    return scale(1 + power_of_two_minus_1(rest - more), n + m_n + more);
}

long double power(long double x, long double y) {
    if (y == 0 || x == 1)
        return 1;
    if (x != x || y != y)
        return x + y;
    Parity kind = parity(y);
    bool odd = kind == Parity::Odd;
    if (__builtin_isinf(y)) {
        long double magnitude = absolute(x);
        if (magnitude == 1)
            return 1;
        return (magnitude > 1) == (y > 0) ? __builtin_infl() : 0;
    }
    if (x == 0) {
        long double zero = odd ? x : 0;
        return y > 0 ? zero : 1 / zero;
    }
    if (__builtin_isinf(x)) {
        long double result = y > 0 ? __builtin_infl() : 0;
        return x < 0 && odd ? -result : result;
    }
    if (x < 0) {
        if (kind == Parity::NotInteger)
            return (x - x) / (x - x);
        long double result = positive_power(-x, y);
        return odd ? -result : result;
    }
    return positive_power(x, y);
}

long double cube_root(long double x) {
    if (x == 0 || !__builtin_isfinite(x))
        return x;
    long double magnitude = absolute(x);
    long double root = positive_power(magnitude, 1.0L / 3);
    root -= (root * root * root - magnitude) / (3 * root * root); // one step of Newton's
    return __builtin_copysignl(root, x);
}

long double hypotenuse(long double x, long double y) {
    if (__builtin_isinf(x) || __builtin_isinf(y))
        return __builtin_infl();
    x = absolute(x);
    y = absolute(y);
    if (x < y) {
        long double z = x;
        x = y;
        y = z;
    }
    if (x != x || y != y || y == 0)
        return x + y;
    int e;
    frexpl(x, &e);
    long double factor = e;
    x = scale(x, -factor);
    y = scale(y, -factor);
    return scale(square_root(x * x + y * y), factor);
}

} // namespace

extern "C" {

double sqrt(double x) noexcept {
    asm("sqrtsd %0, %0" : "+x"(x));
    return x;
}
float sqrtf(float x) noexcept {
    asm("sqrtss %0, %0" : "+x"(x));
    return x;
}
long double sqrtl(long double x) noexcept { return square_root(x); }

#define POWER_FUNCTIONS(T, suffix)                                                                           \
    T pow##suffix(T x, T y) noexcept { return static_cast<T>(power(x, y)); }                                 \
    T cbrt##suffix(T x) noexcept { return static_cast<T>(cube_root(x)); }                                    \
    T hypot##suffix(T x, T y) noexcept { return static_cast<T>(hypotenuse(x, y)); }

POWER_FUNCTIONS(double, )
POWER_FUNCTIONS(float, f)
POWER_FUNCTIONS(long double, l)
}
