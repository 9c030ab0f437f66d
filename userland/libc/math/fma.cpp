// fma (C17 7.12.13.1): exact product and sum as wide integers, rounded once.
#include "internal/parse_float.hpp"

#include <math.h>
#include <stdint.h>

namespace {

using Wide = unsigned _BitInt(320);

struct Parts {
    uint64_t mantissa;
    int exponent;
    bool negative;
};

Parts split(long double x) {
    Parts parts;
    uint16_t sign_exponent;
    __builtin_memcpy(&parts.mantissa, &x, 8);
    __builtin_memcpy(&sign_exponent, reinterpret_cast<char *>(&x) + 8, 2);
    int biased = sign_exponent & 0x7fff;
    parts.exponent = (biased ? biased : 1) - 16383 - 63;
    parts.negative = sign_exponent >> 15;
    return parts;
}

int length(Wide value) {
    int bits = 0;
    for (; value >> 64; value >>= 64)
        bits += 64;
    auto rest = static_cast<uint64_t>(value);
    return rest ? bits + 64 - __builtin_clzl(rest) : bits;
}

long double multiply_add(long double x, long double y, long double z, const libc::FloatFormat &format) {
    if (!__builtin_isfinite(x) || !__builtin_isfinite(y) || !__builtin_isfinite(z) || x == 0 || y == 0 || z == 0) {
        // The product of two finite numbers cannot make an infinity here.
        if (__builtin_isfinite(x) && __builtin_isfinite(y) && !__builtin_isfinite(z))
            return z;
        if (z != 0 || !__builtin_isfinite(x) || !__builtin_isfinite(y) || x == 0 || y == 0)
            return x * y + z;
    }
    Parts a = split(x), b = split(y), c = split(z);
    bool product_negative = a.negative != b.negative;
    // The larger of the two terms is placed high in 320 bits; what the smaller loses below is only sticky.
    Wide product = static_cast<Wide>(a.mantissa) * b.mantissa, addend = c.mantissa;
    int product_exponent = a.exponent + b.exponent, addend_exponent = c.exponent;
    int product_top = product_exponent + length(product);
    int addend_top = z == 0 ? product_top : addend_exponent + length(addend);
    int base = (product_top > addend_top ? product_top : addend_top) - 310;
    libc::FloatFormat result_format = format;
    bool sticky = false;
    auto place = [&](Wide &value, int exponent) {
        int shift = exponent - base;
        if (shift >= 0) {
            value <<= shift;
        } else if (shift <= -320) {
            sticky |= value != 0;
            value = 0;
        } else {
            sticky |= (value & ((Wide(1) << -shift) - 1)) != 0;
            value >>= -shift;
        }
    };
    place(product, product_exponent);
    place(addend, addend_exponent);
    bool negative = product_negative;
    Wide sum;
    if (product_negative == c.negative) {
        sum = product + addend;
    } else if (product >= addend) {
        sum = product - addend - (sticky && product != addend ? 1 : 0);
    } else {
        sum = addend - product - (sticky ? 1 : 0);
        negative = c.negative;
    }
    if (sum == 0 && !sticky)
        return __builtin_flt_rounds() == 3 ? -0.0L : 0.0L;
    int drop = length(sum) - 120;
    if (drop > 0) {
        sticky |= (sum & ((Wide(1) << drop) - 1)) != 0;
        sum >>= drop;
    } else {
        drop = 0;
    }
    long double magnitude =
        libc::round_to_format(static_cast<unsigned __int128>(sum), base + drop, sticky, negative, result_format);
    return negative ? -magnitude : magnitude;
}

} // namespace

extern "C" {

double fma(double x, double y, double z) noexcept {
    return static_cast<double>(multiply_add(x, y, z, libc::kDoubleFormat));
}
float fmaf(float x, float y, float z) noexcept {
    return static_cast<float>(multiply_add(x, y, z, libc::kFloatFormat));
}
long double fmal(long double x, long double y, long double z) noexcept {
    return multiply_add(x, y, z, libc::kLongDoubleFormat);
}
}
