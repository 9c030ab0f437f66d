// The forms in which diff prints changes (POSIX.1-2017 diff, STDOUT).
#pragma once

#include "text/diff_engine.h"

#include <optional>
#include <string>
#include <time.h>

namespace coreutils {
class Regex;
}

namespace coreutils::diff {

enum class Form { side_by_side, merged, normal, unified, context, ed, forward_ed, rcs };

struct FormatSettings {
    Form form = Form::normal;
    size_t context = 3;
    size_t width = 130; // of a line of the form side by side
    bool left_column = false, suppress_common = false;
    bool show_function = false, expand_tabs = false, initial_tab = false, color = false;
    const Regex* function_pattern = nullptr;
    const char* macro = nullptr; // that tells the files apart in the merged form
};

// A name for where a program may read it: in quotes when blanks or control characters are in it.
std::string shown_name(const std::string& name);

struct Header {
    std::string label; // given by --label; otherwise the name and the time
    std::string name;
    timespec modified = {};
    bool labelled = false;
};

void print_changes(const TextFile& first, const TextFile& second, const std::vector<Change>& changes,
                   const Header& first_header, const Header& second_header, const FormatSettings& settings);

} // namespace coreutils::diff
