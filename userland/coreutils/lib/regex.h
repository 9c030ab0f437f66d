// regcomp(3) over pieces of a buffer: what grep, sed, find and more use.
#pragma once

#include <optional>
#include <regex.h>
#include <string>
#include <string_view>
#include <vector>

namespace coreutils {

enum class Syntax { basic, extended };

class Regex {
public:
    // Nothing when the pattern is wrong; `problem` says why. `extra_flags`: REG_ICASE, REG_NEWLINE.
    static std::optional<Regex> compile(const std::string& pattern, Syntax syntax, int extra_flags,
                                        std::string& problem);
    Regex(Regex&& other) noexcept;
    Regex& operator=(Regex&& other) noexcept;
    ~Regex();

    // Searches `text` from `from` on. What stands before `from` counts for ^ and word boundaries as text that
    // is there. Offsets in `matches` count from the beginning of `text`. Text may contain NUL.
    bool search(std::string_view text, size_t from, std::vector<regmatch_t>& matches) const;
    size_t groups() const { return compiled_.re_nsub; }

private:
    Regex() = default;
    regex_t compiled_ = {};
    bool owned_ = false;
};

// Appends what group `number` matched in `text`; nothing for a group that took no part or does not exist.
void append_group(std::string& result, std::string_view text, const std::vector<regmatch_t>& matches,
                  size_t number);

// An extended expression in which each brace that begins no repetition, `{` or `a{x}`, stands for itself.
// POSIX leaves its meaning open.
std::string with_literal_braces(std::string_view pattern);

// A string that every match contains, empty when none is found: lines without it need no search.
std::string required_literal(std::string_view pattern, Syntax syntax);

} // namespace coreutils
