// :global and :v: a command on each line that matches, or does not.
#include "vi/editor.h"
#include "vi/ex_text.h"

namespace coreutils::vi {

void Editor::global(size_t first, size_t last, std::string_view arguments, bool matching) {
    if (arguments.empty()) {
        complain("A pattern is needed");
        return;
    }
    char delimiter = arguments[0];
    arguments.remove_prefix(1);
    std::string pattern = take_delimited(arguments, delimiter);
    if (!pattern.empty()) last_pattern_ = pattern;
    std::string problem;
    auto regex = Regex::compile(last_pattern_, Syntax::basic, ignore_case_ ? REG_ICASE : 0, problem);
    if (!regex) {
        complain("%s", problem.c_str());
        return;
    }
    std::string command(arguments);
    std::vector<regmatch_t> matches;
    std::vector<size_t> chosen;
    for (size_t line = first; line <= last; ++line)
        if (regex->search(buffer_.line(line), 0, matches) == matching) chosen.push_back(line);
    if (chosen.empty()) {
        complain("Pattern not found: %s", last_pattern_.c_str());
        return;
    }
    // Lines move as the commands change others: the shift so far is what the buffer grew or shrank by.
    ptrdiff_t shift = 0;
    for (size_t line : chosen) {
        auto place = static_cast<ptrdiff_t>(line) + shift;
        if (place < 0 || static_cast<size_t>(place) >= buffer_.line_count()) continue;
        cursor_ = {static_cast<size_t>(place), 0};
        size_t before = buffer_.line_count();
        colon_line(command.empty() ? "p" : command);
        shift += static_cast<ptrdiff_t>(buffer_.line_count()) - static_cast<ptrdiff_t>(before);
    }
    failed_ = false;
}

} // namespace coreutils::vi
