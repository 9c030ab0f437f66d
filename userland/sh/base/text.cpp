#include "base/text.hpp"

#include <charconv>

namespace sh {

bool is_name(std::string_view text) {
    if (text.empty() || !is_name_start(text[0]))
        return false;
    for (char c : text)
        if (!is_name_char(c))
            return false;
    return true;
}

bool all_digits(std::string_view text) {
    for (char c : text)
        if (!is_digit(c))
            return false;
    return !text.empty();
}

size_t assignment_name_length(std::string_view text) {
    if (text.empty() || !is_name_start(text[0]))
        return std::string_view::npos;
    size_t length = 1;
    while (length < text.size() && is_name_char(text[length]))
        ++length;
    return length < text.size() && text[length] == '=' ? length : std::string_view::npos;
}

std::optional<int64_t> parse_integer(std::string_view text) {
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    if (text.size() > 1 && text[0] == '+' && is_digit(text[1]))
        text.remove_prefix(1);
    int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::optional<int> parse_small_number(std::string_view text, int highest) {
    if (!all_digits(text))
        return std::nullopt;
    int64_t value = 0;
    for (char c : text) {
        value = value * 10 + (c - '0');
        if (value > highest)
            return std::nullopt;
    }
    return static_cast<int>(value);
}

std::string number_text(int64_t value) {
    char digits[24];
    auto [end, error] = std::to_chars(digits, digits + sizeof(digits), value);
    return {digits, end};
}

std::string shell_quoted(std::string_view text) {
    std::string quoted = "'";
    for (char c : text) {
        if (c == '\'')
            quoted += "'\\''";
        else
            quoted.push_back(c);
    }
    quoted.push_back('\'');
    return quoted;
}

std::string printable(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        std::string_view character = text.substr(0, character_length(text));
        text.remove_prefix(character.size());
        if (!is_control(decode_character(character)) || character == "\n" || character == "\t") {
            result += character;
            continue;
        }
        for (char c : character) {
            result += '\\';
            for (int shift = 6; shift >= 0; shift -= 3)
                result += static_cast<char>('0' + ((static_cast<unsigned char>(c) >> shift) & 7));
        }
    }
    return result;
}

size_t character_length(std::string_view text) {
    auto first = static_cast<unsigned char>(text[0]);
    size_t length = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
    if (length > text.size())
        return 1;
    for (size_t i = 1; i < length; ++i)
        if ((text[i] & 0xc0) != 0x80)
            return 1;
    return length;
}

size_t count_characters(std::string_view text) {
    size_t count = 0;
    for (size_t i = 0; i < text.size(); i += character_length(text.substr(i)))
        ++count;
    return count;
}

uint32_t decode_character(std::string_view text) {
    size_t length = character_length(text);
    auto first = static_cast<unsigned char>(text[0]);
    if (length == 1)
        return first < 0x80 ? first : 0xfffd;
    uint32_t value = first & (0x7fu >> length);
    for (size_t i = 1; i < length; ++i)
        value = value << 6 | (text[i] & 0x3f);
    return value;
}

void append_utf8(std::string& to, uint32_t code_point) {
    if (code_point < 0x80) {
        to.push_back(static_cast<char>(code_point));
    } else if (code_point < 0x800) {
        to.push_back(static_cast<char>(0xc0 | code_point >> 6));
        to.push_back(static_cast<char>(0x80 | (code_point & 0x3f)));
    } else if (code_point < 0x10000) {
        to.push_back(static_cast<char>(0xe0 | code_point >> 12));
        to.push_back(static_cast<char>(0x80 | (code_point >> 6 & 0x3f)));
        to.push_back(static_cast<char>(0x80 | (code_point & 0x3f)));
    } else {
        to.push_back(static_cast<char>(0xf0 | (code_point >> 18 & 7)));
        to.push_back(static_cast<char>(0x80 | (code_point >> 12 & 0x3f)));
        to.push_back(static_cast<char>(0x80 | (code_point >> 6 & 0x3f)));
        to.push_back(static_cast<char>(0x80 | (code_point & 0x3f)));
    }
}

}  // namespace sh
