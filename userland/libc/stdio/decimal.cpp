// Exact binary-to-decimal conversion with base 10^9 limbs. A number m * 2^e is held as limbs around a fixed
// radix point: multiplication by powers of two grows it to the left, division to the right; both are exact.
#include "internal/decimal.hpp"

#include <stdint.h>
#include <string.h>

namespace libc {

namespace {

constexpr uint32_t kBase = 1000000000;
constexpr int kIntegerLimbs = 552;   // 16384 bits have 4933 digits
constexpr int kFractionLimbs = 1834; // 16445 bits have 16445 digits

struct Limbs {
    uint32_t limbs[kIntegerLimbs + kFractionLimbs];
    uint32_t *first, *end; // most significant, one past the least significant
};

void shift_left(Limbs &number, int bits) {
    while (bits > 0) {
        int step = bits < 29 ? bits : 29;
        uint64_t carry = 0;
        for (uint32_t *limb = number.end; limb-- > number.first;) {
            carry += uint64_t{*limb} << step;
            *limb = static_cast<uint32_t>(carry % kBase);
            carry /= kBase;
        }
        if (carry)
            *--number.first = static_cast<uint32_t>(carry);
        bits -= step;
    }
}

void shift_right(Limbs &number, int bits) {
    while (bits > 0) {
        int step = bits < 9 ? bits : 9; // 10^9 is divisible by 2^9
        uint32_t carry = 0, mask = (1u << step) - 1;
        for (uint32_t *limb = number.first; limb < number.end; limb++) {
            uint32_t rest = *limb & mask;
            *limb = (*limb >> step) + carry;
            carry = (kBase >> step) * rest;
        }
        if (carry)
            *number.end++ = carry;
        while (number.first < number.end && *number.first == 0)
            number.first++;
        bits -= step;
    }
}

struct Parts {
    uint64_t mantissa;
    int exponent; // of the mantissa's lowest bit
};

Parts split(long double value) {
    struct {
        uint64_t mantissa;
        uint16_t sign_exponent;
    } raw;
    __builtin_memcpy(&raw, &value, 10);
    int biased = raw.sign_exponent & 0x7fff;
    return {raw.mantissa, (biased ? biased : 1) - 16383 - 63};
}

} // namespace

void expand(long double value, Decimal &decimal) {
    decimal.count = decimal.exponent = 0;
    auto [mantissa, exponent] = split(value);
    if (mantissa == 0)
        return;
    int zeros = __builtin_ctzl(mantissa); // fewer bits to shift through
    mantissa >>= zeros;
    exponent += zeros;

    [[clang::uninitialized]] Limbs number;
    uint32_t *point = number.limbs + kIntegerLimbs;
    number.first = number.end = point;
    for (uint64_t rest = mantissa; rest; rest /= kBase)
        *--number.first = static_cast<uint32_t>(rest % kBase);
    if (exponent > 0)
        shift_left(number, exponent);
    else
        shift_right(number, -exponent);

    char *out = decimal.digits;
    uint32_t top = *number.first;
    int top_digits = 0;
    for (uint32_t rest = top; rest; rest /= 10)
        top_digits++;
    decimal.exponent = static_cast<int>(point - number.first - 1) * 9 + top_digits;
    for (uint32_t *limb = number.first; limb < number.end; limb++) {
        int digits = limb == number.first ? top_digits : 9;
        uint32_t rest = *limb;
        for (int i = digits - 1; i >= 0; i--, rest /= 10)
            out[i] = static_cast<char>(rest % 10);
        out += digits;
    }
    decimal.count = static_cast<int>(out - decimal.digits);
    while (decimal.count > 0 && decimal.digits[decimal.count - 1] == 0)
        decimal.count--;
}

void round_digits(Decimal &decimal, int count, bool negative) {
    if (count >= decimal.count)
        return;
    bool up;
    enum { kTowardZero = 0, kNearest = 1, kUpward = 2, kDownward = 3 };
    switch (__builtin_flt_rounds()) {
    case kTowardZero: up = false; break;
    case kUpward: up = !negative; break;
    case kDownward: up = negative; break;
    default:
        if (count < 0) {
            up = false;
        } else {
            int digit = decimal.digits[count];
            bool odd = count > 0 && (decimal.digits[count - 1] & 1);
            up = digit > 5 || (digit == 5 && (count + 1 < decimal.count || odd));
        }
    }
    if (count < 0) {
        // A unit in the last place wanted is larger than the number itself.
        decimal.count = up ? 1 : 0;
        decimal.exponent += up ? 1 - count : 0;
        decimal.digits[0] = 1;
        return;
    }
    decimal.count = count;
    if (up) {
        while (decimal.count > 0 && decimal.digits[decimal.count - 1] == 9)
            decimal.count--;
        if (decimal.count == 0) {
            decimal.digits[0] = 1;
            decimal.count = 1;
            decimal.exponent++;
        } else {
            decimal.digits[decimal.count - 1]++;
        }
    }
    while (decimal.count > 0 && decimal.digits[decimal.count - 1] == 0)
        decimal.count--;
}

} // namespace libc
