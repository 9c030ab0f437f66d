// The syntax that the colon commands share.
#pragma once

#include <stddef.h>
#include <string>
#include <string_view>

namespace coreutils::vi {

void skip_blanks(std::string_view& text);

// Up to an unescaped `delimiter`, which is taken off; "\/" becomes "/".
std::string take_delimited(std::string_view& text, char delimiter);

// Where the `|` is that separates the first command from the next, or npos. What takes the rest of the line
// as its own (global, !, :w !, normal) has none, and in :s the pattern and the replacement may contain it.
size_t end_of_command(std::string_view line);

} // namespace coreutils::vi
