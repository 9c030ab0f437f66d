// to_chars and from_chars for floating point ([charconv]) over the C library's exact conversions.
#include <charconv>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <type_traits>

namespace std {
inline namespace __1 {
namespace {

to_chars_result put(char *first, char *last, const char *text, int length) {
    if (length < 0 || last - first < length)
        return {last, errc::value_too_large};
    memcpy(first, text, static_cast<size_t>(length));
    return {first + length, errc{}};
}

template <typename T> T parse(const char *text) {
    if constexpr (is_same_v<T, float>)
        return strtof(text, nullptr);
    else if constexpr (is_same_v<T, double>)
        return strtod(text, nullptr);
    else
        return strtold(text, nullptr);
}

// The fewest digits that read back as the same value.
template <typename T> int shortest_precision(T value) {
    int limit = is_same_v<T, float> ? FLT_DECIMAL_DIG : is_same_v<T, double> ? DBL_DECIMAL_DIG : LDBL_DECIMAL_DIG;
    char text[64];
    for (int digits = 1; digits < limit; digits++) {
        snprintf(text, sizeof text, "%.*Le", digits - 1, static_cast<long double>(value));
        if (parse<T>(text) == value)
            return digits - 1;
    }
    return limit - 1;
}

template <typename T> to_chars_result shortest(char *first, char *last, T value, chars_format format) {
    char text[5200];
    auto wide = static_cast<long double>(value);
    if (value != value || value - value != 0)
        return put(first, last, text, snprintf(text, sizeof text, "%Lf", wide));
    if (format == chars_format::hex) {
        int length = snprintf(text, sizeof text, "%La", wide);
        char *digits = strchr(text, 'x') + 1;
        bool negative = text[0] == '-';
        memmove(text + negative, digits, strlen(digits) + 1);
        return put(first, last, text, length - 2);
    }
    int precision = shortest_precision(value);
    int scientific = snprintf(text, sizeof text, "%.*Le", precision, wide);
    if (format == chars_format::scientific)
        return put(first, last, text, scientific);
    int exponent = atoi(strchr(text, 'e') + 1);
    int decimals = precision > exponent ? precision - exponent : 0;
    char fixed_text[5200];
    int fixed_length = snprintf(fixed_text, sizeof fixed_text, "%.*Lf", decimals, wide);
    if (format == chars_format::fixed)
        return put(first, last, fixed_text, fixed_length);
    bool plain = format == chars_format{} ? fixed_length <= scientific : exponent >= -4 && exponent <= precision;
    return plain ? put(first, last, fixed_text, fixed_length) : put(first, last, text, scientific);
}

template <typename T>
to_chars_result with_precision(char *first, char *last, T value, chars_format format, int precision) {
    const char *pattern = format == chars_format::scientific ? "%.*Le"
                          : format == chars_format::fixed    ? "%.*Lf"
                          : format == chars_format::hex      ? "%.*La"
                                                             : "%.*Lg";
    auto size = static_cast<size_t>(precision < 0 ? 6 : precision) + 5200;
    auto *text = static_cast<char *>(malloc(size));
    if (!text)
        return {last, errc::value_too_large};
    int length = snprintf(text, size, pattern, precision, static_cast<long double>(value));
    if (format == chars_format::hex && value - value == 0) {
        bool negative = text[0] == '-';
        memmove(text + negative, text + negative + 2, static_cast<size_t>(length) - negative - 1);
        length -= 2;
    }
    to_chars_result result = put(first, last, text, length);
    free(text);
    return result;
}

} // namespace

to_chars_result to_chars(char *first, char *last, float value) { return shortest(first, last, value, {}); }
to_chars_result to_chars(char *first, char *last, double value) { return shortest(first, last, value, {}); }
to_chars_result to_chars(char *first, char *last, long double value) { return shortest(first, last, value, {}); }
to_chars_result to_chars(char *first, char *last, float value, chars_format format) {
    return shortest(first, last, value, format);
}
to_chars_result to_chars(char *first, char *last, double value, chars_format format) {
    return shortest(first, last, value, format);
}
to_chars_result to_chars(char *first, char *last, long double value, chars_format format) {
    return shortest(first, last, value, format);
}
to_chars_result to_chars(char *first, char *last, float value, chars_format format, int precision) {
    return with_precision(first, last, value, format, precision);
}
to_chars_result to_chars(char *first, char *last, double value, chars_format format, int precision) {
    return with_precision(first, last, value, format, precision);
}
to_chars_result to_chars(char *first, char *last, long double value, chars_format format, int precision) {
    return with_precision(first, last, value, format, precision);
}

} // namespace __1
} // namespace std
