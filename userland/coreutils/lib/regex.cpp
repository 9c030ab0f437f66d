#include "lib/regex.h"
#include "lib/numbers.h"

#include <algorithm>
#include <string.h>

namespace coreutils {

std::optional<Regex> Regex::compile(const std::string& pattern, Syntax syntax, int extra_flags,
                                    std::string& problem) {
    Regex regex;
    int flags = extra_flags | (syntax == Syntax::extended ? REG_EXTENDED : 0);
    if (int error = regcomp(&regex.compiled_, pattern.c_str(), flags)) {
        char text[160];
        regerror(error, &regex.compiled_, text, sizeof text);
        problem = text;
        return std::nullopt;
    }
    regex.owned_ = true;
    return regex;
}

Regex::Regex(Regex&& other) noexcept : compiled_(other.compiled_), owned_(other.owned_) {
    other.owned_ = false;
}

Regex& Regex::operator=(Regex&& other) noexcept {
    if (this != &other) {
        if (owned_) regfree(&compiled_);
        compiled_ = other.compiled_;
        owned_ = other.owned_;
        other.owned_ = false;
    }
    return *this;
}

Regex::~Regex() {
    if (owned_) regfree(&compiled_);
}

bool Regex::search(std::string_view text, size_t from, std::vector<regmatch_t>& matches) const {
    if (from > text.size()) return false;
    matches.resize(groups() + 1);
    // REG_STARTEND (BSD, glibc and our libc): the text need not end in NUL and may contain it.
    matches[0].rm_so = static_cast<regoff_t>(from);
    matches[0].rm_eo = static_cast<regoff_t>(text.size());
    int flags = REG_STARTEND | (from > 0 ? REG_NOTBOL : 0);
    return regexec(&compiled_, text.data() ? text.data() : "", matches.size(), matches.data(), flags) == 0;
}

namespace {

// Skips a bracket expression; `at` is behind its "[". Returns the offset behind "]".
size_t skip_bracket(std::string_view pattern, size_t at) {
    if (at < pattern.size() && pattern[at] == '^') ++at;
    if (at < pattern.size() && pattern[at] == ']') ++at;
    while (at < pattern.size() && pattern[at] != ']') {
        if (pattern[at] == '[' && at + 1 < pattern.size() && strchr(":.=", pattern[at + 1])) {
            char mark = pattern[at + 1];
            at += 2;
            while (at + 1 < pattern.size() && !(pattern[at] == mark && pattern[at + 1] == ']')) ++at;
            ++at;
        }
        ++at;
    }
    return at + 1;
}

} // namespace

void append_group(std::string& result, std::string_view text, const std::vector<regmatch_t>& matches,
                  size_t number) {
    if (number >= matches.size() || matches[number].rm_so < 0) return;
    auto begin = static_cast<size_t>(matches[number].rm_so), end = static_cast<size_t>(matches[number].rm_eo);
    result.append(text.substr(begin, end - begin));
}

std::string required_literal(std::string_view pattern, Syntax syntax) {
    bool extended = syntax == Syntax::extended;
    std::string best, run;
    size_t depth = 0;
    auto end_run = [&] {
        if (depth == 0 && run.size() > best.size()) best = run;
        run.clear();
    };
    for (size_t at = 0; at < pattern.size();) {
        char byte = pattern[at];
        bool escaped = byte == '\\' && at + 1 < pattern.size();
        char meaning = escaped ? pattern[at + 1] : byte;
        // Operators are bare in extended expressions and escaped in basic ones.
        bool bare_operator = escaped != extended;
        size_t next = at + (escaped ? 2 : 1);
        if (meaning == '|' && bare_operator) return "";
        if (meaning == '(' && bare_operator) {
            end_run();
            ++depth;
        } else if (meaning == ')' && bare_operator) {
            run.clear();
            if (depth > 0) --depth;
        } else if (!escaped && byte == '[') {
            end_run();
            next = skip_bracket(pattern, next);
        } else if ((!escaped && byte == '*') || (strchr("?{", meaning) && bare_operator)) {
            // The unit before may be absent.
            for (bool continued = true; continued && !run.empty(); run.pop_back())
                continued = (static_cast<unsigned char>(run.back()) & 0xC0) == 0x80;
            end_run();
            if (meaning == '{') {
                while (next < pattern.size() && pattern[next] != '}') ++next;
                if (next < pattern.size()) ++next;
            }
        } else if (meaning == '+' && bare_operator) {
            end_run();
        } else if (!escaped && (byte == '.' || byte == '^' || byte == '$')) {
            end_run();
        } else if (escaped &&
                   (strchr("<>bBwWsS`'", meaning) || (meaning >= '0' && meaning <= '9') || meaning == 'n')) {
            end_run();
        } else {
            run.push_back(meaning);
        }
        at = next;
    }
    end_run();
    return best;
}

// Whether `{` and what follows is {N}, {N,}, {,M} or {N,M}.
static bool is_repetition(std::string_view text) {
    size_t end = std::min(text.find('}'), text.size());
    std::string_view inner = text.substr(1, end - 1);
    size_t comma = std::min(inner.find(','), inner.size());
    return end < text.size() && inner.size() > (comma < inner.size()) &&
           (inner.substr(0, comma) == "" || parse_unsigned(inner.substr(0, comma))) &&
           (comma + 1 >= inner.size() || parse_unsigned(inner.substr(comma + 1)));
}

std::string with_literal_braces(std::string_view pattern) {
    if (!pattern.contains('{')) return std::string(pattern);
    std::string result;
    bool has_atom = false; // something that can be repeated is before
    for (size_t at = 0; at < pattern.size();) {
        char byte = pattern[at];
        size_t length = 1;
        if (byte == '\\') {
            length = 2;
        } else if (byte == '[') {
            // To the bracket that closes it: not the first one, and none of a class.
            size_t end = at + 1 + (pattern.substr(at + 1, 1) == "^");
            for (bool first = true; end < pattern.size() && (first || pattern[end] != ']'); first = false) {
                std::string_view rest = pattern.substr(end, 2);
                size_t close = rest == "[:" || rest == "[." || rest == "[="
                                   ? pattern.find(std::string{rest[1], ']'}, end + 2)
                                   : std::string_view::npos;
                end = close == std::string_view::npos ? end + 1 : close + 2;
            }
            length = end + 1 - at;
        } else if (byte == '{' && !(has_atom && is_repetition(pattern.substr(at)))) {
            result.push_back('\\');
        }
        result.append(pattern.substr(at, length));
        has_atom = byte != '(' && byte != '|' && byte != '^';
        at += length;
    }
    return result;
}

} // namespace coreutils
