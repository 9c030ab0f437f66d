// printf-style formatting for the kernel; see base/format.h for what is supported.
#include "base/format.h"

#include <string.h>

namespace martlet {
namespace {

/// Counts every character, keeps those that fit.
class Output {
public:
    explicit Output(std::span<char> buffer) : buffer_(buffer) {}
    void put(char character) {
        if (length_ + 1 < buffer_.size()) buffer_[length_] = character;
        ++length_;
    }
    void fill(char character, int count) {
        for (; count > 0; --count) put(character);
    }
    void put(const char* text, usize size) {
        for (usize index = 0; index < size; ++index) put(text[index]);
    }
    usize finish() {
        if (!buffer_.empty()) buffer_[length_ < buffer_.size() ? length_ : buffer_.size() - 1] = '\0';
        return length_;
    }

private:
    std::span<char> buffer_;
    usize length_ = 0;
};

struct Specification {
    bool left = false, zero = false, plus = false, space = false, alternate = false;
    int width = 0;
    int precision = -1;
};

void put_padded(Output& output, const Specification& spec, const char* prefix, const char* digits, int digit_count) {
    int prefix_size = static_cast<int>(strlen(prefix));
    int zeros = spec.precision > digit_count ? spec.precision - digit_count : 0;
    int padding = spec.width - prefix_size - zeros - digit_count;
    if (spec.zero && !spec.left && spec.precision < 0 && padding > 0) {
        zeros += padding;
        padding = 0;
    }
    if (!spec.left) output.fill(' ', padding);
    output.put(prefix, static_cast<usize>(prefix_size));
    output.fill('0', zeros);
    output.put(digits, static_cast<usize>(digit_count));
    if (spec.left) output.fill(' ', padding);
}

void put_number(Output& output, const Specification& spec, u64 value, bool negative, unsigned base, bool upper) {
    char digits[24];
    char* end = digits + sizeof digits;
    char* begin = end;
    const char* alphabet = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    bool is_zero = value == 0;
    if (!is_zero || spec.precision != 0) {
        do {
            *--begin = alphabet[value % base];
            value /= base;
        } while (value != 0);
    }
    const char* prefix = "";
    if (negative) prefix = "-";
    else if (spec.plus) prefix = "+";
    else if (spec.space) prefix = " ";
    else if (spec.alternate && base == 16 && !is_zero) prefix = upper ? "0X" : "0x";
    else if (spec.alternate && base == 8 && !is_zero) prefix = "0";
    put_padded(output, spec, prefix, begin, static_cast<int>(end - begin));
}

u64 signed_argument(va_list& arguments, int length, bool& negative) {
    i64 value = length >= 1 ? va_arg(arguments, i64) : va_arg(arguments, int);
    if (length == -1) value = static_cast<i16>(value);
    if (length == -2) value = static_cast<i8>(value);
    negative = value < 0;
    return negative ? 0 - static_cast<u64>(value) : static_cast<u64>(value);
}

u64 unsigned_argument(va_list& arguments, int length) {
    u64 value = length >= 1 ? va_arg(arguments, u64) : va_arg(arguments, unsigned);
    if (length == -1) value = static_cast<u16>(value);
    if (length == -2) value = static_cast<u8>(value);
    return value;
}

const char* parse_flags(const char* cursor, Specification& spec) {
    for (;; ++cursor) {
        switch (*cursor) {
        case '-': spec.left = true; break;
        case '0': spec.zero = true; break;
        case '+': spec.plus = true; break;
        case ' ': spec.space = true; break;
        case '#': spec.alternate = true; break;
        default: return cursor;
        }
    }
}

const char* parse_count(const char* cursor, va_list& arguments, int& count) {
    if (*cursor == '*') {
        count = va_arg(arguments, int);
        return cursor + 1;
    }
    count = 0;
    for (; *cursor >= '0' && *cursor <= '9'; ++cursor) count = count * 10 + (*cursor - '0');
    return cursor;
}

/// -2 for hh, -1 for h, 0 for none, 1 for l ll z t j (all 64 bits wide here).
const char* parse_length(const char* cursor, int& length) {
    for (;; ++cursor) {
        if (*cursor == 'h') --length;
        else if (*cursor == 'l' || *cursor == 'z' || *cursor == 't' || *cursor == 'j') length = 1;
        else return cursor;
    }
}

void put_string(Output& output, const Specification& spec, const char* text) {
    if (!text) text = "(null)";
    usize limit = spec.precision >= 0 ? static_cast<usize>(spec.precision) : SIZE_MAX;
    usize size = 0;
    while (size < limit && text[size] != '\0') ++size;
    int padding = spec.width - static_cast<int>(size);
    if (!spec.left) output.fill(' ', padding);
    output.put(text, size);
    if (spec.left) output.fill(' ', padding);
}

} // namespace

usize format_arguments(std::span<char> buffer, const char* format, va_list original) {
    va_list arguments;
    va_copy(arguments, original);
    Output output(buffer);
    for (const char* cursor = format; *cursor != '\0'; ++cursor) {
        if (*cursor != '%') {
            output.put(*cursor);
            continue;
        }
        Specification spec;
        cursor = parse_count(parse_flags(cursor + 1, spec), arguments, spec.width);
        if (spec.width < 0) {
            spec.left = true;
            spec.width = -spec.width;
        }
        if (*cursor == '.') cursor = parse_count(cursor + 1, arguments, spec.precision);
        int length = 0;
        cursor = parse_length(cursor, length);
        bool negative = false;
        switch (*cursor) {
        case 'd':
        case 'i': {
            u64 value = signed_argument(arguments, length, negative);
            put_number(output, spec, value, negative, 10, false);
            break;
        }
        case 'u': put_number(output, spec, unsigned_argument(arguments, length), false, 10, false); break;
        case 'o': put_number(output, spec, unsigned_argument(arguments, length), false, 8, false); break;
        case 'x': put_number(output, spec, unsigned_argument(arguments, length), false, 16, false); break;
        case 'X': put_number(output, spec, unsigned_argument(arguments, length), false, 16, true); break;
        case 'p':
            spec.alternate = true;
            put_number(output, spec, reinterpret_cast<u64>(va_arg(arguments, void*)), false, 16, false);
            break;
        case 'c': {
            char character = static_cast<char>(va_arg(arguments, int));
            spec.precision = -1;
            spec.zero = false;
            put_padded(output, spec, "", &character, 1);
            break;
        }
        case 's': put_string(output, spec, va_arg(arguments, const char*)); break;
        case '%': output.put('%'); break;
        case '\0': --cursor; break; // a lone % at the end
        default:
            output.put('%');
            output.put(*cursor);
        }
    }
    va_end(arguments);
    return output.finish();
}

usize format(std::span<char> buffer, const char* text, ...) {
    va_list arguments;
    va_start(arguments, text);
    usize length = format_arguments(buffer, text, arguments);
    va_end(arguments);
    return length;
}

} // namespace martlet
