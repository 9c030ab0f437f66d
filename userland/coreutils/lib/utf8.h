// UTF-8 text as the tools see it: code points, columns of a terminal, and bytes that are neither.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string>
#include <string_view>

namespace coreutils {

inline constexpr char32_t kInvalidByte = 0xFFFFFFFF;

struct CodePoint {
    char32_t value; // kInvalidByte for a byte that begins no valid sequence
    size_t length;  // bytes taken, at least 1
};

// The first code point of `text`, which is not empty.
CodePoint decode_utf8(std::string_view text);
// Columns that the code point takes: 0, 1 or 2; -1 for a control character or an invalid byte.
int column_width(char32_t value);
// Columns of a whole string; what cannot be printed counts as one.
size_t display_width(std::string_view text);
size_t count_code_points(std::string_view text);
void append_utf8(std::string& text, char32_t value);

} // namespace coreutils
