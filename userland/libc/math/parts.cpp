// Taking numbers apart and putting them together: frexp, ldexp, logb, nextafter, copysign, fmin, ... (C17 7.12.6,
// 7.12.11, 7.12.12).
#include "math/x87.hpp"

#include <limits.h>
#include <math.h>
#include <stdint.h>

using namespace libc::math;

namespace {

long double scaled(long double x, long n) {
    n = n > 70000 ? 70000 : n < -70000 ? -70000 : n;
    return scale(x, static_cast<long double>(n));
}

// For a finite value that is not zero: x = significand * 2^exponent with the significand in [1, 2).
int exponent_of(long double x, long double &significand) {
    long double exponent;
    asm("fxtract" : "=t"(significand), "=u"(exponent) : "0"(x));
    return static_cast<int>(exponent);
}

long double fraction_and_exponent(long double x, int *exponent) {
    *exponent = 0;
    if (x == 0 || !__builtin_isfinite(x))
        return x;
    long double significand;
    *exponent = exponent_of(x, significand) + 1;
    return significand / 2;
}

int integer_logarithm(long double x) {
    if (x == 0)
        return FP_ILOGB0;
    if (x != x)
        return FP_ILOGBNAN;
    if (__builtin_isinf(x))
        return INT_MAX;
    long double significand;
    return exponent_of(x, significand);
}

long double binary_logarithm(long double x) {
    if (x == 0)
        return -1 / absolute(x);
    if (!__builtin_isfinite(x))
        return x * x;
    long double significand;
    return exponent_of(x, significand);
}

// The next number: one step of the bits taken as an integer.
template <typename T, typename Bits> T step(T x, bool upward) {
    Bits bits;
    if (x == 0) {
        bits = 1;
        T tiny;
        __builtin_memcpy(&tiny, &bits, sizeof tiny);
        return upward ? tiny : -tiny;
    }
    __builtin_memcpy(&bits, &x, sizeof x);
    bits += (x > 0) == upward ? 1 : -1;
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
}

long double step(long double x, bool upward) {
    struct {
        uint64_t mantissa;
        uint16_t sign_exponent;
    } raw = {};
    if (x == 0)
        return upward ? 0x1p-16445L : -0x1p-16445L;
    __builtin_memcpy(&raw, &x, 10);
    bool grows = (x > 0) == upward;
    if (grows) {
        if (++raw.mantissa == 0) {
            raw.mantissa = 1ul << 63;
            raw.sign_exponent++;
        } else if (raw.mantissa == 1ul << 63 && (raw.sign_exponent & 0x7fff) == 0) {
            raw.sign_exponent++; // the smallest normal number
        }
    } else {
        if (raw.mantissa == 1ul << 63 && (raw.sign_exponent & 0x7fff) != 0) {
            raw.sign_exponent--;
            raw.mantissa = (raw.sign_exponent & 0x7fff) == 0 ? (1ul << 63) - 1 : ~0ul;
        } else {
            raw.mantissa--;
        }
    }
    __builtin_memcpy(&x, &raw, 10);
    return x;
}

template <typename T> T remainder_of(T x, T y) {
    long double dividend = x, divisor = y;
    unsigned short status;
    do
        asm("fprem; fnstsw %1" : "+t"(dividend), "=a"(status) : "u"(divisor));
    while (status & 0x400);
    return static_cast<T>(dividend);
}

// The IEEE remainder and the quotient's low three bits.
template <typename T> T nearest_remainder(T x, T y, int *quotient) {
    long double dividend = x, divisor = y;
    unsigned short status;
    do
        asm("fprem1; fnstsw %1" : "+t"(dividend), "=a"(status) : "u"(divisor));
    while (status & 0x400);
    int bits = ((status >> 8) & 1) << 2 | ((status >> 14) & 1) << 1 | ((status >> 9) & 1);
    *quotient = __builtin_signbit(x) != __builtin_signbit(y) ? -bits : bits;
    return static_cast<T>(dividend);
}

} // namespace

extern "C" {

double fabs(double x) noexcept { return __builtin_fabs(x); }
float fabsf(float x) noexcept { return __builtin_fabsf(x); }
long double fabsl(long double x) noexcept { return absolute(x); }
double copysign(double x, double y) noexcept { return __builtin_copysign(x, y); }
float copysignf(float x, float y) noexcept { return __builtin_copysignf(x, y); }
long double copysignl(long double x, long double y) noexcept { return __builtin_copysignl(x, y); }
double nan(const char *) noexcept { return __builtin_nan(""); }
float nanf(const char *) noexcept { return __builtin_nanf(""); }
long double nanl(const char *) noexcept { return __builtin_nanl(""); }
int finite(double x) { return __builtin_isfinite(x); }
int finitef(float x) { return __builtin_isfinite(x); }
double significand(double x) { return static_cast<double>(scaled(x, -ilogb(x))); }

#define NEXT_FUNCTIONS(T, suffix, stepping)                                                                  \
    T nexttoward##suffix(T x, long double y) noexcept {                                                      \
        if (x != x || y != y)                                                                                \
            return static_cast<T>(x + y);                                                                    \
        return x == y ? static_cast<T>(y) : stepping(x, x < y);                                              \
    }                                                                                                        \
    T nextafter##suffix(T x, T y) noexcept { return nexttoward##suffix(x, y); }

NEXT_FUNCTIONS(double, , (step<double, uint64_t>))
NEXT_FUNCTIONS(float, f, (step<float, uint32_t>))
NEXT_FUNCTIONS(long double, l, step)

#define PART_FUNCTIONS(T, suffix)                                                                            \
    T ldexp##suffix(T x, int n) noexcept { return static_cast<T>(scaled(x, n)); }                            \
    T scalbn##suffix(T x, int n) noexcept { return static_cast<T>(scaled(x, n)); }                           \
    T scalbln##suffix(T x, long n) noexcept { return static_cast<T>(scaled(x, n)); }                         \
    T frexp##suffix(T x, int* exponent) noexcept {                                                           \
        return static_cast<T>(fraction_and_exponent(x, exponent));                                           \
    }                                                                                                        \
    int ilogb##suffix(T x) noexcept { return integer_logarithm(x); }                                         \
    T logb##suffix(T x) noexcept { return static_cast<T>(binary_logarithm(x)); }                             \
    T fmod##suffix(T x, T y) noexcept { return remainder_of(x, y); }                                         \
    T remquo##suffix(T x, T y, int* quotient) noexcept { return nearest_remainder(x, y, quotient); }         \
    T remainder##suffix(T x, T y) noexcept {                                                                 \
        int quotient;                                                                                        \
        return nearest_remainder(x, y, &quotient);                                                           \
    }                                                                                                        \
    T fdim##suffix(T x, T y) noexcept {                                                                      \
        return x != x || y != y ? x + y : x > y ? x - y : static_cast<T>(0);                                 \
    }                                                                                                        \
    T fmax##suffix(T x, T y) noexcept {                                                                      \
        if (x != x || y != y) return x != x ? y : x;                                                         \
        return x == y ? (__builtin_signbit(x) ? y : x) : x > y ? x : y;                                      \
    }                                                                                                        \
    T fmin##suffix(T x, T y) noexcept {                                                                      \
        if (x != x || y != y) return x != x ? y : x;                                                         \
        return x == y ? (__builtin_signbit(x) ? x : y) : x < y ? x : y;                                      \
    }

PART_FUNCTIONS(double, )
PART_FUNCTIONS(float, f)
PART_FUNCTIONS(long double, l)

double drem(double x, double y) { return remainder(x, y); }
}
