#include "sed/escapes.h"

#include <ctype.h>
#include <string.h>

namespace coreutils::sed {

size_t read_byte_escape(std::string_view text, char& byte) {
    if (text.empty()) return 0;
    constexpr std::string_view kLetters = "afrtv", kValues = "\a\f\r\t\v";
    if (size_t at = kLetters.find(text[0]); at != std::string_view::npos) {
        byte = kValues[at];
        return 1;
    }
    if (text[0] == 'c' && text.size() > 1) {
        byte = static_cast<char>(toupper(static_cast<unsigned char>(text[1])) ^ 0x40);
        return 2;
    }
    unsigned base = text[0] == 'd' ? 10 : text[0] == 'o' ? 8 : text[0] == 'x' ? 16 : 0;
    size_t most = base == 16 ? 2 : 3;
    if (base == 0) return 0;
    unsigned value = 0;
    size_t used = 1;
    while (used <= most && used < text.size()) {
        char digit = static_cast<char>(tolower(static_cast<unsigned char>(text[used])));
        unsigned number =
            digit >= 'a' ? static_cast<unsigned>(digit - 'a' + 10) : static_cast<unsigned>(digit - '0');
        if (!isxdigit(static_cast<unsigned char>(digit)) || number >= base) break;
        value = value * base + number;
        ++used;
    }
    if (used == 1) return 0;
    byte = static_cast<char>(value);
    return used;
}

namespace {

// Copies the bracket expression whose `[` is at `at`; returns the offset behind it.
size_t translate_bracket(std::string_view text, size_t at, std::string& result) {
    result.push_back(text[at++]);
    if (at < text.size() && text[at] == '^') result.push_back(text[at++]);
    for (size_t first = at; at < text.size();) {
        char byte = text[at], value = 0;
        size_t used = 0;
        if (byte == '\\' && at + 1 < text.size() && text[at + 1] == 'n') {
            result.push_back('\n');
            at += 2;
        } else if (byte == '\\' && (used = read_byte_escape(text.substr(at + 1), value)) > 0) {
            result.push_back(value);
            at += 1 + used;
        } else if (byte == '[' && at + 1 < text.size() && strchr(":.=", text[at + 1])) {
            char mark = text[at + 1];
            size_t close = text.find(std::string{mark, ']'}, at + 2);
            if (close == std::string_view::npos) close = text.size() - 2;
            result.append(text.substr(at, close + 2 - at));
            at = close + 2;
        } else {
            result.push_back(byte);
            if (byte == ']' && at > first) return at + 1;
            ++at;
        }
    }
    return at;
}

} // namespace

std::string translate_expression(std::string_view text, Syntax syntax) {
    std::string result;
    for (size_t at = 0; at < text.size();) {
        char byte = text[at], value = 0;
        if (byte == '[') {
            at = translate_bracket(text, at, result);
        } else if (byte != '\\' || at + 1 == text.size()) {
            result.push_back(byte);
            ++at;
        } else if (text[at + 1] == 'n') {
            result.push_back('\n');
            at += 2;
        } else if (size_t used = read_byte_escape(text.substr(at + 1), value)) {
            // What it stands for is a character, never an operator.
            if (strchr("^$.*[]\\", value) || (syntax == Syntax::extended && strchr("+?(){}|", value)))
                result.push_back('\\');
            result.push_back(value);
            at += 1 + used;
        } else {
            result.append(text.substr(at, 2));
            at += 2;
        }
    }
    return result;
}

} // namespace coreutils::sed
