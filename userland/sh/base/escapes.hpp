// Backslash escapes, in the dialects of echo, printf and $'…'.
#pragma once

#include <string>
#include <string_view>

namespace sh {

enum class EscapeDialect {
    echo,           // octal as \0ddd, \c ends the output
    printf_format,  // octal as \ddd
    printf_b,       // octal as \0ddd or \ddd, \c ends the output
    dollar_quotes,  // octal as \ddd, \cX is a control character, \' \" \?
};

enum class EscapeResult { done, stop_output };

// `text` begins after a backslash; appends what the escape means and removes it from `text`. An unknown escape
// keeps its backslash.
EscapeResult append_escape(std::string& to, std::string_view& text, EscapeDialect dialect);

}  // namespace sh
