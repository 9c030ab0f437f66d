// %e, %f and %g, exact for every long double.
#include "internal/decimal.hpp"
#include "internal/format.hpp"

#include <limits.h>
#include <string.h>

namespace libc {

namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

// Digits [from, to) of the decimal, zeros where it has none.
bool put_digits(FormatOutput &output, const Decimal &decimal, int from, int to) {
    char text[64];
    while (from < to) {
        if (from >= decimal.count)
            return output.fill('0', static_cast<size_t>(to - from));
        if (from < 0) {
            int zeros = to < 0 ? to - from : -from;
            if (!output.fill('0', static_cast<size_t>(zeros)))
                return false;
            from += zeros;
            continue;
        }
        int size = 0;
        while (size < 64 && from < to && from < decimal.count)
            text[size++] = static_cast<char>('0' + decimal.digits[from++]);
        if (!output.write(text, static_cast<size_t>(size)))
            return false;
    }
    return true;
}

struct Layout {
    char prefix[2];
    size_t prefix_size;
    size_t left_spaces, zeros, right_spaces;
};

Layout lay_out(const FormatSpec &spec, bool negative, size_t body) {
    Layout layout = {};
    if (negative || spec.plus || spec.space)
        layout.prefix[layout.prefix_size++] = negative ? '-' : spec.plus ? '+' : ' ';
    size_t used = body + layout.prefix_size, width = static_cast<size_t>(spec.width);
    size_t padding = width > used ? width - used : 0;
    (spec.left ? layout.right_spaces : spec.zero ? layout.zeros : layout.left_spaces) = padding;
    return layout;
}

bool put_start(FormatOutput &output, const Layout &layout) {
    return output.fill(' ', layout.left_spaces) && output.write(layout.prefix, layout.prefix_size) &&
           output.fill('0', layout.zeros);
}

bool put_fixed(FormatOutput &output, const FormatSpec &spec, const Decimal &decimal, bool negative, int decimals) {
    int integers = decimal.count > 0 && decimal.exponent > 0 ? decimal.exponent : 0;
    bool point = decimals > 0 || spec.alternate;
    size_t body = static_cast<size_t>(integers > 0 ? integers : 1) + point + static_cast<size_t>(decimals);
    Layout layout = lay_out(spec, negative, body);
    int exponent = decimal.count > 0 ? decimal.exponent : 0;
    if (!put_start(output, layout) ||
        !(integers > 0 ? put_digits(output, decimal, 0, integers) : output.write("0", 1)))
        return false;
    if (point && !output.write(".", 1))
        return false;
    return put_digits(output, decimal, exponent, exponent + decimals) && output.fill(' ', layout.right_spaces);
}

bool put_scientific(FormatOutput &output, const FormatSpec &spec, const Decimal &decimal, bool negative, int decimals) {
    int exponent = decimal.count > 0 ? decimal.exponent - 1 : 0;
    char text[8] = {is_upper(spec.conversion) ? 'E' : 'e', exponent < 0 ? '-' : '+'};
    int magnitude = exponent < 0 ? -exponent : exponent;
    size_t digits = magnitude >= 1000 ? 4 : magnitude >= 100 ? 3 : 2, size = 2 + digits;
    for (size_t i = size; i-- > 2; magnitude /= 10)
        text[i] = static_cast<char>('0' + magnitude % 10);
    bool point = decimals > 0 || spec.alternate;
    Layout layout = lay_out(spec, negative, 1 + point + static_cast<size_t>(decimals) + size);
    if (!put_start(output, layout) || !put_digits(output, decimal, 0, 1))
        return false;
    if (point && !output.write(".", 1))
        return false;
    return put_digits(output, decimal, 1, 1 + decimals) && output.write(text, size) &&
           output.fill(' ', layout.right_spaces);
}

bool put_general(FormatOutput &output, const FormatSpec &spec, Decimal &decimal, bool negative, int precision) {
    if (precision == 0)
        precision = 1;
    round_digits(decimal, precision, negative);
    int exponent = decimal.count > 0 ? decimal.exponent - 1 : 0;
    if (exponent < -4 || exponent >= precision) {
        int decimals = spec.alternate ? precision - 1 : decimal.count > 0 ? decimal.count - 1 : 0;
        return put_scientific(output, spec, decimal, negative, decimals);
    }
    int decimals = precision - 1 - exponent;
    if (!spec.alternate) {
        int needed = decimal.count - decimal.exponent;
        decimals = decimal.count > 0 && needed > 0 ? needed : 0;
    }
    return put_fixed(output, spec, decimal, negative, decimals);
}

} // namespace

bool format_float(FormatOutput &output, FormatSpec spec, long double value) {
    bool negative = __builtin_signbit(value);
    if (!__builtin_isfinite(value)) {
        const char *text = __builtin_isnan(value) ? (is_upper(spec.conversion) ? "NAN" : "nan")
                                                  : (is_upper(spec.conversion) ? "INF" : "inf");
        spec.zero = false;
        Layout layout = lay_out(spec, negative, 3);
        return put_start(output, layout) && output.write(text, 3) && output.fill(' ', layout.right_spaces);
    }
    int precision = spec.precision < 0 ? 6 : spec.precision;
    [[clang::uninitialized]] Decimal decimal;
    expand(negative ? -value : value, decimal);
    switch (spec.conversion | 0x20) {
    case 'e':
        if (precision < INT_MAX)
            round_digits(decimal, precision + 1, negative);
        return put_scientific(output, spec, decimal, negative, precision);
    case 'f':
        if (precision < Decimal::kMaximumDigits * 2)
            round_digits(decimal, decimal.exponent + precision, negative);
        return put_fixed(output, spec, decimal, negative, precision);
    default: return put_general(output, spec, decimal, negative, precision);
    }
}

} // namespace libc
