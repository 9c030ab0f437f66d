// Completion of commands, options, variables, jobs and paths at a place in a command line. The options are those of
// /usr/share/sh/options, which the build makes from the tools' tables; $SH_OPTIONS names another file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sh {

class Shell;

struct Completion {
    size_t start = 0;  // of the word in the line
    size_t end = 0;
    // What to put there, quoted as needed; for several candidates the longest common beginning.
    std::string replacement = {};
    std::vector<std::string> candidates = {};  // to show, sorted
};

Completion complete(Shell& shell, std::string_view line, size_t cursor);
// As one word of a command line.
std::string quoted_for_line(std::string_view text);

// Candidates in columns, for a screen so many columns wide.
std::string in_columns(const std::vector<std::string>& candidates, int columns);

}  // namespace sh
