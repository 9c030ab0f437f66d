// The printf engine: parses the conversion specifications, fetches arguments in order or by position, formats
// integers and strings; floating point is in its own files.
#include "internal/format.hpp"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

namespace libc {

namespace {

enum class Length { None, Char, Short, Long, LongLong, Max, Size, Pointer, LongDouble };

enum class Type { None, Int, Long, Pointer, Double, LongDouble };

union Argument {
    int64_t integer;
    void *pointer;
    long double floating;
};

struct Parsed {
    FormatSpec spec;
    Length length = Length::None;
    int argument = 0;           // 1.. when given as n$
    int width_argument = -1;    // -1: none, 0: the next one, else its number
    int precision_argument = -1;
    const char *end;
};

// A decimal number that saturates; *pattern is left behind it.
int parse_number(const char *&pattern) {
    int value = 0;
    for (; isdigit(*pattern); pattern++) {
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, *pattern - '0', &value)) {
            value = INT_MAX;
            while (isdigit(pattern[1]))
                pattern++;
        }
    }
    return value;
}

// "*" or "*n$", after the star.
int parse_star(const char *&pattern) {
    const char *digits = pattern;
    int number = parse_number(digits);
    if (digits == pattern || *digits != '$')
        return 0;
    pattern = digits + 1;
    return number;
}

Length parse_length(const char *&pattern) {
    switch (*pattern++) {
    case 'h':
        if (*pattern != 'h')
            return Length::Short;
        pattern++;
        return Length::Char;
    case 'l':
        if (*pattern != 'l')
            return Length::Long;
        pattern++;
        return Length::LongLong;
    case 'q': return Length::LongLong;
    case 'j': return Length::Max;
    case 'z': return Length::Size;
    case 't': return Length::Pointer;
    case 'L': return Length::LongDouble;
    }
    pattern--;
    return Length::None;
}

// `pattern` stands behind the '%'.
Parsed parse(const char *pattern) {
    Parsed parsed;
    const char *digits = pattern;
    int number = parse_number(digits);
    if (digits != pattern && *digits == '$') {
        parsed.argument = number;
        pattern = digits + 1;
    }
    for (bool flags = true; flags;) {
        switch (*pattern) {
        case '-': parsed.spec.left = true; break;
        case '+': parsed.spec.plus = true; break;
        case ' ': parsed.spec.space = true; break;
        case '#': parsed.spec.alternate = true; break;
        case '0': parsed.spec.zero = true; break;
        case '\'': break; // the locales here do not group
        default: flags = false; continue;
        }
        pattern++;
    }
    if (*pattern == '*') {
        pattern++;
        parsed.width_argument = parse_star(pattern);
    } else {
        parsed.spec.width = parse_number(pattern);
    }
    if (*pattern == '.') {
        pattern++;
        if (*pattern == '*') {
            pattern++;
            parsed.precision_argument = parse_star(pattern);
        } else if (*pattern == '-') { // a negative precision counts as none
            pattern++;
            parse_number(pattern);
        } else {
            parsed.spec.precision = parse_number(pattern);
        }
    }
    parsed.length = parse_length(pattern);
    parsed.spec.conversion = *pattern;
    parsed.spec.long_double = parsed.length == Length::LongDouble;
    parsed.end = *pattern ? pattern + 1 : pattern;
    return parsed;
}

Type type_of(const Parsed &parsed) {
    switch (parsed.spec.conversion) {
    case 'd': case 'i': case 'o': case 'u': case 'x': case 'X':
        return parsed.length == Length::None || parsed.length == Length::Char || parsed.length == Length::Short
                   ? Type::Int
                   : Type::Long;
    case 'c': case 'C': return Type::Int;
    case 's': case 'S': case 'p': case 'n': return Type::Pointer;
    case 'e': case 'E': case 'f': case 'F': case 'g': case 'G': case 'a': case 'A':
        return parsed.spec.long_double ? Type::LongDouble : Type::Double;
    default: return Type::None;
    }
}

Argument fetch(Type type, va_list *arguments) {
    Argument argument = {};
    switch (type) {
    case Type::Int: argument.integer = va_arg(*arguments, int); break;
    case Type::Long: argument.integer = va_arg(*arguments, long); break;
    case Type::Pointer: argument.pointer = va_arg(*arguments, void *); break;
    case Type::Double: argument.floating = va_arg(*arguments, double); break;
    case Type::LongDouble: argument.floating = va_arg(*arguments, long double); break;
    case Type::None: break;
    }
    return argument;
}

bool put_integer(FormatOutput &output, const Parsed &parsed, int64_t raw) {
    FormatSpec spec = parsed.spec;
    bool is_signed = spec.conversion == 'd' || spec.conversion == 'i';
    switch (parsed.length) {
    case Length::Char: raw = is_signed ? static_cast<signed char>(raw) : static_cast<unsigned char>(raw); break;
    case Length::Short: raw = is_signed ? static_cast<short>(raw) : static_cast<unsigned short>(raw); break;
    case Length::None: raw = is_signed ? int64_t{static_cast<int>(raw)} : int64_t{static_cast<unsigned>(raw)}; break;
    default: break;
    }
    uint64_t value = static_cast<uint64_t>(raw);
    char prefix[2];
    size_t prefix_size = 0;
    if (is_signed) {
        bool negative = raw < 0;
        if (negative)
            value = 0 - value;
        if (negative || spec.plus || spec.space)
            prefix[prefix_size++] = negative ? '-' : spec.plus ? '+' : ' ';
    }
    char text[24], *digit = text + sizeof text;
    char lower = static_cast<char>(spec.conversion | 0x20);
    if (lower == 'x' || lower == 'p') {
        const char *digits = spec.conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
        if (spec.alternate && value != 0) {
            prefix[prefix_size++] = '0';
            prefix[prefix_size++] = spec.conversion == 'X' ? 'X' : 'x';
        }
        for (uint64_t rest = value; rest; rest >>= 4)
            *--digit = digits[rest & 15];
    } else if (lower == 'o') {
        for (uint64_t rest = value; rest; rest >>= 3)
            *--digit = static_cast<char>('0' + (rest & 7));
    } else {
        for (uint64_t rest = value; rest; rest /= 10)
            *--digit = static_cast<char>('0' + rest % 10);
    }
    auto size = static_cast<size_t>(text + sizeof text - digit);
    size_t minimum = spec.precision < 0 ? 1 : static_cast<size_t>(spec.precision);
    if (lower == 'o' && spec.alternate && size >= minimum)
        minimum = size + 1;
    if (lower == 'o' && spec.alternate && value == 0)
        minimum = minimum > 1 ? minimum : 1;
    if (spec.precision >= 0)
        spec.zero = false;
    return put_padded(output, spec, prefix, prefix_size, minimum > size ? minimum - size : 0, digit, size);
}

bool put_string(FormatOutput &output, FormatSpec spec, const char *string) {
    if (!string)
        string = spec.precision >= 0 && spec.precision < 6 ? "" : "(null)";
    size_t size = spec.precision < 0 ? strlen(string) : strnlen(string, static_cast<size_t>(spec.precision));
    spec.zero = false;
    return put_padded(output, spec, nullptr, 0, 0, string, size);
}

// %ls and %lc: whole characters only, as many bytes as the precision allows.
bool put_wide(FormatOutput &output, FormatSpec spec, const wchar_t *string, size_t limit) {
    static const wchar_t null_text[] = L"(null)";
    if (!string)
        string = null_text;
    char bytes[MB_LEN_MAX];
    size_t total = 0, room = spec.precision < 0 ? SIZE_MAX : static_cast<size_t>(spec.precision), count = 0;
    for (; count < limit && (string[count] || limit == 1) && total < room; count++) {
        size_t size = wcrtomb(bytes, string[count], nullptr);
        if (size == SIZE_MAX)
            return false;
        if (total + size > room)
            break;
        total += size;
    }
    size_t padding = static_cast<size_t>(spec.width) > total ? static_cast<size_t>(spec.width) - total : 0;
    if (!spec.left && !output.fill(' ', padding))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!output.write(bytes, wcrtomb(bytes, string[i], nullptr)))
            return false;
    }
    return !spec.left || output.fill(' ', padding);
}

void store_count(const FormatOutput &output, Length length, void *pointer) {
    switch (length) {
    case Length::Char: *static_cast<signed char *>(pointer) = static_cast<signed char>(output.total); break;
    case Length::Short: *static_cast<short *>(pointer) = static_cast<short>(output.total); break;
    case Length::None: case Length::LongDouble: *static_cast<int *>(pointer) = static_cast<int>(output.total); break;
    default: *static_cast<long *>(pointer) = static_cast<long>(output.total); break;
    }
}

// One conversion with its argument.
bool convert(FormatOutput &output, const Parsed &parsed, Argument argument) {
    const FormatSpec &spec = parsed.spec;
    switch (spec.conversion) {
    case 'd': case 'i': case 'o': case 'u': case 'x': case 'X': return put_integer(output, parsed, argument.integer);
    case 'c':
        if (parsed.length != Length::Long) {
            char byte = static_cast<char>(argument.integer);
            FormatSpec plain = spec;
            plain.zero = false;
            return put_padded(output, plain, nullptr, 0, 0, &byte, 1);
        }
        [[fallthrough]];
    case 'C': {
        auto character = static_cast<wchar_t>(argument.integer);
        FormatSpec plain = spec;
        plain.precision = -1;
        return put_wide(output, plain, &character, 1);
    }
    case 's':
        if (parsed.length != Length::Long)
            return put_string(output, spec, static_cast<const char *>(argument.pointer));
        [[fallthrough]];
    case 'S': return put_wide(output, spec, static_cast<const wchar_t *>(argument.pointer), SIZE_MAX);
    case 'p': {
        if (!argument.pointer) {
            FormatSpec plain = spec;
            plain.precision = -1;
            return put_string(output, plain, "(nil)");
        }
        Parsed address = parsed;
        address.spec.alternate = true;
        address.length = Length::Long;
        return put_integer(output, address, static_cast<int64_t>(reinterpret_cast<uintptr_t>(argument.pointer)));
    }
    case 'n': store_count(output, parsed.length, argument.pointer); return true;
    case 'a': case 'A': return format_hex_float(output, spec, argument.floating);
    default: return format_float(output, spec, argument.floating);
    }
}

// The arguments of a format that names them by position, in the order in which va_arg must take them.
class Positional {
public:
    bool collect(const char *pattern, va_list *arguments) {
        for (const char *at = pattern; *(at = strchrnul(at, '%'));) {
            if (at[1] == '%') {
                at += 2;
                continue;
            }
            Parsed parsed = parse(at + 1);
            at = parsed.end;
            if (!note(parsed.width_argument, Type::Int) || !note(parsed.precision_argument, Type::Int))
                return false;
            if (parsed.spec.conversion != 'm' && !note(parsed.argument, type_of(parsed)))
                return false;
        }
        for (int i = 1; i <= NL_ARGMAX && types_[i] != Type::None; i++)
            values_[i] = fetch(types_[i], arguments);
        return true;
    }
    Argument operator[](int number) const { return values_[number]; }

private:
    bool note(int number, Type type) {
        if (number < 0)
            return true;
        if (number == 0 || number > NL_ARGMAX)
            return false;
        types_[number] = type;
        return true;
    }
    Type types_[NL_ARGMAX + 1] = {};
    Argument values_[NL_ARGMAX + 1] = {};
};

// A width or precision argument; false on an impossible one.
bool apply_star(Parsed &parsed, int width, int precision) {
    if (parsed.width_argument >= 0) {
        if (width < 0) {
            parsed.spec.left = true;
            if (width == INT_MIN)
                return false;
            width = -width;
        }
        parsed.spec.width = width;
    }
    if (parsed.precision_argument >= 0)
        parsed.spec.precision = precision < 0 ? -1 : precision;
    return true;
}

int fail(int error) {
    errno = error;
    return -1;
}

// Formats with every argument fetched by `next(number, type)`, where number 0 means the one after the last.
template <typename Next>
int format_with(FormatOutput &output, const char *pattern, int saved_errno, Next next) {
    while (*pattern) {
        const char *percent = strchrnul(pattern, '%');
        if (percent != pattern && !output.write(pattern, static_cast<size_t>(percent - pattern)))
            return -1;
        if (!*percent)
            break;
        if (percent[1] == '%') {
            if (!output.write("%", 1))
                return -1;
            pattern = percent + 2;
            continue;
        }
        Parsed parsed = parse(percent + 1);
        pattern = parsed.end;
        int width = parsed.width_argument < 0 ? 0 : static_cast<int>(next(parsed.width_argument, Type::Int).integer);
        int precision =
            parsed.precision_argument < 0 ? 0 : static_cast<int>(next(parsed.precision_argument, Type::Int).integer);
        if (!apply_star(parsed, width, precision) || parsed.spec.width == INT_MAX || parsed.spec.precision == INT_MAX)
            return fail(EOVERFLOW);
        bool done;
        if (parsed.spec.conversion == 'm') {
            done = put_string(output, parsed.spec, strerror(saved_errno));
        } else if (parsed.spec.conversion == '%') {
            done = output.write("%", 1);
        } else {
            Type type = type_of(parsed);
            if (type == Type::None)
                return fail(EINVAL);
            done = convert(output, parsed, next(parsed.argument, type));
        }
        if (!done)
            return -1;
        if (output.total > INT_MAX)
            return fail(EOVERFLOW);
    }
    if (output.total > INT_MAX)
        return fail(EOVERFLOW);
    return static_cast<int>(output.total);
}

bool uses_positions(const char *pattern) {
    if (!strchr(pattern, '$'))
        return false;
    for (const char *at = pattern; *(at = strchrnul(at, '%'));) {
        if (at[1] == '%') {
            at += 2;
            continue;
        }
        Parsed parsed = parse(at + 1);
        if (parsed.argument > 0 || parsed.width_argument > 0 || parsed.precision_argument > 0)
            return true;
        at = parsed.end;
    }
    return false;
}

} // namespace

bool FormatOutput::fill(char byte, size_t size) {
    char block[64];
    if (size == 0)
        return true;
    memset(block, byte, size < sizeof block ? size : sizeof block);
    for (; size > sizeof block; size -= sizeof block) {
        if (!write(block, sizeof block))
            return false;
    }
    return write(block, size);
}

bool put_padded(FormatOutput &output, const FormatSpec &spec, const char *prefix, size_t prefix_size,
                size_t leading_zeros, const char *body, size_t body_size) {
    size_t used = prefix_size + leading_zeros + body_size;
    size_t padding = static_cast<size_t>(spec.width) > used ? static_cast<size_t>(spec.width) - used : 0;
    if (spec.zero && !spec.left) {
        leading_zeros += padding;
        padding = 0;
    }
    return (spec.left || output.fill(' ', padding)) && output.write(prefix, prefix_size) &&
           output.fill('0', leading_zeros) && output.write(body, body_size) &&
           (!spec.left || output.fill(' ', padding));
}

int format(FormatOutput &output, const char *pattern, va_list arguments) {
    int saved_errno = errno;
    va_list copy;
    va_copy(copy, arguments);
    int result;
    if (uses_positions(pattern)) {
        Positional positional;
        result = !positional.collect(pattern, &copy)
                     ? fail(EINVAL)
                     : format_with(output, pattern, saved_errno,
                                   [&](int number, Type) { return positional[number]; });
    } else {
        result = format_with(output, pattern, saved_errno, [&](int, Type type) { return fetch(type, &copy); });
    }
    va_end(copy);
    return result;
}

} // namespace libc
