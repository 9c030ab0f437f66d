// The scanf engine. Numbers are collected as the longest prefix of their grammar and then given to the strto
// functions, so that both convert alike.
#include "internal/scan.hpp"

#include "internal/parse_float.hpp"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

namespace libc {

namespace {

enum class Size { Char = -2, Short = -1, Int = 0, Long = 1, LongDouble = 2 };

// Text that grows; numbers seldom leave the array.
class Buffer {
public:
    ~Buffer() { free(heap_); }
    bool add(char c) {
        if (length_ + 1 >= capacity_) {
            size_t capacity = capacity_ * 2;
            auto *grown = static_cast<char *>(realloc(heap_, capacity));
            if (!grown)
                return false;
            if (!heap_)
                memcpy(grown, local_, length_);
            heap_ = grown;
            capacity_ = capacity;
        }
        text()[length_++] = c;
        text()[length_] = 0;
        return true;
    }
    char *text() { return heap_ ? heap_ : local_; }
    size_t length() const { return length_; }

private:
    char local_[128] = {};
    char *heap_ = nullptr;
    size_t length_ = 0, capacity_ = sizeof local_;
};

struct Conversion {
    bool suppress = false, allocate = false, width_given = false;
    size_t width = SIZE_MAX;
    Size size = Size::Int;
    char letter = 0;
    int position = 0;
    bool set[256];
};

enum class Result { Done, MatchFailure, InputFailure, NoMemory };

class Scanner {
public:
    Scanner(ScanInput &input, va_list &arguments) : input_(input) { va_copy(arguments_, arguments); }
    ~Scanner() { va_end(arguments_); }

    int run(const char *pattern) {
        for (; *pattern; pattern++) {
            auto c = static_cast<unsigned char>(*pattern);
            if (isspace(c)) {
                skip_spaces();
                continue;
            }
            if (c != '%' || pattern[1] == '%') {
                if (c == '%') {
                    pattern++;
                    skip_spaces();
                }
                int got = get();
                if (got != c) {
                    if (got == EOF)
                        return stored_ > 0 || matched_ ? stored_ : EOF;
                    unget(got);
                    return stored_;
                }
                continue;
            }
            Conversion conversion;
            pattern = parse(pattern + 1, conversion);
            if (!pattern) {
                errno = EINVAL;
                return stored_ > 0 ? stored_ : EOF;
            }
            switch (convert(conversion)) {
            case Result::Done: matched_ = true; break;
            case Result::MatchFailure: return stored_;
            case Result::InputFailure: return stored_ > 0 || matched_ ? stored_ : EOF;
            case Result::NoMemory: return stored_ > 0 ? stored_ : EOF;
            }
        }
        return stored_;
    }

private:
    int get() {
        int byte = input_.get(input_);
        if (byte != EOF)
            input_.consumed++;
        return byte;
    }
    void unget(int byte) {
        input_.unget(input_, byte);
        input_.consumed--;
    }
    void skip_spaces() {
        int byte;
        do
            byte = get();
        while (byte != EOF && isspace(byte));
        if (byte != EOF)
            unget(byte);
    }

    // Leaves the pattern at the conversion's last character.
    const char *parse(const char *at, Conversion &conversion) {
        const char *digits = at;
        size_t number = parse_number(digits);
        if (digits != at && *digits == '$') {
            conversion.position = static_cast<int>(number);
            at = digits + 1;
        }
        if (*at == '*') {
            conversion.suppress = true;
            at++;
        }
        if (isdigit(*at)) {
            conversion.width = parse_number(at);
            conversion.width_given = true;
            if (conversion.width == 0)
                return nullptr;
        }
        if (*at == 'm') {
            conversion.allocate = true;
            at++;
        }
        switch (*at) {
        case 'h':
            conversion.size = at[1] == 'h' ? Size::Char : Size::Short;
            at += at[1] == 'h' ? 2 : 1;
            break;
        case 'l':
            conversion.size = Size::Long;
            at += at[1] == 'l' ? 2 : 1;
            break;
        case 'j': case 'z': case 't': case 'q': conversion.size = Size::Long; at++; break;
        case 'L': conversion.size = Size::LongDouble; at++; break;
        }
        conversion.letter = *at;
        if (*at == 'C' || *at == 'S') {
            conversion.letter = static_cast<char>(*at | 0x20);
            conversion.size = Size::Long;
        }
        if (*at == '[')
            return parse_set(at + 1, conversion);
        return *at && strchr("diouxXpaAeEfFgGscnCS", *at) ? at : nullptr;
    }

    static size_t parse_number(const char *&at) {
        size_t value = 0;
        for (; isdigit(*at); at++)
            value = value < 100000000 ? value * 10 + static_cast<size_t>(*at - '0') : value;
        return value;
    }

    static const char *parse_set(const char *at, Conversion &conversion) {
        bool invert = *at == '^';
        at += invert;
        memset(conversion.set, invert, sizeof conversion.set);
        bool first = true;
        for (; *at && (*at != ']' || first); at++, first = false) {
            auto low = static_cast<unsigned char>(*at);
            unsigned char high = low;
            if (at[1] == '-' && at[2] && at[2] != ']') {
                high = static_cast<unsigned char>(at[2]);
                at += 2;
            }
            for (unsigned c = low; c <= high; c++)
                conversion.set[c] = !invert;
        }
        return *at ? at : nullptr;
    }

    void *target(const Conversion &conversion) {
        if (conversion.suppress)
            return nullptr;
        if (conversion.position == 0)
            return va_arg(arguments_, void *);
        va_list copy;
        va_copy(copy, arguments_);
        void *pointer = nullptr;
        for (int i = 0; i < conversion.position; i++)
            pointer = va_arg(copy, void *);
        va_end(copy);
        return pointer;
    }

    static void store_integer(void *to, Size size, uint64_t value) {
        switch (size) {
        case Size::Char: *static_cast<unsigned char *>(to) = static_cast<unsigned char>(value); break;
        case Size::Short: *static_cast<unsigned short *>(to) = static_cast<unsigned short>(value); break;
        case Size::Int: *static_cast<unsigned *>(to) = static_cast<unsigned>(value); break;
        default: *static_cast<uint64_t *>(to) = value; break;
        }
    }

    Result convert(const Conversion &conversion) {
        if (conversion.letter == 'n') {
            if (void *to = target(conversion))
                store_integer(to, conversion.size, static_cast<uint64_t>(input_.consumed));
            return Result::Done;
        }
        if (conversion.letter != 'c' && conversion.letter != '[')
            skip_spaces();
        int byte = get();
        if (byte == EOF)
            return Result::InputFailure;
        unget(byte);
        switch (conversion.letter) {
        case 'c': case 's': case '[': return conversion.size == Size::Long ? wide_text(conversion) : text(conversion);
        case 'd': case 'u': return integer(conversion, 10);
        case 'i': return integer(conversion, 0);
        case 'o': return integer(conversion, 8);
        case 'x': case 'X': case 'p': return integer(conversion, 16);
        default: return floating(conversion);
        }
    }

    static bool belongs(const Conversion &conversion, int byte) {
        return conversion.letter == 'c' || (conversion.letter == 's' ? !isspace(byte) : conversion.set[byte]);
    }

    static size_t limit(const Conversion &conversion) {
        return conversion.letter == 'c' && !conversion.width_given ? 1 : conversion.width;
    }

    Result text(const Conversion &conversion) {
        void *pointer = target(conversion);
        char *to = conversion.allocate ? nullptr : static_cast<char *>(pointer);
        size_t length = 0, capacity = 0, wanted = limit(conversion);
        while (length < wanted) {
            int byte = get();
            if (byte == EOF)
                break;
            if (!belongs(conversion, byte)) {
                unget(byte);
                break;
            }
            if (conversion.allocate && pointer && length + 2 > capacity) {
                capacity = capacity ? 2 * capacity : 32;
                auto *grown = static_cast<char *>(realloc(to, capacity));
                if (!grown) {
                    free(to);
                    return Result::NoMemory;
                }
                to = grown;
            }
            if (pointer)
                to[length] = static_cast<char>(byte);
            length++;
        }
        if (length == 0 || (conversion.letter == 'c' && length < wanted)) {
            if (conversion.allocate)
                free(to);
            return length == 0 ? Result::MatchFailure : Result::InputFailure;
        }
        if (pointer) {
            if (conversion.letter != 'c')
                to[length] = 0;
            if (conversion.allocate)
                *static_cast<char **>(pointer) = to;
            stored_++;
        }
        return Result::Done;
    }

    Result wide_text(const Conversion &conversion) {
        void *pointer = target(conversion);
        auto *to = conversion.allocate ? nullptr : static_cast<wchar_t *>(pointer);
        size_t length = 0, capacity = 0, wanted = limit(conversion);
        mbstate_t state = {};
        while (length < wanted) {
            int byte = get();
            if (byte == EOF)
                break;
            if (mbsinit(&state) && !belongs(conversion, byte)) {
                unget(byte);
                break;
            }
            if (conversion.allocate && pointer && length + 2 > capacity) {
                capacity = capacity ? 2 * capacity : 32;
                auto *grown = static_cast<wchar_t *>(reallocarray(to, capacity, sizeof(wchar_t)));
                if (!grown) {
                    free(to);
                    return Result::NoMemory;
                }
                to = grown;
            }
            char c = static_cast<char>(byte);
            wchar_t character;
            size_t used = mbrtowc(&character, &c, 1, &state);
            if (used == static_cast<size_t>(-1)) {
                if (conversion.allocate)
                    free(to);
                return Result::InputFailure;
            }
            if (used == static_cast<size_t>(-2))
                continue;
            if (pointer)
                to[length] = character;
            length++;
        }
        if (length == 0 || !mbsinit(&state)) {
            if (conversion.allocate)
                free(to);
            return Result::MatchFailure;
        }
        if (pointer) {
            if (conversion.letter != 'c')
                to[length] = 0;
            if (conversion.allocate)
                *static_cast<wchar_t **>(pointer) = to;
            stored_++;
        }
        return Result::Done;
    }

    // Takes the next byte into the buffer if it is one of `wanted` (a predicate) and the width allows.
    template <typename Wanted> bool take(Buffer &buffer, size_t width, Wanted wanted) {
        if (buffer.length() >= width)
            return false;
        int byte = get();
        if (byte == EOF)
            return false;
        if (!wanted(byte) || !buffer.add(static_cast<char>(byte))) {
            unget(byte);
            return false;
        }
        return true;
    }

    static auto either(char a, char b) {
        return [=](int byte) { return byte == a || byte == b; };
    }

    Result integer(const Conversion &conversion, int base) {
        Buffer buffer;
        size_t width = conversion.width;
        take(buffer, width, either('+', '-'));
        bool prefix_zero = false;
        if ((base == 0 || base == 16) && take(buffer, width, either('0', '0'))) {
            prefix_zero = true;
            if (take(buffer, width, either('x', 'X')))
                base = 16, prefix_zero = false;
            else if (base == 0)
                base = 8;
        }
        size_t before = buffer.length();
        int radix = base == 0 ? 10 : base;
        while (take(buffer, width, [=](int byte) {
            int value = isdigit(byte) ? byte - '0' : isalpha(byte) ? (byte | 0x20) - 'a' + 10 : 99;
            return value < radix;
        })) {
        }
        if (buffer.length() == before && !prefix_zero)
            return Result::MatchFailure;
        void *to = target(conversion);
        if (!to)
            return Result::Done;
        bool is_signed = conversion.letter == 'd' || conversion.letter == 'i';
        uint64_t value = is_signed ? static_cast<uint64_t>(strtol(buffer.text(), nullptr, radix))
                                   : strtoul(buffer.text(), nullptr, radix);
        store_integer(to, conversion.letter == 'p' ? Size::Long : conversion.size, value);
        stored_++;
        return Result::Done;
    }

    // The longest prefix of a floating-point number; false if what was taken is none.
    bool collect_float(Buffer &buffer, size_t width) {
        take(buffer, width, either('+', '-'));
        auto word = [&](const char *lower) {
            for (; *lower; lower++) {
                if (!take(buffer, width, either(*lower, static_cast<char>(*lower - 32))))
                    return false;
            }
            return true;
        };
        if (take(buffer, width, either('i', 'I'))) {
            if (!word("nf"))
                return false;
            return take(buffer, width, either('i', 'I')) ? word("nity") : true;
        }
        if (take(buffer, width, either('n', 'N'))) {
            if (!word("an"))
                return false;
            if (!take(buffer, width, either('(', '(')))
                return true;
            while (take(buffer, width, [](int byte) { return isalnum(byte) || byte == '_'; })) {
            }
            return take(buffer, width, either(')', ')'));
        }
        bool hexadecimal = false, digits = false;
        if (take(buffer, width, either('0', '0'))) {
            hexadecimal = take(buffer, width, either('x', 'X'));
            digits = !hexadecimal;
        }
        auto is_digit = [=](int byte) { return hexadecimal ? isxdigit(byte) != 0 : isdigit(byte) != 0; };
        while (take(buffer, width, is_digit))
            digits = true;
        if (take(buffer, width, either('.', '.'))) {
            while (take(buffer, width, is_digit))
                digits = true;
        }
        if (!digits)
            return false;
        if (take(buffer, width, hexadecimal ? either('p', 'P') : either('e', 'E'))) {
            take(buffer, width, either('+', '-'));
            bool exponent = false;
            while (take(buffer, width, [](int byte) { return isdigit(byte) != 0; }))
                exponent = true;
            return exponent;
        }
        return true;
    }

    Result floating(const Conversion &conversion) {
        Buffer buffer;
        if (!collect_float(buffer, conversion.width))
            return Result::MatchFailure;
        void *to = target(conversion);
        if (!to)
            return Result::Done;
        const FloatFormat &format = conversion.size == Size::Long         ? kDoubleFormat
                                    : conversion.size == Size::LongDouble ? kLongDoubleFormat
                                                                          : kFloatFormat;
        long double value = parse_float(buffer.text(), nullptr, format);
        if (conversion.size == Size::Long)
            *static_cast<double *>(to) = static_cast<double>(value);
        else if (conversion.size == Size::LongDouble)
            *static_cast<long double *>(to) = value;
        else
            *static_cast<float *>(to) = static_cast<float>(value);
        stored_++;
        return Result::Done;
    }

    ScanInput &input_;
    va_list arguments_;
    int stored_ = 0;
    bool matched_ = false;
};

} // namespace

int scan(ScanInput &input, const char *pattern, va_list arguments) {
    va_list copy;
    va_copy(copy, arguments);
    Scanner scanner(input, copy);
    int result = scanner.run(pattern);
    va_end(copy);
    return result;
}

} // namespace libc
