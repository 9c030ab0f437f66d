// A line as less shows it: rows of cells with their styles. Overstrikes (c BS c, _ BS c) become bold and
// underlined text, control characters are shown as ^X, and escape sequences for colours pass only with -R.
#pragma once

#include "lib/regex.h"

#include <string>
#include <string_view>
#include <vector>

namespace coreutils::less {

struct Appearance {
    size_t columns = 80, tab = 8;
    size_t shift = 0; // columns hidden at the left
    bool chop = false, colors = false, raw = false, numbers = false, highlight = true;
    size_t number_width = 7;
};

// The text that searches see: without overstrikes and, where colours pass, without their sequences.
std::string plain_text(std::string_view line, const Appearance& appearance);

// The rows of `line`, each ready to be written; at least one. `number` counts from 1. Matches of `pattern`
// (may be null) stand out.
std::vector<std::string> make_rows(std::string_view line, size_t number, const Appearance& appearance,
                                   const Regex* pattern);

} // namespace coreutils::less
