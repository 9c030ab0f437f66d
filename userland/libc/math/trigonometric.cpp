// sin, cos, tan (C17 7.12.4). The argument is reduced exactly for every magnitude by multiplying its mantissa with
// the bits of 2/pi that matter (Payne and Hanek 1983), then the Taylor series is short enough at pi/4. The x87's
// own instructions are not used: they reduce by a pi of 66 bits, and emulators compute them in double.
#include "math/x87.hpp"

#include <math.h>
#include <stdint.h>

namespace libc::math {

namespace {

constexpr uint64_t kTwoOverPi[] = {
#include "math/two_over_pi.inc"
};

struct Reduced {
    unsigned quadrant;
    long double rest; // in [-pi/4, pi/4]
};

// 64 bits of 2/pi that begin `position` bits behind the point; positions before it are zero bits.
uint64_t table_bits(int position) {
    if (position < 0)
        return position <= -64 ? 0 : kTwoOverPi[0] >> -position;
    unsigned word = static_cast<unsigned>(position) / 64, bit = static_cast<unsigned>(position) % 64;
    uint64_t high = kTwoOverPi[word], low = kTwoOverPi[word + 1];
    return bit ? high << bit | low >> (64 - bit) : high;
}

// `x` is finite. x = mantissa * 2^exponent; of x * 2/pi only the bits down from 2^1 are kept: the quadrant and
// 190 bits of fraction.
Reduced reduce(long double x) {
    if (absolute(x) <= 0.785398163397448309615660845819875721L)
        return {0, x};
    uint64_t mantissa;
    uint16_t sign_exponent;
    __builtin_memcpy(&mantissa, &x, 8);
    __builtin_memcpy(&sign_exponent, reinterpret_cast<char *>(&x) + 8, 2);
    int exponent = (sign_exponent & 0x7fff) - 16383 - 63;

    // Bits of 2/pi with weight 2^(2 - exponent) and above give multiples of four quadrants.
    int position = exponent - 2;
    uint64_t window[4] = {table_bits(position), table_bits(position + 64), table_bits(position + 128),
                          table_bits(position + 192)};
    // The product's top word of 64 counts quadrants in units of 2^-62 after the overflow is dropped.
    using Wide = unsigned __int128;
    Wide low = static_cast<Wide>(mantissa) * window[3];
    Wide middle = static_cast<Wide>(mantissa) * window[2] + (low >> 64);
    Wide high = static_cast<Wide>(mantissa) * window[1] + (middle >> 64);
    uint64_t top = mantissa * window[0] + static_cast<uint64_t>(high >> 64);
    auto quadrant = static_cast<unsigned>(top >> 62);
    Wide fraction = static_cast<Wide>(top) << 66 | static_cast<Wide>(static_cast<uint64_t>(high)) << 2 |
                    static_cast<uint64_t>(middle) >> 62;
    bool negative = false;
    if (fraction >> 127) { // beyond half a quadrant: the next one, from the other side
        fraction = -fraction;
        negative = true;
        quadrant++;
    }
    long double rest = 0;
    if (fraction) {
        auto leading = static_cast<uint64_t>(fraction >> 64);
        int shift = leading ? __builtin_clzl(leading) : 64 + __builtin_clzl(static_cast<uint64_t>(fraction));
        fraction <<= shift;
        constexpr long double kHalfPi = 0xc90fdaa22168c234p-63L, kHalfPiLow = 0xc4c6628b80dc1cd1p-127L;
        long double first = static_cast<long double>(static_cast<uint64_t>(fraction >> 64));
        long double second = static_cast<long double>(static_cast<uint64_t>(fraction)) * 0x1p-64L;
        rest = first * kHalfPi + (second * kHalfPi + first * kHalfPiLow);
        rest = scale(rest, -64 - shift);
    }
    if (sign_exponent & 0x8000) {
        quadrant = 0 - quadrant;
        negative = !negative;
    }
    return {quadrant & 3, negative ? -rest : rest};
}

long double sine_series(long double x) {
    constexpr long double kCoefficients[] = {-0xaaaaaaaaaaaaaaabp-66L, 0x8888888888888889p-70L,
                                             -0xd00d00d00d00d00dp-76L, 0xb8ef1d2ab6399c7dp-82L,
                                             -0xd7322b3faa271c7fp-89L, 0xb092309d43684be5p-96L,
                                             -0xd73f9f399dc0f88fp-104L, 0xca963b81856a5359p-112L,
                                             -0x97a4da340a0ab926p-120L, 0xb8dc77b6e7ab8c5fp-129L,
                                             -0xbb0da098b1c0ceccp-138L};
    long double square = x * x, sum = 0;
    for (int i = 10; i >= 0; i--)
        sum = sum * square + kCoefficients[i];
    return x + x * square * sum;
}

long double cosine_series(long double x) {
    constexpr long double kCoefficients[] = {0xaaaaaaaaaaaaaaabp-68L, -0xb60b60b60b60b60bp-73L,
                                             0xd00d00d00d00d00dp-79L, -0x93f27dbbc4fae397p-85L,
                                             0x8f76c77fc6c4bdaap-92L, -0xc9cba54603e4e906p-100L,
                                             0xd73f9f399dc0f88fp-108L, -0xb413c31dcbecbbdep-116L,
                                             0xf2a15d201011283dp-125L, -0x8671cb6dbfc294a3p-133L,
                                             0xf96780cb97abbe65p-143L};
    long double square = x * x, sum = 0;
    for (int i = 10; i >= 0; i--)
        sum = sum * square + kCoefficients[i];
    return 1 - (square / 2 - square * square * sum);
}

} // namespace

long double sine(long double x) {
    if (x == 0 || !__builtin_isfinite(x))
        return x == 0 ? x : x - x;
    auto [quadrant, rest] = reduce(x);
    long double value = quadrant & 1 ? cosine_series(rest) : sine_series(rest);
    return quadrant & 2 ? -value : value;
}

long double cosine(long double x) {
    if (!__builtin_isfinite(x))
        return x - x;
    auto [quadrant, rest] = reduce(x);
    long double value = quadrant & 1 ? sine_series(rest) : cosine_series(rest);
    return (quadrant + 1) & 2 ? -value : value;
}

static long double tangent(long double x) {
    if (x == 0 || !__builtin_isfinite(x))
        return x == 0 ? x : x - x;
    auto [quadrant, rest] = reduce(x);
    long double sin = sine_series(rest), cos = cosine_series(rest);
    return quadrant & 1 ? -cos / sin : sin / cos;
}

} // namespace libc::math

using namespace libc::math;

extern "C" {

#define TRIGONOMETRIC_FUNCTIONS(T, suffix)                                                                   \
    T sin##suffix(T x) noexcept { return static_cast<T>(sine(x)); }                                          \
    T cos##suffix(T x) noexcept { return static_cast<T>(cosine(x)); }                                        \
    T tan##suffix(T x) noexcept { return static_cast<T>(tangent(x)); }                                       \
    void sincos##suffix(T x, T *sin, T *cos) noexcept {                                                      \
        *sin = static_cast<T>(sine(x));                                                                      \
        *cos = static_cast<T>(cosine(x));                                                                    \
    }

TRIGONOMETRIC_FUNCTIONS(double, )
TRIGONOMETRIC_FUNCTIONS(float, f)
TRIGONOMETRIC_FUNCTIONS(long double, l)
}
