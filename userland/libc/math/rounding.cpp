// Rounding to integers (C17 7.12.9). A value below 2^(mantissa bits - 1) is converted to an integer and back, a
// larger one has no fraction.
#include <math.h>

namespace {

template <typename T> constexpr T kNoFraction = 0; // from here on every value is an integer
template <> constexpr float kNoFraction<float> = 0x1p23f;
template <> constexpr double kNoFraction<double> = 0x1p52;
template <> constexpr long double kNoFraction<long double> = 0x1p63L;

float with_sign(float magnitude, float sign) { return __builtin_copysignf(magnitude, sign); }
double with_sign(double magnitude, double sign) { return __builtin_copysign(magnitude, sign); }
long double with_sign(long double magnitude, long double sign) { return __builtin_copysignl(magnitude, sign); }

template <typename T> bool has_fraction(T x) { return with_sign(x, T(1)) < kNoFraction<T>; } // false for NaN

template <typename T> T truncate(T x) {
    return has_fraction(x) ? with_sign(static_cast<T>(static_cast<long>(x)), x) : x;
}

template <typename T> T down(T x) {
    T whole = truncate(x);
    return whole > x ? with_sign(whole - 1, x) : whole;
}

template <typename T> T up(T x) {
    T whole = truncate(x);
    return whole < x ? with_sign(whole + 1, x) : whole;
}

template <typename T> T half_away(T x) {
    T whole = truncate(x);
    T rest = with_sign(x - whole, T(1));
    return rest >= T(0.5) ? whole + with_sign(T(1), x) : whole;
}

// Adding the limit pushes the fraction out, in the current rounding direction.
template <typename T> T current_mode(T x) {
    if (!has_fraction(x))
        return x;
    volatile T sum = with_sign(x, T(1));
    T limit = kNoFraction<T>;
    if (__builtin_signbit(x)) {
        sum = x - limit;
        sum = sum + limit;
    } else {
        sum = x + limit;
        sum = sum - limit;
    }
    return with_sign(sum, x);
}

} // namespace

extern "C" {

#define ROUNDING_FUNCTIONS(T, suffix)                                                                        \
    T trunc##suffix(T x) noexcept { return truncate(x); }                                                    \
    T floor##suffix(T x) noexcept { return down(x); }                                                        \
    T ceil##suffix(T x) noexcept { return up(x); }                                                           \
    T round##suffix(T x) noexcept { return half_away(x); }                                                   \
    T rint##suffix(T x) noexcept { return current_mode(x); }                                                 \
    T nearbyint##suffix(T x) noexcept { return current_mode(x); }                                            \
    long lrint##suffix(T x) noexcept { return static_cast<long>(current_mode(x)); }                          \
    long long llrint##suffix(T x) noexcept { return static_cast<long long>(current_mode(x)); }               \
    long lround##suffix(T x) noexcept { return static_cast<long>(half_away(x)); }                            \
    long long llround##suffix(T x) noexcept { return static_cast<long long>(half_away(x)); }                 \
    T modf##suffix(T x, T* whole) noexcept {                                                                 \
        *whole = truncate(x);                                                                                \
        return with_sign(__builtin_isinf(x) ? static_cast<T>(0) : x - *whole, x);                            \
    }

ROUNDING_FUNCTIONS(double, )
ROUNDING_FUNCTIONS(float, f)
ROUNDING_FUNCTIONS(long double, l)
}
