// The strtol family (C17 7.22.1.3, 7.22.1.4; 7.8.2.3): one parser for the magnitude, limits per type.
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

namespace {

unsigned digit_value(char c) {
    if (isdigit(c))
        return static_cast<unsigned>(c - '0');
    if (isalpha(static_cast<unsigned char>(c)))
        return static_cast<unsigned>((c | 0x20) - 'a' + 10);
    return 255;
}

// The magnitude, its sign, and whether it fits 64 bits. `end` is the text itself when there is no number.
struct Magnitude {
    unsigned long value = 0;
    bool negative = false, overflow = false;
};

Magnitude parse(const char *text, char **end, int base) {
    Magnitude result;
    const char *at = text;
    if (end)
        *end = const_cast<char *>(text);
    if (base < 0 || base == 1 || base > 36) {
        errno = EINVAL;
        return result;
    }
    while (isspace(static_cast<unsigned char>(*at)))
        at++;
    if (*at == '-' || *at == '+')
        result.negative = *at++ == '-';
    if ((base == 0 || base == 16) && at[0] == '0' && (at[1] | 0x20) == 'x' && digit_value(at[2]) < 16) {
        at += 2;
        base = 16;
    } else if (base == 0) {
        base = at[0] == '0' ? 8 : 10;
    }
    const char *first = at;
    auto radix = static_cast<unsigned>(base);
    for (unsigned digit; (digit = digit_value(*at)) < radix; at++) {
        if (__builtin_mul_overflow(result.value, radix, &result.value) ||
            __builtin_add_overflow(result.value, digit, &result.value))
            result.overflow = true;
    }
    if (at != first && end)
        *end = const_cast<char *>(at);
    if (at == first)
        result.negative = false;
    return result;
}

template <typename Unsigned> Unsigned parse_unsigned(const char *text, char **end, int base) {
    Magnitude magnitude = parse(text, end, base);
    if (magnitude.overflow) {
        errno = ERANGE;
        return static_cast<Unsigned>(-1);
    }
    return magnitude.negative ? 0 - magnitude.value : magnitude.value;
}

template <typename Signed> Signed parse_signed(const char *text, char **end, int base) {
    Magnitude magnitude = parse(text, end, base);
    unsigned long limit = static_cast<unsigned long>(LONG_MAX) + magnitude.negative;
    if (magnitude.overflow || magnitude.value > limit) {
        errno = ERANGE;
        return magnitude.negative ? LONG_MIN : LONG_MAX;
    }
    return static_cast<Signed>(magnitude.negative ? 0 - magnitude.value : magnitude.value);
}

} // namespace

extern "C" {

long strtol(const char *__restrict text, char **__restrict end, int base) {
    return parse_signed<long>(text, end, base);
}
long long strtoll(const char *__restrict text, char **__restrict end, int base) {
    return parse_signed<long long>(text, end, base);
}
unsigned long strtoul(const char *__restrict text, char **__restrict end, int base) {
    return parse_unsigned<unsigned long>(text, end, base);
}
unsigned long long strtoull(const char *__restrict text, char **__restrict end, int base) {
    return parse_unsigned<unsigned long long>(text, end, base);
}
intmax_t strtoimax(const char *__restrict text, char **__restrict end, int base) {
    return parse_signed<intmax_t>(text, end, base);
}
uintmax_t strtoumax(const char *__restrict text, char **__restrict end, int base) {
    return parse_unsigned<uintmax_t>(text, end, base);
}
int atoi(const char *text) { return static_cast<int>(strtol(text, nullptr, 10)); }
long atol(const char *text) { return strtol(text, nullptr, 10); }
long long atoll(const char *text) { return strtoll(text, nullptr, 10); }
}
