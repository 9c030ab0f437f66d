// The escapes of sed's scripts that regcomp(3) does not know.
#pragma once

#include "lib/regex.h"

#include <stddef.h>
#include <string>
#include <string_view>

namespace coreutils::sed {

// Escapes that stand for one byte: \t \f \v \a \dNNN \oNNN \xHH \cX. Returns the bytes taken behind the
// backslash, 0 when it is none of them.
size_t read_byte_escape(std::string_view text, char& byte);

// The expression with \n and the byte escapes replaced.
std::string translate_expression(std::string_view text, Syntax syntax);

} // namespace coreutils::sed
