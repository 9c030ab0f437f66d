// Which lines two files have in common: Myers' algorithm in linear space over classes of equal lines.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string>
#include <string_view>
#include <vector>

namespace coreutils::diff {

struct CompareRules {
    bool ignore_case = false;
    bool ignore_all_space = false;      // -w
    bool ignore_space_change = false;   // -b
    bool ignore_trailing_space = false; // -Z
    bool ignore_tab_expansion = false;  // -E
    bool strip_trailing_cr = false;
};

struct TextFile {
    std::string content;
    std::vector<std::string_view> lines; // without newlines
    bool ends_in_newline = true;

    void split();
};

// A change: lines [first_begin, first_end) became [second_begin, second_end), counted from 0.
struct Change {
    size_t first_begin, first_end, second_begin, second_end;
};

std::vector<Change> compare_files(const TextFile& first, const TextFile& second, const CompareRules& rules);

} // namespace coreutils::diff
