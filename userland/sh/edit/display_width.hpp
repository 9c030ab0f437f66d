// How many columns text takes on a terminal.
#pragma once

#include <cstdint>
#include <string_view>

namespace sh {

// 0 for combining characters, 2 for East Asian wide ones and emoji, else 1: as wcwidth(3), what cannot be printed too.
int character_width(uint32_t code_point);
// Of one line; escape sequences (colours, titles) take no columns, control characters two (^X).
int display_width(std::string_view text);
// Length in bytes of the escape sequence at the start of `text`, or 0.
size_t escape_sequence_length(std::string_view text);

}  // namespace sh
