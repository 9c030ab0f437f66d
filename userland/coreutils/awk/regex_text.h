// awk's regular expressions as regcomp(3) takes them: awk knows the escapes of its strings in them, inside
// brackets too (POSIX.1-2017 awk, "Regular Expressions").
#pragma once

#include "lib/regex.h"

#include <string>
#include <string_view>

namespace coreutils::awk {

std::string posix_regex(std::string_view text);
// Compiles it; a wrong one ends the tool, with `where` in the message.
Regex compile_regex(std::string_view text, const char* where);

} // namespace coreutils::awk
