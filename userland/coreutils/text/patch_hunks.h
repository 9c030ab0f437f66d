// The hunks of one file's patch, put into its text one after the other.
#pragma once

#include "text/patch_parse.h"

#include <span>

namespace coreutils::patch {

struct Text {
    std::vector<std::string> lines;
    bool lacks_newline = false;
};

struct MatchRules {
    size_t fuzz = 2; // lines of context at either end that need not fit
    bool ignore_blanks = false;
};

// From the new file to the old one.
void reverse(FilePatch& patch);

class HunkApplier {
public:
    HunkApplier(const MatchRules& rules, const Text& original) : rules_(rules), original_(original) {
        result.lacks_newline = original.lacks_newline;
    }

    // Where the hunk fits, with how much fuzz and how far from where it says; applies it there. False when it
    // fits nowhere.
    bool apply(const Hunk& hunk, size_t& line, size_t& fuzz, ptrdiff_t& offset);
    bool has_text() const { return !original_.lines.empty(); }
    // After the last hunk: the rest of the original.
    void finish();

    Text result;

private:
    bool fits(std::span<const HunkLine*> pattern, size_t start) const;
    std::optional<size_t> find(std::span<const HunkLine*> pattern, ptrdiff_t wanted, bool at_start,
                               bool at_end) const;
    void splice(const Hunk& hunk, size_t start);

    const MatchRules& rules_;
    const Text& original_;
    size_t copied_ = 0;
    ptrdiff_t drift_ = 0;
};

} // namespace coreutils::patch
