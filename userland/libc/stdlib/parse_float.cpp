// The conversion behind strtod and scanf. Up to 19 digits with a small power of ten are one exact x87 operation;
// whatever that cannot decide is settled with big integers: digits * 10^e as an integer, or as a quotient of two
// with a 65 to 96 bit result whose remainder says whether more follows.
#include "internal/parse_float.hpp"

#include "internal/big_natural.hpp"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <strings.h>

namespace libc {

namespace {

constexpr int kMaximumDigits = 11520; // more cannot change a rounding, except by being there at all
constexpr int kExponentLimit = 100000;

// mantissa * 2^exponent from its parts; mantissa has at most 64 bits and the value is in range.
long double assemble(uint64_t mantissa, int exponent) {
    if (mantissa == 0)
        return 0;
    int shift = __builtin_clzl(mantissa);
    mantissa <<= shift;
    exponent -= shift;
    int biased = exponent + 63 + 16383;
    if (biased <= 0) { // subnormal: the bits shifted out are zero
        mantissa >>= 1 - biased;
        biased = 0;
    }
    long double value = 0;
    auto sign_exponent = static_cast<uint16_t>(biased);
    __builtin_memcpy(&value, &mantissa, 8);
    __builtin_memcpy(reinterpret_cast<char *>(&value) + 8, &sign_exponent, 2);
    return value;
}

long double overflow(bool negative, const FloatFormat &format) {
    errno = ERANGE;
    int mode = __builtin_flt_rounds();
    bool to_infinity = mode == 1 || (mode == 2 && !negative) || (mode == 3 && negative);
    uint64_t all_bits = ~0ul >> (64 - format.precision);
    return to_infinity ? __builtin_infl() : assemble(all_bits, format.maximum_exponent - format.precision);
}

} // namespace

// Whether `value` of `length` bits, rounded to nearest at `precision` bits, becomes the next power of two.
static bool rounds_to_power(unsigned __int128 value, int length, int precision) {
    if (length <= precision)
        return false;
    unsigned __int128 ones = (static_cast<unsigned __int128>(1) << (precision + 1)) - 1;
    return value >> (length - precision - 1) == ones;
}

long double round_to_format(unsigned __int128 value, int exponent, bool more, bool negative,
                            const FloatFormat &format) {
    if (value == 0)
        return 0;
    auto high = static_cast<uint64_t>(value >> 64);
    int length = high ? 128 - __builtin_clzl(high) : 64 - __builtin_clzl(static_cast<uint64_t>(value));
    int drop = length - format.precision;
    if (exponent + drop < format.minimum_exponent)
        drop = format.minimum_exponent - exponent;
    bool inexact = more, half = false, below_half = inexact;
    uint64_t mantissa = 0;
    if (drop <= 0) {
        mantissa = static_cast<uint64_t>(value);
        drop = 0;
    } else {
        if (drop < 128)
            mantissa = static_cast<uint64_t>(value >> drop);
        half = drop <= 128 && (value >> (drop - 1)) & 1;
        unsigned __int128 lower = drop > 128 ? value : value & ((static_cast<unsigned __int128>(1) << (drop - 1)) - 1);
        below_half |= lower != 0;
        inexact = half || below_half;
    }
    bool up;
    switch (__builtin_flt_rounds()) {
    case 0: up = false; break;
    case 2: up = inexact && !negative; break;
    case 3: up = inexact && negative; break;
    default: up = half && (below_half || (mantissa & 1));
    }
    exponent += drop;
    if (up && ++mantissa == 0) {
        mantissa = 1ul << 63;
        exponent++;
    }
    if (mantissa == 0) {
        errno = ERANGE;
        return 0;
    }
    int top = exponent + 64 - __builtin_clzl(mantissa);
    if (top > format.maximum_exponent)
        return overflow(negative, format);
    // Tiny is what is below the normal numbers after rounding to full precision (IEEE 754-2019 7.5): a value that
    // only the coarser subnormal step carried up to the first of them still underflows.
    int normal_top = format.minimum_exponent + format.precision;
    bool carried = length + exponent - drop < normal_top && top == normal_top;
    if (inexact && (top < normal_top || (carried && !rounds_to_power(value, length, format.precision))))
        errno = ERANGE;
    return assemble(mantissa, exponent);
}

namespace {

// The decimal digits of the text, without leading and trailing zeros, and the power of ten of the last one.
struct Digits {
    const char *first; // in the text; a point may stand among them
    int count;
    int exponent;
    bool truncated; // non-zero digits beyond kMaximumDigits
};

long double decimal_slow(const Digits &digits, bool negative, const FloatFormat &format) {
    [[clang::uninitialized]] BigNatural numerator(0);
    uint32_t chunk = 0, scale = 1;
    const char *at = digits.first;
    for (int i = 0; i < digits.count; at++) {
        if (*at == '.')
            continue;
        chunk = chunk * 10 + static_cast<uint32_t>(*at - '0');
        scale *= 10;
        if (++i == digits.count || scale == 1000000000) {
            numerator.multiply_add(scale, chunk);
            chunk = 0;
            scale = 1;
        }
    }
    bool sticky = digits.truncated;
    if (digits.exponent >= 0) {
        numerator.multiply_power_of_ten(digits.exponent);
        int drop = numerator.bit_length() - 64;
        if (drop < 0)
            drop = 0;
        // 65 bits: 64 and the next, below which any bit is sticky.
        unsigned __int128 value = static_cast<unsigned __int128>(numerator.bits_at(drop)) << 1;
        if (drop > 0)
            value |= numerator.bits_at(drop - 1) & 1;
        if (drop > 1 && numerator.any_below(drop - 1))
            sticky = true;
        return round_to_format(value, drop - 1, sticky, negative, format);
    }
    [[clang::uninitialized]] BigNatural divisor(1);
    divisor.multiply_power_of_ten(-digits.exponent);
    int normalize = (32 - divisor.bit_length() % 32) % 32;
    divisor.shift_left(normalize);
    numerator.shift_left(normalize);
    int shift = divisor.bit_length() + 70 - numerator.bit_length();
    if (shift < 0) { // the quotient has more than 70 bits: make it smaller by a larger divisor
        int grow = (-shift + 31) / 32 * 32;
        divisor.shift_left(grow);
        shift += grow;
        uint32_t quotient[3];
        numerator.shift_left(shift);
        numerator.divide(divisor, quotient);
        unsigned __int128 value = (static_cast<unsigned __int128>(quotient[2]) << 64) |
                                  (static_cast<uint64_t>(quotient[1]) << 32) | quotient[0];
        return round_to_format(value, grow - shift, sticky || !numerator.is_zero(), negative, format);
    }
    numerator.shift_left(shift);
    uint32_t quotient[3];
    numerator.divide(divisor, quotient);
    unsigned __int128 value = (static_cast<unsigned __int128>(quotient[2]) << 64) |
                              (static_cast<uint64_t>(quotient[1]) << 32) | quotient[0];
    return round_to_format(value, -shift, sticky || !numerator.is_zero(), negative, format);
}

constexpr long double kPowersOfTen[] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,
                                        1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L,
                                        1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};

// One correctly rounded operation on 64 bits, unless a shorter format would then be rounded a second time from
// exactly its halfway point.
bool decimal_fast(const Digits &digits, const FloatFormat &format, long double &result) {
    if (digits.count > 19 || digits.exponent > 27 || digits.exponent < -27 || __builtin_flt_rounds() != 1)
        return false;
    uint64_t value = 0;
    const char *at = digits.first;
    for (int i = 0; i < digits.count; at++) {
        if (*at == '.')
            continue;
        value = value * 10 + static_cast<uint64_t>(*at - '0');
        i++;
    }
    long double exact = static_cast<long double>(value);
    result = digits.exponent < 0 ? exact / kPowersOfTen[-digits.exponent] : exact * kPowersOfTen[digits.exponent];
    if (format.precision == 64)
        return true;
    if (result >= 0x1p127L && format.precision == 24)
        return false; // near or beyond the largest float
    uint64_t mantissa;
    __builtin_memcpy(&mantissa, &result, 8);
    uint64_t rest_mask = (1ul << (64 - format.precision)) - 1, half = (rest_mask + 1) / 2;
    if ((mantissa & rest_mask) == half)
        return false;
    result = format.precision == 53 ? static_cast<double>(result) : static_cast<float>(result);
    return true;
}

int parse_exponent(const char *&at) {
    const char *digits = at + 1;
    bool negative = false;
    if (*digits == '+' || *digits == '-')
        negative = *digits++ == '-';
    if (!isdigit(*digits))
        return 0; // the letter is not part of the number
    int value = 0;
    for (; isdigit(*digits); digits++) {
        if (value < kExponentLimit)
            value = value * 10 + (*digits - '0');
    }
    at = digits;
    return negative ? -value : value;
}

long double parse_decimal(const char *&at, bool negative, const FloatFormat &format) {
    const char *first = nullptr; // the first digit that is not zero
    long point = -1, position = 0, first_position = 0, last_position = 0;
    for (;; at++) {
        if (*at == '.' && point < 0) {
            point = position;
            continue;
        }
        if (!isdigit(*at))
            break;
        if (*at != '0') {
            if (!first) {
                first = at;
                first_position = position;
            }
            last_position = position;
        }
        position++;
    }
    if (point < 0)
        point = position;
    int exponent = 0;
    if ((*at | 0x20) == 'e')
        exponent = parse_exponent(at);
    if (!first)
        return 0;
    Digits digits = {first, 0, 0, false};
    long count = last_position - first_position + 1;
    if (count > kMaximumDigits) {
        digits.truncated = true;
        last_position -= count - kMaximumDigits;
        count = kMaximumDigits;
    }
    digits.count = static_cast<int>(count);
    long scale = point - 1 - last_position + exponent;
    long magnitude = scale + count; // the value is below 10^magnitude
    if (magnitude > 5000)
        return overflow(negative, format);
    if (magnitude < -5000) {
        return round_to_format(1, -20000, true, negative, format);
    }
    digits.exponent = static_cast<int>(scale);
    long double result;
    if (!digits.truncated && decimal_fast(digits, format, result))
        return result;
    return decimal_slow(digits, negative, format);
}

unsigned hex_value(char c) {
    return isdigit(c) ? static_cast<unsigned>(c - '0') : static_cast<unsigned>((c | 0x20) - 'a' + 10);
}

// `at` stands behind "0x", where a hexadecimal digit (perhaps after a point) is known to be.
long double parse_hexadecimal(const char *&at, bool negative, const FloatFormat &format) {
    unsigned __int128 mantissa = 0;
    long exponent = 0;
    bool point = false;
    bool sticky = false;
    for (;; at++) {
        if (*at == '.' && !point) {
            point = true;
            continue;
        }
        if (!isxdigit(static_cast<unsigned char>(*at)))
            break;
        unsigned digit = hex_value(*at);
        if (mantissa >> 120 == 0) {
            mantissa = mantissa << 4 | digit;
            exponent -= point ? 4 : 0;
        } else {
            exponent += point ? 0 : 4;
            if (digit)
                sticky = true;
        }
    }
    if ((*at | 0x20) == 'p')
        exponent += parse_exponent(at);
    if (mantissa == 0)
        return 0;
    exponent = exponent > kExponentLimit ? kExponentLimit : exponent < -kExponentLimit ? -kExponentLimit : exponent;
    return round_to_format(mantissa, static_cast<int>(exponent), sticky, negative, format);
}

} // namespace

long double parse_float(const char *text, char **end, const FloatFormat &format) {
    const char *at = text;
    while (isspace(static_cast<unsigned char>(*at)))
        at++;
    bool negative = false;
    if (*at == '+' || *at == '-')
        negative = *at++ == '-';
    long double result = 0;
    if (at[0] == '0' && (at[1] | 0x20) == 'x' &&
        (isxdigit(static_cast<unsigned char>(at[2])) ||
         (at[2] == '.' && isxdigit(static_cast<unsigned char>(at[3]))))) {
        at += 2;
        result = parse_hexadecimal(at, negative, format);
    } else if (isdigit(*at) || (*at == '.' && isdigit(at[1]))) {
        result = parse_decimal(at, negative, format);
    } else if (strncasecmp(at, "inf", 3) == 0) {
        at += strncasecmp(at, "infinity", 8) == 0 ? 8 : 3;
        result = __builtin_infl();
    } else if (strncasecmp(at, "nan", 3) == 0) {
        at += 3;
        if (*at == '(') {
            const char *close = at + 1;
            while (isalnum(static_cast<unsigned char>(*close)) || *close == '_')
                close++;
            if (*close == ')')
                at = close + 1;
        }
        result = __builtin_nanl("");
    } else {
        at = text;
        negative = false;
    }
    if (end)
        *end = const_cast<char *>(at);
    return negative ? -result : result;
}

} // namespace libc
