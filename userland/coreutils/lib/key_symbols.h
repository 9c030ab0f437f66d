// The names that keymap files give to key symbols (keymaps(5)), as the numbers of ioctl_console(2).
#pragma once

#include <optional>
#include <string_view>

namespace coreutils {

inline constexpr unsigned short kVoidSymbol = 0x0200;

// "plus", "+adiaeresis", "U+20ac", "Meta_a", "Control_x", "F5", "0x0b61"; nothing for what is none.
std::optional<unsigned short> key_symbol_by_name(std::string_view name);

// What the symbol types as plain text, or nothing: 'a' for +a.
std::optional<unsigned> character_of_symbol(unsigned short symbol);
// The symbol for a letter (Caps Lock turns it) or another character.
unsigned short symbol_of_character(unsigned code, bool is_letter);

} // namespace coreutils
