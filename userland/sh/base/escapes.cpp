#include "base/escapes.hpp"

#include "base/text.hpp"

namespace sh {

namespace {

int digit_value(char c, int base) {
    int value = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
    return value < base ? value : -1;
}

// Up to `most` digits; false when there is none.
bool take_number(std::string_view& text, int base, int most, uint32_t& value) {
    value = 0;
    int count = 0;
    while (count < most && !text.empty() && digit_value(text[0], base) >= 0) {
        value = value * static_cast<uint32_t>(base) + static_cast<uint32_t>(digit_value(text[0], base));
        text.remove_prefix(1);
        ++count;
    }
    return count > 0;
}

char simple_escape(char c) {
    switch (c) {
    case 'a': return '\a';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    case 'e': return '\033';
    case '\\': return '\\';
    default: return 0;
    }
}

bool append_octal(std::string& to, std::string_view& text, EscapeDialect dialect) {
    uint32_t value = 0;
    if (dialect == EscapeDialect::echo || dialect == EscapeDialect::printf_b) {
        if (text[0] == '0') {
            text.remove_prefix(1);
            take_number(text, 8, 3, value);
            to.push_back(static_cast<char>(value));
            return true;
        }
        if (dialect == EscapeDialect::echo)
            return false;
    }
    if (!take_number(text, 8, 3, value))
        return false;
    to.push_back(static_cast<char>(value));
    return true;
}

bool append_code(std::string& to, std::string_view& text, char kind) {
    std::string_view digits = text.substr(1);
    uint32_t value = 0;
    if (!take_number(digits, 16, kind == 'x' ? 2 : kind == 'u' ? 4 : 8, value))
        return false;
    text = digits;
    if (kind == 'x')
        to.push_back(static_cast<char>(value));
    else
        append_utf8(to, value > 0x10ffff ? 0xfffd : value);
    return true;
}

}  // namespace

EscapeResult append_escape(std::string& to, std::string_view& text, EscapeDialect dialect) {
    if (text.empty()) {
        to.push_back('\\');
        return EscapeResult::done;
    }
    char c = text[0];
    if (char simple = simple_escape(c)) {
        to.push_back(simple);
        text.remove_prefix(1);
        return EscapeResult::done;
    }
    if (is_digit(c) && append_octal(to, text, dialect))
        return EscapeResult::done;
    if (c == 'c') {
        if (dialect == EscapeDialect::echo || dialect == EscapeDialect::printf_b) {
            text = {};
            return EscapeResult::stop_output;
        }
        if (dialect == EscapeDialect::dollar_quotes && text.size() > 1) {
            to.push_back(text[1] == '?' ? '\177' : static_cast<char>(text[1] & 0x1f));
            text.remove_prefix(2);
            return EscapeResult::done;
        }
    }
    if ((c == 'x' || c == 'u' || c == 'U') && append_code(to, text, c))
        return EscapeResult::done;
    if (dialect == EscapeDialect::dollar_quotes && (c == '\'' || c == '"' || c == '?')) {
        to.push_back(c);
        text.remove_prefix(1);
        return EscapeResult::done;
    }
    if (dialect == EscapeDialect::printf_format && (c == '"' || c == '\'')) {
        to.push_back(c);
        text.remove_prefix(1);
        return EscapeResult::done;
    }
    to.push_back('\\');
    return EscapeResult::done;
}

}  // namespace sh
