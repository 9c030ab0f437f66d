#include "lib/man_escapes.h"

#include "lib/utf8.h"

#include <stdlib.h>
#include <string.h>

namespace coreutils {
namespace {

struct SpecialCharacter {
    const char* name;
    const char* text;
};

// groff_char(7), those that manual pages use.
constexpr SpecialCharacter kCharacters[] = {
    {"aq", "'"}, {"dq", "\""}, {"lq", "“"}, {"rq", "”"}, {"oq", "‘"}, {"cq", "’"}, {"bu", "•"}, {"em", "—"},
    {"en", "–"}, {"co", "©"}, {"rg", "®"}, {"tm", "™"}, {"ha", "^"}, {"ti", "~"}, {"rs", "\\"}, {"ga", "`"},
    {"hy", "-"}, {"mi", "−"}, {"mu", "×"}, {"<=", "≤"}, {">=", "≥"}, {"!=", "≠"}, {"->", "→"}, {"<-", "←"},
    {"+-", "±"}, {"ss", "ß"}, {"sq", "□"}, {"dg", "†"}, {"de", "°"}, {"mc", "µ"}, {"sl", "/"}, {"ba", "|"},
    {"br", "│"}, {"ul", "_"}, {"at", "@"}, {"sh", "#"}, {"Do", "$"}, {"lB", "["}, {"rB", "]"}, {"lC", "{"},
    {"rC", "}"}, {"Fo", "«"}, {"Fc", "»"}, {"if", "∞"}, {"la", "⟨"}, {"ra", "⟩"}, {"==", "≡"}, {"S2", "²"},
};
// Strings that man pages take for granted.
constexpr SpecialCharacter kStrings[] = {{"Aq", "'"}, {"R", "®"}, {"Tm", "™"}, {"lq", "“"}, {"rq", "”"}};

// The name after \f, \(, \[ and \*: one letter, two behind a parenthesis, or what stands in brackets.
std::string_view name_of(std::string_view text, size_t& length) {
    length = 0;
    if (text.empty()) return {};
    if (text[0] == '(') {
        length = text.size() < 3 ? text.size() : 3;
        return text.substr(1, 2);
    }
    if (text[0] == '[') {
        size_t end = text.find(']');
        length = end == std::string_view::npos ? text.size() : end + 1;
        return text.substr(1, length < 2 ? 0 : end == std::string_view::npos ? length - 1 : length - 2);
    }
    length = 1;
    return text.substr(0, 1);
}

std::string look_up(std::string_view name, const SpecialCharacter* begin, const SpecialCharacter* end) {
    for (; begin != end; ++begin)
        if (name == begin->name) return begin->text;
    std::string text;
    if (name.size() >= 5 && name[0] == 'u') {
        char* rest;
        std::string digits(name.substr(1));
        unsigned long value = strtoul(digits.c_str(), &rest, 16);
        if (*rest == '\0' && value >= 0x20 && value < 0x110000 && (value < 0xD800 || value > 0xDFFF))
            append_utf8(text, static_cast<char32_t>(value));
    }
    return text;
}

// \h'...' and its like: the argument between two equal characters.
size_t quoted_length(std::string_view text) {
    if (text.empty()) return 0;
    size_t end = text.find(text[0], 1);
    return end == std::string_view::npos ? text.size() : end + 1;
}

size_t size_length(std::string_view text) { // of \s: -1, +2, 10, '...', [...]
    if (!text.empty() && (text[0] == '\'' || text[0] == '[')) {
        size_t end = text.find(text[0] == '[' ? ']' : '\'', 1);
        return end == std::string_view::npos ? text.size() : end + 1;
    }
    size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    while (at < text.size() && at < 3 && text[at] >= '0' && text[at] <= '9') ++at;
    return at;
}

} // namespace

ManEscapeResult read_man_escape(std::string_view text) {
    if (text.size() < 2) return {ManEscape::text, "", text.size()};
    std::string_view rest = text.substr(2);
    size_t length = 0;
    switch (text[1]) {
    case '"':
    case '#': return {ManEscape::comment, "", text.size()};
    case '(':
    case '[': {
        std::string_view name = name_of(text.substr(1), length);
        return {ManEscape::text, look_up(name, std::begin(kCharacters), std::end(kCharacters)), length + 1};
    }
    case '*': {
        std::string_view name = name_of(rest, length);
        return {ManEscape::text, look_up(name, std::begin(kStrings), std::end(kStrings)), length + 2};
    }
    case 'f': {
        std::string_view name = name_of(rest, length);
        return {ManEscape::font, std::string(name), length + 2};
    }
    case 'm':
    case 'M':
    case 'n':
    case 'k':
    case 'F':
    case 'g':
        if (text[1] == 'n' && (rest.starts_with('+') || rest.starts_with('-'))) {
            name_of(rest.substr(1), length);
            return {ManEscape::text, "", length + 3};
        }
        name_of(rest, length);
        return {ManEscape::text, "", length + 2};
    case 's': return {ManEscape::text, "", size_length(rest) + 2};
    case 'h':
    case 'v':
    case 'w':
    case 'l':
    case 'L':
    case 'D':
    case 'X':
    case 'Z':
    case 'N':
    case 'b':
    case 'o': return {ManEscape::text, "", quoted_length(rest) + 2};
    case ' ':
    case '~':
    case '0': return {ManEscape::space, " ", 2};
    case '&':
    case '|':
    case '^':
    case '%':
    case ':':
    case '/':
    case ',':
    case ')':
    case 'd':
    case 'u':
    case 'z':
    case '{':
    case '}': return {ManEscape::text, "", 2};
    case 'c': return {ManEscape::no_break, "", 2};
    case 't': return {ManEscape::space, "        ", 2};
    case 'e':
    case 'E':
    case '\\': return {ManEscape::text, "\\", 2};
    default: {
        size_t taken = decode_utf8(text.substr(1)).length;
        return {ManEscape::text, std::string(text.substr(1, taken)), taken + 1};
    }
    }
}

} // namespace coreutils
