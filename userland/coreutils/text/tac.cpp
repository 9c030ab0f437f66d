// tac: lines of each file, last first; GNU's -b, -r and -s.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/regex.h"

#include <string>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'b', "before", nullptr, "attach the separator before instead of after"},
    {'r', "regex", nullptr, "interpret the separator as a regular expression"},
    {'s', "separator", "STRING", "use STRING as the separator instead of newline"},
};

struct Separator {
    std::string text = "\n";
    std::optional<Regex> regex;
    bool before = false;
};

struct Span {
    size_t begin, end;
};

std::vector<Span> find_separators(std::string_view text, const Separator& separator) {
    std::vector<Span> found;
    std::vector<regmatch_t> matches;
    for (size_t at = 0; at < text.size();) {
        Span span;
        if (separator.regex) {
            if (!separator.regex->search(text, at, matches)) break;
            span = {static_cast<size_t>(matches[0].rm_so), static_cast<size_t>(matches[0].rm_eo)};
            if (span.begin == span.end) {
                ++at;
                continue;
            }
        } else {
            span.begin = text.find(separator.text, at);
            if (span.begin == std::string_view::npos) break;
            span.end = span.begin + separator.text.size();
        }
        found.push_back(span);
        at = span.end;
    }
    return found;
}

// A record reaches to the end of its separator, or with -b from the beginning of it.
void reverse(std::string_view text, const Separator& separator) {
    size_t end = text.size();
    std::vector<Span> found = find_separators(text, separator);
    for (size_t index = found.size(); index-- > 0;) {
        size_t cut = separator.before ? found[index].begin : found[index].end;
        out.write(text.substr(cut, end - cut));
        end = cut;
    }
    out.write(text.substr(0, end));
}

int run(Arguments& arguments) {
    Separator separator;
    bool regex = false;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'b':
            separator.before = true;
            break;
        case 'r':
            regex = true;
            break;
        case 's':
            separator.text = arguments.value();
            if (separator.text.empty()) separator.text.push_back('\0');
            break;
        }
    }
    if (regex) {
        std::string problem;
        separator.regex = Regex::compile(separator.text, Syntax::basic, 0, problem);
        if (!separator.regex) die(1, "%s", problem.c_str());
    }
    return for_each_input(arguments.operands(), [&](Input& input, const char*) {
        std::string text;
        for (std::string_view block; !(block = input.next_block()).empty();) text.append(block);
        reverse(text, separator);
    });
}

constexpr Tool kTool = {
    .name = "tac",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Print files with their lines in reverse order.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
