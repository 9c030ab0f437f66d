// Shell patterns, POSIX.1-2017 2.13: `*`, `?`, bracket expressions with ranges, classes and equivalence classes.
// Each byte of the pattern text knows whether it was quoted, so nothing has to be escaped on the way here.
#pragma once

#include <string>
#include <string_view>

namespace sh {

struct Pattern {
    std::string text;
    std::string mask;  // one byte per byte of text: 1 = quoted

    void add(char c, bool quoted) {
        text.push_back(c);
        mask.push_back(quoted ? 1 : 0);
    }
    void add(std::string_view more, bool quoted) {
        text += more;
        mask.append(more.size(), quoted ? 1 : 0);
    }
};

struct PatternView {
    std::string_view text;
    std::string_view mask;

    PatternView(const Pattern& pattern) : text(pattern.text), mask(pattern.mask) {}
    PatternView(std::string_view pattern_text, std::string_view pattern_mask)
        : text(pattern_text), mask(pattern_mask) {}
    PatternView substr(size_t from, size_t count = std::string_view::npos) const {
        return {text.substr(from, count), mask.substr(from, count)};
    }
    bool special(size_t i) const { return !mask[i]; }
};

// Whether there is anything in it that pathname expansion looks at: an unquoted `*`, `?` or `[…]`.
bool may_match_names(PatternView pattern);
bool matches(PatternView pattern, std::string_view subject);

// The shortest or longest prefix or suffix of `subject` that matches, as a length; npos when none does.
enum class Extent { shortest, longest };
size_t matching_prefix(PatternView pattern, std::string_view subject, Extent extent);
size_t matching_suffix(PatternView pattern, std::string_view subject, Extent extent);

}  // namespace sh
