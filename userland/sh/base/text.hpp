// Small questions about characters and names in the shell's own terms.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sh {

constexpr bool is_digit(int c) { return c >= '0' && c <= '9'; }
constexpr bool is_name_start(int c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool is_name_char(int c) { return is_name_start(c) || is_digit(c); }
constexpr bool is_blank(int c) { return c == ' ' || c == '\t'; }
// C0, DEL and C1.
constexpr bool is_control(uint32_t code_point) {
    return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
}
constexpr bool is_space(int c) { return is_blank(c) || (c >= '\n' && c <= '\r'); }
// $@ $* $# $? $- $$ $! $0 and the one-digit positional parameters
constexpr bool is_special_parameter(int c) {
    return is_digit(c) || c == '@' || c == '*' || c == '#' || c == '?' || c == '-' || c == '$' || c == '!';
}

bool is_name(std::string_view text);
bool all_digits(std::string_view text);
// Length of the leading name in `name=…`, or npos when the text is no assignment.
size_t assignment_name_length(std::string_view text);
// A decimal integer with optional sign and surrounding blanks, as the built-in utilities take it.
std::optional<int64_t> parse_integer(std::string_view text);
// 0 to `highest`, digits only.
std::optional<int> parse_small_number(std::string_view text, int highest);
std::string number_text(int64_t value);
// Quoted so that the shell reads back the same text.
std::string shell_quoted(std::string_view text);
// Fit for a terminal: control characters but newlines and tabs as \ooo.
std::string printable(std::string_view text);

// Bytes of the UTF-8 sequence at the start of `text`: 1 for ASCII and for bytes that are no valid sequence.
size_t character_length(std::string_view text);
size_t count_characters(std::string_view text);
// Unicode scalar value of that sequence; an invalid byte gives U+FFFD.
uint32_t decode_character(std::string_view text);
void append_utf8(std::string& to, uint32_t code_point);

}  // namespace sh
