// The inline escapes of roff text as man(7) pages use them.
#pragma once

#include <stddef.h>
#include <string>
#include <string_view>

namespace coreutils {

enum class ManEscape {
    text,       // `text` stands for it
    space,      // a space at which lines are not broken
    font,       // `text` names the font
    no_break,   // \c: what follows belongs to this word
    comment,    // the line ends here
};

struct ManEscapeResult {
    ManEscape kind = ManEscape::text;
    std::string text = {};
    size_t length = 0; // bytes of the escape, its backslash included
};

// `text` begins with a backslash.
ManEscapeResult read_man_escape(std::string_view text);

} // namespace coreutils
