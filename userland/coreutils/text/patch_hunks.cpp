#include "text/patch_hunks.h"

#include <algorithm>
#include <stdlib.h>

namespace coreutils::patch {
namespace {

bool same_but_blanks(std::string_view left, std::string_view right) {
    auto blank = [](char c) { return c == ' ' || c == '\t'; };
    for (;;) {
        bool left_blank = !left.empty() && blank(left[0]), right_blank = !right.empty() && blank(right[0]);
        if (left_blank || right_blank) {
            if (left_blank != right_blank && !left.empty() && !right.empty()) return false;
            while (!left.empty() && blank(left[0])) left.remove_prefix(1);
            while (!right.empty() && blank(right[0])) right.remove_prefix(1);
        }
        if (left.empty() || right.empty()) return left.empty() && right.empty();
        if (left[0] != right[0]) return false;
        left.remove_prefix(1);
        right.remove_prefix(1);
    }
}

} // namespace

void reverse(FilePatch& patch) {
    std::swap(patch.old_name, patch.new_name);
    std::swap(patch.old_is_absent, patch.new_is_absent);
    std::swap(patch.old_mode, patch.new_mode);
    if (patch.origin == Origin::copied) { // the copy stays
        patch.origin = Origin::same;
        patch.old_name = patch.new_name;
        patch.old_mode = patch.new_mode = 0;
    }
    for (Hunk& hunk : patch.hunks) {
        std::swap(hunk.old_start, hunk.new_start);
        std::swap(hunk.old_count, hunk.new_count);
        std::swap(hunk.old_lacks_newline, hunk.new_lacks_newline);
        for (HunkLine& line : hunk.lines)
            if (line.kind != ' ') line.kind = line.kind == '-' ? '+' : '-';
        // Removed lines come before added ones.
        for (auto at = hunk.lines.begin(); at != hunk.lines.end();) {
            auto end =
                std::find_if(at, hunk.lines.end(), [](const HunkLine& line) { return line.kind == ' '; });
            std::stable_partition(at, end, [](const HunkLine& line) { return line.kind == '-'; });
            at = end == hunk.lines.end() ? end : end + 1;
        }
    }
}

bool HunkApplier::apply(const Hunk& hunk, size_t& line, size_t& fuzz, ptrdiff_t& offset) {
    size_t prefix = 0, suffix = 0;
    while (prefix < hunk.lines.size() && hunk.lines[prefix].kind == ' ') ++prefix;
    while (suffix < hunk.lines.size() && hunk.lines[hunk.lines.size() - 1 - suffix].kind == ' ') ++suffix;
    std::vector<const HunkLine*> old_lines;
    for (const HunkLine& each : hunk.lines)
        if (each.kind != '+') old_lines.push_back(&each);
    // A hunk without old lines goes behind line `old_start`, any other begins there.
    ptrdiff_t wanted = static_cast<ptrdiff_t>(hunk.old_start) - (hunk.old_count > 0 ? 1 : 0) + drift_;
    size_t context = std::max(prefix, suffix);
    for (fuzz = 0; fuzz <= std::min(rules_.fuzz, context); ++fuzz) {
        size_t skip_front = fuzz > context - prefix ? fuzz - (context - prefix) : 0;
        size_t skip_back = fuzz > context - suffix ? fuzz - (context - suffix) : 0;
        if (skip_front + skip_back > old_lines.size()) break;
        // Less context at one end than at the other: the hunk is at that end of the file.
        bool at_start = prefix < suffix && hunk.old_start <= 1 && fuzz == 0;
        bool at_end = suffix < prefix && fuzz == 0;
        std::span<const HunkLine*> pattern(old_lines);
        pattern = pattern.subspan(skip_front, old_lines.size() - skip_front - skip_back);
        auto place = find(pattern, wanted + static_cast<ptrdiff_t>(skip_front), at_start, at_end);
        if (!place) continue;
        size_t start = *place - skip_front;
        offset = static_cast<ptrdiff_t>(start) -
                 (static_cast<ptrdiff_t>(hunk.old_start) - (hunk.old_count > 0 ? 1 : 0));
        drift_ = offset;
        splice(hunk, start);
        line = hunk.old_count > 0 ? start + 1 : start;
        return true;
    }
    return false;
}

void HunkApplier::finish() {
    for (; copied_ < original_.lines.size(); ++copied_) result.lines.push_back(original_.lines[copied_]);
}

bool HunkApplier::fits(std::span<const HunkLine*> pattern, size_t start) const {
    if (start < copied_ || start + pattern.size() > original_.lines.size()) return false;
    for (size_t index = 0; index < pattern.size(); ++index) {
        const std::string& have = original_.lines[start + index];
        if (have != pattern[index]->text &&
            !(rules_.ignore_blanks && same_but_blanks(have, pattern[index]->text)))
            return false;
    }
    return true;
}

// The place nearest to `wanted`, later ones first.
std::optional<size_t> HunkApplier::find(std::span<const HunkLine*> pattern, ptrdiff_t wanted, bool at_start,
                                        bool at_end) const {
    size_t size = original_.lines.size();
    if (pattern.size() > size) return std::nullopt;
    size_t last = size - pattern.size();
    if (at_start) return fits(pattern, 0) ? std::optional<size_t>(0) : std::nullopt;
    if (at_end) return fits(pattern, last) ? std::optional<size_t>(last) : std::nullopt;
    auto limit = static_cast<ptrdiff_t>(last);
    for (ptrdiff_t distance = 0; distance <= limit + labs(wanted); ++distance) {
        for (ptrdiff_t place : {wanted + distance, wanted - distance})
            if (place >= 0 && place <= limit && fits(pattern, static_cast<size_t>(place)))
                return static_cast<size_t>(place);
    }
    return std::nullopt;
}

void HunkApplier::splice(const Hunk& hunk, size_t start) {
    while (copied_ < start) result.lines.push_back(original_.lines[copied_++]);
    for (const HunkLine& each : hunk.lines) {
        if (each.kind == '+') {
            result.lines.push_back(each.text);
            continue;
        }
        // Context stays as the file has it.
        if (each.kind == ' ' && copied_ < original_.lines.size())
            result.lines.push_back(original_.lines[copied_]);
        ++copied_;
    }
    if (copied_ >= original_.lines.size() &&
        (hunk.old_lacks_newline || hunk.new_lacks_newline || hunk.old_count == 0))
        result.lacks_newline = hunk.new_lacks_newline;
}

} // namespace coreutils::patch
