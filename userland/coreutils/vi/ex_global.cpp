// :global and :v: a command on each line that matches, or does not. The lines are chosen first; those that a command
// moves or takes away are followed.
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
    std::vector<size_t>& chosen = buffer_.tracked_lines();
    chosen.clear();
    for (size_t line = last + 1; line-- > first;)
        if (regex->search(buffer_.line(line), 0, matches) == matching) chosen.push_back(line);
    if (chosen.empty()) {
        complain("Pattern not found: %s", last_pattern_.c_str());
        return;
    }
    while (!chosen.empty()) {
        cursor_ = {chosen.back(), 0};
        chosen.pop_back();
        colon_line(command.empty() ? "p" : command);
    }
    failed_ = false;
}

} // namespace coreutils::vi
