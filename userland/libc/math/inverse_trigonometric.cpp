// atan, asin, acos (C17 7.12.4): all are angles of a point.
#include "math/x87.hpp"

#include <math.h>

using namespace libc::math;

extern "C" {

#define INVERSE_TRIGONOMETRIC_FUNCTIONS(T, suffix)                                                           \
    T atan2##suffix(T y, T x) noexcept { return static_cast<T>(arc_tangent(y, x)); }                         \
    T atan##suffix(T x) noexcept { return static_cast<T>(arc_tangent(x, 1)); }                               \
    T asin##suffix(T x) noexcept {                                                                           \
        long double wide = x;                                                                                \
        return static_cast<T>(arc_tangent(wide, square_root((1 - wide) * (1 + wide))));                      \
    }                                                                                                        \
    T acos##suffix(T x) noexcept {                                                                           \
        long double wide = x;                                                                                \
        return static_cast<T>(arc_tangent(absolute(square_root((1 - wide) * (1 + wide))), wide));            \
    }

INVERSE_TRIGONOMETRIC_FUNCTIONS(double, )
INVERSE_TRIGONOMETRIC_FUNCTIONS(float, f)
INVERSE_TRIGONOMETRIC_FUNCTIONS(long double, l)
}
