// Logarithms and the inverse hyperbolic functions (C17 7.12.6, 7.12.5). The x87 multiplies a logarithm to base 2
// by any constant in one rounded operation.
#include "math/x87.hpp"

#include <math.h>

using namespace libc::math;

namespace {

constexpr long double kLog10Of2 = 0.301029995663981195213738894724493026768L;

long double log_1_plus(long double x) {
    return absolute(x) < 0.25L ? y_log2_x_plus_1(kLn2, x) : y_log2_x(kLn2, 1 + x);
}

long double inverse_sinh(long double x) {
    long double magnitude = absolute(x), result;
    if (x != x || x == 0 || __builtin_isinf(x))
        return x;
    if (magnitude > 0x1p32L)
        result = y_log2_x(kLn2, magnitude) + kLn2;
    else
        result = log_1_plus(magnitude + magnitude * magnitude / (1 + square_root(magnitude * magnitude + 1)));
    return __builtin_copysignl(result, x);
}

long double inverse_cosh(long double x) {
    if (x > 0x1p32L)
        return y_log2_x(kLn2, x) + kLn2;
    long double rest = x - 1;
    return log_1_plus(rest + square_root(rest * (x + 1)));
}

long double inverse_tanh(long double x) {
    long double magnitude = absolute(x);
    if (x == 0)
        return x;
    return __builtin_copysignl(log_1_plus(2 * magnitude / (1 - magnitude)) / 2, x);
}

} // namespace

extern "C" {

#define LOGARITHM_FUNCTIONS(T, suffix)                                                                       \
    T log##suffix(T x) noexcept { return static_cast<T>(y_log2_x(kLn2, x)); }                                \
    T log2##suffix(T x) noexcept { return static_cast<T>(y_log2_x(1, x)); }                                  \
    T log10##suffix(T x) noexcept { return static_cast<T>(y_log2_x(kLog10Of2, x)); }                         \
    T log1p##suffix(T x) noexcept { return x == 0 ? x : static_cast<T>(log_1_plus(x)); }                     \
    T asinh##suffix(T x) noexcept { return static_cast<T>(inverse_sinh(x)); }                                \
    T acosh##suffix(T x) noexcept { return static_cast<T>(inverse_cosh(x)); }                                \
    T atanh##suffix(T x) noexcept { return static_cast<T>(inverse_tanh(x)); }

LOGARITHM_FUNCTIONS(double, )
LOGARITHM_FUNCTIONS(float, f)
LOGARITHM_FUNCTIONS(long double, l)
}
