#include "lib/escape.h"

#include "lib/utf8.h"

namespace coreutils {
namespace {

int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    char lower = static_cast<char>(digit | 32);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

size_t read_digits(std::string_view text, size_t most, int base, char32_t& value) {
    size_t count = 0;
    value = 0;
    while (count < most && count < text.size()) {
        int digit = hex_value(text[count]);
        if (digit < 0 || digit >= base) break;
        value = value * static_cast<char32_t>(base) + static_cast<char32_t>(digit);
        ++count;
    }
    return count;
}

} // namespace

bool append_escape(std::string& result, std::string_view text, EscapeStyle style, size_t& length) {
    length = 1;
    if (text.empty()) {
        length = 0;
        result.push_back('\\');
        return true;
    }
    constexpr std::string_view kLetters = "abefnrtv\\", kValues = "\a\b\033\f\n\r\t\v\\";
    if (size_t at = kLetters.find(text[0]); at != std::string_view::npos) {
        result.push_back(kValues[at]);
        return true;
    }
    if (text[0] == 'c') return false;
    char32_t value = 0;
    if (text[0] == 'x' || text[0] == 'u' || text[0] == 'U') {
        size_t digits = read_digits(text.substr(1), text[0] == 'x' ? 2 : text[0] == 'u' ? 4 : 8, 16, value);
        if (digits > 0) {
            length = 1 + digits;
            if (text[0] == 'x')
                result.push_back(static_cast<char>(value));
            else
                append_utf8(result, value);
            return true;
        }
    } else if (text[0] >= '0' && text[0] <= '7') {
        bool leading_zero = style == EscapeStyle::echo && text[0] == '0';
        if (style == EscapeStyle::printf || leading_zero) {
            size_t digits = read_digits(text.substr(leading_zero), 3, 8, value);
            length = digits + leading_zero;
            result.push_back(static_cast<char>(value));
            return true;
        }
    }
    result.push_back('\\');
    result.push_back(text[0]);
    return true;
}

bool append_unescaped(std::string& result, std::string_view text, EscapeStyle style) {
    while (!text.empty()) {
        size_t backslash = text.find('\\');
        result.append(text.substr(0, backslash));
        if (backslash == std::string_view::npos) return true;
        text.remove_prefix(backslash + 1);
        size_t length = 0;
        if (!append_escape(result, text, style, length)) return false;
        text.remove_prefix(length);
    }
    return true;
}

} // namespace coreutils
