// The error and gamma functions (C17 7.12.8), by series chosen so that no terms cancel.
#include "math/x87.hpp"

#include <math.h>

using namespace libc::math;

int signgam;

namespace {

constexpr long double kSqrtPi = 1.772453850905516027298167483341145183L;

// 2/sqrt(pi) e^(-x^2) sum 2^n x^(2n+1) / (1*3*...*(2n+1)): all terms positive. For |x| < 3.
long double error_series(long double x) {
    long double term = x, sum = x, square = x * x;
    for (int n = 1; n < 200 && term > sum * 1e-22L; n++) {
        term *= 2 * square / (2 * n + 1);
        sum += term;
    }
    return 2 / kSqrtPi * exponential(-square) * sum;
}

// The continued fraction of erfc, evaluated from the tail. For x >= 2.
long double complement_fraction(long double x) {
    long double fraction = 0;
    for (int n = x > 6 ? 60 : 300; n >= 1; n--)
        fraction = n / 2.0L / (x + fraction);
    return exponential(-x * x) / kSqrtPi / (x + fraction);
}

long double error_function(long double x) {
    if (x != x || x == 0)
        return x;
    long double magnitude = absolute(x);
    long double result = magnitude < 2.5L ? error_series(magnitude)
                         : magnitude > 7  ? 1
                                          : 1 - complement_fraction(magnitude);
    return __builtin_copysignl(result, x);
}

long double error_complement(long double x) {
    if (x != x)
        return x;
    if (x < 0)
        return 1 + error_function(-x);
    if (x < 0.5L)
        return 1 - error_series(x);
    if (x < 2)
        return 1 - error_series(x);
    return x > 110 ? 0 : complement_fraction(x);
}

// log Gamma(x) for x > 0: Stirling's series at an argument made large by the recurrence.
long double log_gamma_positive(long double x) {
    if (x == 1 || x == 2)
        return 0;
    long double product = 1;
    while (x < 24) {
        product *= x;
        x += 1;
    }
    constexpr long double kCoefficients[] = {1 / 12.0L,        -1 / 360.0L,          1 / 1260.0L,
                                             -1 / 1680.0L,     1 / 1188.0L,          -691 / 360360.0L,
                                             1 / 156.0L,       -3617 / 122400.0L,    43867 / 244188.0L,
                                             -174611 / 125400.0L};
    long double inverse = 1 / x, square = inverse * inverse, series = 0;
    for (int i = 9; i >= 0; i--)
        series = series * square + kCoefficients[i];
    constexpr long double kHalfLogTwoPi = 0.918938533204672741780329736405617640L;
    return (x - 0.5L) * y_log2_x(kLn2, x) - x + kHalfLogTwoPi + series * inverse - y_log2_x(kLn2, product);
}

// sin(pi x)
long double sine_of_pi(long double x) {
    long double whole = floorl(x), rest = x - whole;
    long double value = rest > 0.5L ? sine(kPi * (1 - rest)) : sine(kPi * rest);
    return fmodl(whole, 2) == 0 ? value : -value;
}

long double log_gamma(long double x, int *sign) {
    *sign = 1;
    if (x != x)
        return x;
    if (__builtin_isinf(x))
        return __builtin_infl();
    if (x > 0)
        return log_gamma_positive(x);
    if (x == 0) {
        *sign = __builtin_signbit(x) ? -1 : 1;
        return 1 / absolute(x);
    }
    long double reflected = sine_of_pi(x);
    if (reflected == 0)
        return 1 / absolute(reflected);
    *sign = reflected > 0 ? -1 : 1; // Gamma(x) Gamma(1-x) = pi / sin(pi x), and Gamma(x+1) = x Gamma(x)
    return y_log2_x(kLn2, kPi / absolute(reflected * x)) - log_gamma_positive(-x);
}

long double gamma_function(long double x) {
    if (x == 0)
        return 1 / x;
    if (x != x || __builtin_isinf(x))
        return x > 0 ? x : (x - x) / (x - x);
    if (x == floorl(x)) {
        if (x < 0)
            return (x - x) / (x - x);
        if (x <= 100) {
            long double product = 1;
            for (long double factor = 2; factor < x; factor++)
                product *= factor;
            return product;
        }
    }
    if (x > 0 && x < 24) { // shifting down is more exact than the exponential of a logarithm
        long double product = 1;
        while (x < 24) {
            product *= x;
            x += 1;
        }
        return exponential(log_gamma_positive(x)) / product;
    }
    int sign;
    long double magnitude = exponential(log_gamma(x, &sign));
    return sign * magnitude;
}

} // namespace

extern "C" {

#define SPECIAL_FUNCTIONS(T, suffix)                                                                         \
    T erf##suffix(T x) noexcept { return static_cast<T>(error_function(x)); }                                \
    T erfc##suffix(T x) noexcept { return static_cast<T>(error_complement(x)); }                             \
    T lgamma##suffix(T x) noexcept { return static_cast<T>(log_gamma(x, &signgam)); }                        \
    T tgamma##suffix(T x) noexcept { return static_cast<T>(gamma_function(x)); }

SPECIAL_FUNCTIONS(double, )
SPECIAL_FUNCTIONS(float, f)
SPECIAL_FUNCTIONS(long double, l)
}
