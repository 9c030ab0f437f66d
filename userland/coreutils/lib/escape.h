// Backslash escapes as echo, printf, tr and others read them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coreutils {

enum class EscapeStyle {
    echo,   // \0NNN octal, \c ends the output
    printf, // \NNN octal, \c ends the output
};

// Appends `text` with its escapes replaced: \a \b \e \f \n \r \t \v \\ \xHH \uHHHH \UHHHHHHHH and octal.
// False when \c was met: nothing more is to be printed.
bool append_unescaped(std::string& result, std::string_view text, EscapeStyle style);

// One escape, `text` beginning behind the backslash. `length` becomes the bytes it takes, `result` gets its
// bytes. False for \c.
bool append_escape(std::string& result, std::string_view text, EscapeStyle style, size_t& length);

} // namespace coreutils
