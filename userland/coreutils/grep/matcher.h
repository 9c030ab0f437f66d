// What grep looks for: all its patterns together, tested on lines or found in whole buffers of lines.
#pragma once

#include "lib/regex.h"
#include "lib/search.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace coreutils::grep {

enum class PatternKind { basic, extended, fixed };

struct MatchSettings {
    PatternKind kind = PatternKind::basic;
    bool ignore_case = false, whole_word = false, whole_line = false;
    char delimiter = '\n';
};

struct Span {
    size_t begin = std::string_view::npos, end = 0;
    bool found() const { return begin != std::string_view::npos; }
};

class Matcher {
public:
    // False with `problem` when a pattern is wrong. Each of `patterns` is one without newlines.
    bool compile(const std::vector<std::string>& patterns, const MatchSettings& settings,
                 std::string& problem);

    // The leftmost longest match in `line` (without its delimiter) at or behind `from`.
    Span find(std::string_view line, size_t from = 0) const;

    // The next matching line at or behind `from` in `lines`, which are whole and each end in the delimiter.
    Span find_line(std::string_view lines, size_t from) const;

private:
    struct Expression {
        Regex regex;
        StringSearch filter; // of size 0: none
    };
    Span find_literal(std::string_view line, size_t from) const;
    Span find_expression(const Expression& expression, std::string_view line, size_t from) const;
    bool accepts(std::string_view line, Span span) const;

    MatchSettings settings_;
    std::unique_ptr<StringSearch> single_;
    std::unique_ptr<MultiSearch> many_;
    std::vector<Expression> expressions_;
    mutable std::vector<regmatch_t> scratch_;
};

} // namespace coreutils::grep
