// Searches and the filter of less.
#include "less/pager.h"

#include <algorithm>
#include <ctype.h>

namespace coreutils::less {

std::optional<Regex> Pager::compile(const std::string& pattern) {
    bool capitals =
        std::any_of(pattern.begin(), pattern.end(), [](unsigned char each) { return isupper(each); });
    bool ignore = settings_.ignore_always || (settings_.ignore_case && !capitals);
    std::string problem;
    auto regex = Regex::compile(pattern, Syntax::extended, ignore ? REG_ICASE : 0, problem);
    if (!regex) message_ = problem;
    return regex;
}

void Pager::search(const std::string& typed, bool ahead, size_t count) {
    std::string pattern = typed;
    bool inverted = pattern.starts_with('!');
    if (inverted) pattern.erase(0, 1);
    if (!pattern.empty()) {
        auto regex = compile(pattern);
        if (!regex) return;
        pattern_ = std::move(regex);
        inverted_ = inverted;
    }
    if (!pattern_) {
        message_ = "No previous regular expression";
        return;
    }
    size_t line = file().top.line;
    // The first search of a file looks at its first line too.
    bool skip = ahead && !(searching_from_start_ && file().top == Place{});
    searching_from_start_ = false;
    if (skip) ++line;
    for (;;) {
        if (ahead ? !next_shown(line) : !previous_shown(line)) break;
        if (pattern_->search(plain_text(text().line(line), settings_.appearance), 0, matches_) != inverted_ &&
            --count == 0) {
            jump({line, 0});
            return;
        }
        if (Text::interrupted) break;
        if (ahead) ++line;
    }
    message_ = Text::interrupted ? "Interrupted" : "Pattern not found";
}

void Pager::set_filter() {
    auto pattern = read_line("&/");
    if (!pattern) return;
    filter_.reset();
    if (!pattern->empty()) filter_ = compile(*pattern);
    file().top.row = 0;
    size_t line = file().top.line;
    if (next_shown(line) || previous_shown(line))
        file().top = {line, 0};
    else
        message_ = "Nothing matches";
}

} // namespace coreutils::less
