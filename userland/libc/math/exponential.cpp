// exp, exp2, exp10, expm1 and the hyperbolic functions (C17 7.12.6, 7.12.5). The argument is split into a power of
// two and a rest with a constant in two parts, so that the rest keeps all its bits.
#include "math/x87.hpp"

#include <math.h>

namespace libc::math {

namespace {

// ln 2 and log10 2: the first part has trailing zeros enough that its multiples by a 15-bit integer are exact.
constexpr long double kLn2High = 0xb17217f7d1p-40L;
constexpr long double kLn2Low = 0xcf79abc9e3b39803p-104L;
constexpr long double kRangeLimit = 20000;

struct Split {
    long double exponent, rest; // e^x = 2^exponent * e^rest
};

Split split(long double x) {
    long double n = round_to_integer(x * kLog2E);
    return {n, (x - n * kLn2High) - n * kLn2Low};
}

} // namespace

long double exponential(long double x) {
    if (x != x)
        return x;
    if (x > kRangeLimit)
        x = __builtin_isinf(x) ? x : kRangeLimit;
    if (x < -kRangeLimit)
        return __builtin_isinf(x) ? 0 : scale(0x1p-16440L, -1000);
    if (__builtin_isinf(x))
        return x;
    Split parts = split(x);
    return scale(1 + power_of_two_minus_1(parts.rest * kLog2E), parts.exponent);
}

long double exp_minus_1(long double x) {
    if (x != x || x == 0)
        return x;
    if (absolute(x) < 0.34L)
        return power_of_two_minus_1(x * kLog2E);
    if (x > kRangeLimit)
        return exponential(x);
    if (x < -100)
        return -1;
    Split parts = split(x);
    long double power = scale(1, parts.exponent);
    return power * power_of_two_minus_1(parts.rest * kLog2E) + (power - 1);
}

} // namespace libc::math

using namespace libc::math;

namespace {

long double power_of_two(long double x) {
    if (x != x || __builtin_isinf(x))
        return x < 0 ? 0 : x;
    if (x > kPi * 10000)
        x = 40000;
    if (x < -40000)
        x = -40000;
    long double n = round_to_integer(x);
    return scale(1 + power_of_two_minus_1(x - n), n);
}

long double power_of_ten(long double x) {
    constexpr long double kLog2Of10 = 3.321928094887362347870319429489390176L;
    constexpr long double kLog10Of2High = 0x9a209a84fbp-41L, kLog10Of2Low = 0xcff7988f8959ac0bp-105L;
    if (x != x || __builtin_isinf(x))
        return x < 0 ? 0 : x;
    if (x > 6000)
        return scale(1, 40000);
    if (x < -6000)
        return scale(1, -40000);
    if (x == round_to_integer(x) && x >= 0 && x <= 27) { // exact
        long double result = 1;
        for (int i = static_cast<int>(x); i > 0; i--)
            result *= 10;
        return result;
    }
    long double n = round_to_integer(x * kLog2Of10);
    long double rest = (x - n * kLog10Of2High) - n * kLog10Of2Low;
    return scale(1 + power_of_two_minus_1(rest * kLog2Of10), n);
}

long double hyperbolic_sine(long double x) {
    long double magnitude = absolute(x);
    if (magnitude > 11000 || x == 0) {
        long double half = exponential(magnitude / 2);
        return x == 0 || x != x ? x : __builtin_copysignl(half / 2 * half, x);
    }
    long double e = exp_minus_1(magnitude);
    return __builtin_copysignl((e + e / (e + 1)) / 2, x);
}

long double hyperbolic_cosine(long double x) {
    long double magnitude = absolute(x);
    if (magnitude > 11000) {
        long double half = exponential(magnitude / 2);
        return half / 2 * half;
    }
    long double e = exponential(magnitude);
    return (e + 1 / e) / 2;
}

long double hyperbolic_tangent(long double x) {
    long double magnitude = absolute(x);
    if (x != x || x == 0)
        return x;
    if (magnitude > 40)
        return __builtin_copysignl(1, x);
    long double e = exp_minus_1(2 * magnitude);
    return __builtin_copysignl(e / (e + 2), x);
}

} // namespace

extern "C" {

#define EXPONENTIAL_FUNCTIONS(T, suffix)                                                                     \
    T exp##suffix(T x) noexcept { return static_cast<T>(exponential(x)); }                                   \
    T exp2##suffix(T x) noexcept { return static_cast<T>(power_of_two(x)); }                                 \
    T exp10##suffix(T x) noexcept { return static_cast<T>(power_of_ten(x)); }                                \
    T expm1##suffix(T x) noexcept { return static_cast<T>(exp_minus_1(x)); }                                 \
    T sinh##suffix(T x) noexcept { return static_cast<T>(hyperbolic_sine(x)); }                              \
    T cosh##suffix(T x) noexcept { return static_cast<T>(hyperbolic_cosine(x)); }                            \
    T tanh##suffix(T x) noexcept { return static_cast<T>(hyperbolic_tangent(x)); }

EXPONENTIAL_FUNCTIONS(double, )
EXPONENTIAL_FUNCTIONS(float, f)
EXPONENTIAL_FUNCTIONS(long double, l)
}
