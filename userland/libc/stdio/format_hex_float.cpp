// %a: the bits as they are. A double shows its 53 bits as 1.x, a long double its 64 as a first digit of four
// bits, as programs on this architecture expect.
#include "internal/format.hpp"

#include <stdint.h>
#include <string.h>

namespace libc {

namespace {

struct HexDigits {
    uint64_t mantissa; // the first digit in the highest four bits used
    int fraction_digits;
    int exponent;
};

HexDigits of_long_double(long double value) {
    uint64_t mantissa;
    uint16_t biased;
    memcpy(&mantissa, &value, 8);
    memcpy(&biased, reinterpret_cast<char *>(&value) + 8, 2);
    biased &= 0x7fff;
    if (mantissa == 0)
        return {0, 15, 0};
    return {mantissa, 15, (biased ? biased : 1) - 16383 - 3};
}

HexDigits of_double(double value) {
    uint64_t bits;
    memcpy(&bits, &value, 8);
    uint64_t mantissa = bits & 0xfffffffffffff;
    int biased = static_cast<int>(bits >> 52) & 0x7ff;
    if (biased == 0 && mantissa == 0)
        return {0, 13, 0};
    return {biased ? mantissa | 1ul << 52 : mantissa, 13, (biased ? biased : 1) - 1023};
}

// Keeps `precision` digits after the first, rounding as the current direction says. Digits may carry into the
// first one.
void round_hex(HexDigits &number, int precision, bool negative) {
    int dropped_bits = (number.fraction_digits - precision) * 4;
    uint64_t unit = 1ul << dropped_bits, rest = number.mantissa & (unit - 1), half = unit / 2;
    uint64_t kept = number.mantissa - rest;
    bool up;
    switch (__builtin_flt_rounds()) {
    case 0: up = false; break;
    case 2: up = rest != 0 && !negative; break;
    case 3: up = rest != 0 && negative; break;
    default: up = rest > half || (rest == half && (number.mantissa >> dropped_bits) & 1);
    }
    number.mantissa = kept;
    if (up && __builtin_add_overflow(kept, unit, &number.mantissa)) {
        number.mantissa = 1ul << 60; // 0xf.f became 0x10.0
        number.exponent += 4;
    }
}

} // namespace

bool format_hex_float(FormatOutput &output, FormatSpec spec, long double value) {
    bool negative = __builtin_signbit(value), upper = spec.conversion == 'A';
    if (!__builtin_isfinite(value))
        return format_float(output, spec, value);
    long double magnitude = negative ? -value : value;
    HexDigits number = spec.long_double ? of_long_double(magnitude) : of_double(static_cast<double>(magnitude));
    int shown = number.fraction_digits;
    if (spec.precision >= 0 && spec.precision < number.fraction_digits) {
        round_hex(number, spec.precision, negative);
        shown = spec.precision;
    } else if (spec.precision < 0) {
        while (shown > 0 && ((number.mantissa >> ((number.fraction_digits - shown) * 4)) & 15) == 0)
            shown--;
    }
    char text[32], *end = text;
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    for (int i = 0; i <= shown; i++) {
        *end++ = digits[(number.mantissa >> ((number.fraction_digits - i) * 4)) & 15];
        if (i == 0 && (shown > 0 || spec.precision > 0 || spec.alternate))
            *end++ = '.';
    }
    size_t extra_zeros = spec.precision > shown ? static_cast<size_t>(spec.precision - shown) : 0;
    char power[8] = {upper ? 'P' : 'p', number.exponent < 0 ? '-' : '+'};
    int exponent = number.exponent < 0 ? -number.exponent : number.exponent;
    size_t power_size = 2;
    for (int rest = exponent; power_size == 2 || rest; rest /= 10)
        power_size++;
    for (size_t i = power_size; i-- > 2; exponent /= 10)
        power[i] = static_cast<char>('0' + exponent % 10);

    char prefix[3];
    size_t prefix_size = 0;
    if (negative || spec.plus || spec.space)
        prefix[prefix_size++] = negative ? '-' : spec.plus ? '+' : ' ';
    prefix[prefix_size++] = '0';
    prefix[prefix_size++] = upper ? 'X' : 'x';
    size_t used = prefix_size + static_cast<size_t>(end - text) + extra_zeros + power_size;
    size_t padding = static_cast<size_t>(spec.width) > used ? static_cast<size_t>(spec.width) - used : 0;
    return (spec.left || spec.zero || output.fill(' ', padding)) && output.write(prefix, prefix_size) &&
           (spec.left || !spec.zero || output.fill('0', padding)) &&
           output.write(text, static_cast<size_t>(end - text)) && output.fill('0', extra_zeros) &&
           output.write(power, power_size) && (!spec.left || output.fill(' ', padding));
}

} // namespace libc
