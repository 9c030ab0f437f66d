// tac: lines of each file, last first; GNU's -b, -r and -s.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/regex.h"

#include <string.h>
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

// Where the expression matches, be it amid another match.
std::vector<size_t> match_begins(std::string_view text, const Regex& regex) {
    std::vector<size_t> begins;
    std::vector<regmatch_t> matches;
    for (size_t at = 0; at < text.size() && regex.search(text, at, matches); at = begins.back() + 1)
        begins.push_back(static_cast<size_t>(matches[0].rm_so));
    return begins;
}

// As rfind(), which in libc++ looks at the text from its beginning.
size_t find_last(std::string_view text, std::string_view wanted) {
    while (text.size() >= wanted.size()) {
        auto found =
            static_cast<const char*>(memrchr(text.data(), wanted[0], text.size() - wanted.size() + 1));
        if (!found) break;
        size_t at = static_cast<size_t>(found - text.data());
        if (text.substr(at, wanted.size()) == wanted) return at;
        text = text.substr(0, at + wanted.size() - 1);
    }
    return std::string_view::npos;
}

// The separators from the last one back, as GNU looks for them: an expression matches from the last place
// where it can, up to the separator behind.
class Backwards {
public:
    Backwards(std::string_view text, const Separator& separator) : text_(text), separator_(separator) {
        if (separator.regex) begins_ = match_begins(text, *separator.regex);
    }

    std::optional<Span> next() {
        if (!separator_.regex) {
            size_t begin = find_last(text_, separator_.text);
            if (begin == std::string_view::npos) return std::nullopt;
            text_ = text_.substr(0, begin);
            return Span{begin, begin + separator_.text.size()};
        }
        std::vector<regmatch_t> matches;
        for (; !begins_.empty(); begins_.pop_back()) {
            size_t begin = begins_.back();
            if (begin >= text_.size() || !separator_.regex->search(text_, begin, matches) ||
                static_cast<size_t>(matches[0].rm_so) != begin)
                continue;
            text_ = text_.substr(0, begin);
            return Span{begin, static_cast<size_t>(matches[0].rm_eo)};
        }
        return std::nullopt;
    }

private:
    std::string_view text_; // before the last separator found
    const Separator& separator_;
    std::vector<size_t> begins_;
};

// A record reaches to the end of its separator, or with -b from the beginning of it.
void reverse(std::string_view text, const Separator& separator) {
    size_t end = text.size();
    Backwards separators(text, separator);
    while (auto span = separators.next()) {
        size_t cut = separator.before ? span->begin : span->end;
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
