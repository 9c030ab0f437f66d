#include "text/diff_engine.h"

#include <algorithm>
#include <string.h>

namespace coreutils::diff {
namespace {

bool is_space(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

// The line as the rules see it.
std::string_view normalize(std::string_view line, const CompareRules& rules, std::string& buffer) {
    if (rules.strip_trailing_cr && line.ends_with('\r')) line.remove_suffix(1);
    bool plain = !rules.ignore_case && !rules.ignore_all_space && !rules.ignore_space_change &&
                 !rules.ignore_trailing_space && !rules.ignore_tab_expansion;
    if (plain) return line;
    buffer.clear();
    size_t column = 0;
    for (size_t i = 0; i < line.size(); ++i) {
        char byte = line[i];
        if (rules.ignore_all_space && is_space(byte)) continue;
        if (rules.ignore_space_change && is_space(byte)) {
            while (i + 1 < line.size() && is_space(line[i + 1])) ++i;
            if (i + 1 < line.size()) buffer.push_back(' ');
            continue;
        }
        if (rules.ignore_tab_expansion && byte == '\t') {
            size_t width = 8 - column % 8;
            buffer.append(width, ' ');
            column += width;
            continue;
        }
        if (rules.ignore_case && byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte + 32);
        buffer.push_back(byte);
        ++column;
    }
    if (rules.ignore_trailing_space)
        while (!buffer.empty() && is_space(buffer.back())) buffer.pop_back();
    return buffer;
}

// Gives equal lines equal numbers.
class Classes {
public:
    explicit Classes(size_t lines) {
        size_t size = 16;
        while (size < lines * 2) size *= 2;
        table_.assign(size, 0);
    }

    uint32_t number_of(std::string_view line) {
        uint64_t hash = 1469598103934665603u;
        for (char byte : line) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211u;
        hash ^= hash >> 32;
        for (size_t at = hash & (table_.size() - 1);; at = (at + 1) & (table_.size() - 1)) {
            uint32_t entry = table_[at];
            if (entry == 0) {
                texts_.emplace_back(line);
                table_[at] = static_cast<uint32_t>(texts_.size());
                return table_[at] - 1;
            }
            if (texts_[entry - 1] == line) return entry - 1;
        }
    }
    size_t count() const { return texts_.size(); }

private:
    std::vector<uint32_t> table_;
    std::vector<std::string> texts_;
};

// Myers' greedy algorithm with the middle snake, on the sequences left after unique lines are taken out.
class Comparison {
public:
    Comparison(const std::vector<uint32_t>& first, const std::vector<uint32_t>& second,
               std::vector<bool>& first_kept, std::vector<bool>& second_kept)
        : first_(first), second_(second), first_kept_(first_kept), second_kept_(second_kept) {
        size_t diagonals = first.size() + second.size() + 3;
        forward_.resize(diagonals);
        backward_.resize(diagonals);
        offset_ = static_cast<ptrdiff_t>(second.size()) + 1;
        // Beyond this cost a good split is taken instead of the best one.
        cost_limit_ = 256;
        for (size_t rest = diagonals; rest > 1; rest >>= 2) cost_limit_ *= 2;
        cost_limit_ = std::min<ptrdiff_t>(cost_limit_, 16384);
    }

    void run(ptrdiff_t x, ptrdiff_t x_end, ptrdiff_t y, ptrdiff_t y_end) {
        for (;;) {
            while (x < x_end && y < y_end && equal(x, y)) keep(x++, y++);
            while (x < x_end && y < y_end && equal(x_end - 1, y_end - 1)) keep(--x_end, --y_end);
            if (x == x_end || y == y_end) return;
            auto [middle_x, middle_y] = split(x, x_end, y, y_end);
            run(x, middle_x, y, middle_y);
            x = middle_x;
            y = middle_y;
        }
    }

private:
    struct Point {
        ptrdiff_t x, y;
    };

    bool equal(ptrdiff_t x, ptrdiff_t y) const {
        return first_[static_cast<size_t>(x)] == second_[static_cast<size_t>(y)];
    }
    void keep(ptrdiff_t x, ptrdiff_t y) {
        first_kept_[static_cast<size_t>(x)] = true;
        second_kept_[static_cast<size_t>(y)] = true;
    }
    ptrdiff_t& forward(ptrdiff_t diagonal) { return forward_[static_cast<size_t>(diagonal + offset_)]; }
    ptrdiff_t& backward(ptrdiff_t diagonal) { return backward_[static_cast<size_t>(diagonal + offset_)]; }

    // A point on a shortest path; never a corner that leaves the whole problem on one side.
    Point split(ptrdiff_t x, ptrdiff_t x_end, ptrdiff_t y, ptrdiff_t y_end) {
        ptrdiff_t lowest = x - y_end, highest = x_end - y;
        ptrdiff_t forward_middle = x - y, backward_middle = x_end - y_end;
        ptrdiff_t forward_low = forward_middle, forward_high = forward_middle;
        ptrdiff_t backward_low = backward_middle, backward_high = backward_middle;
        bool odd = (forward_middle - backward_middle) & 1;
        forward(forward_middle) = x;
        backward(backward_middle) = x_end;
        for (ptrdiff_t cost = 1;; ++cost) {
            if (forward_low > lowest)
                forward(--forward_low - 1) = -1;
            else
                ++forward_low;
            if (forward_high < highest)
                forward(++forward_high + 1) = -1;
            else
                --forward_high;
            for (ptrdiff_t d = forward_high; d >= forward_low; d -= 2) {
                ptrdiff_t below = forward(d - 1), above = forward(d + 1);
                ptrdiff_t at = below < above ? above : below + 1;
                ptrdiff_t row = at - d;
                while (at < x_end && row < y_end && equal(at, row)) ++at, ++row;
                forward(d) = at;
                if (odd && backward_low <= d && d <= backward_high && backward(d) <= at) return {at, row};
            }
            constexpr ptrdiff_t kFar = PTRDIFF_MAX;
            if (backward_low > lowest)
                backward(--backward_low - 1) = kFar;
            else
                ++backward_low;
            if (backward_high < highest)
                backward(++backward_high + 1) = kFar;
            else
                --backward_high;
            for (ptrdiff_t d = backward_high; d >= backward_low; d -= 2) {
                ptrdiff_t below = backward(d - 1), above = backward(d + 1);
                ptrdiff_t at = below < above ? below : above - 1;
                ptrdiff_t row = at - d;
                while (x < at && y < row && equal(at - 1, row - 1)) --at, --row;
                backward(d) = at;
                if (!odd && forward_low <= d && d <= forward_high && at <= forward(d)) return {at, row};
            }
            if (cost < cost_limit_) continue;
            // Take the furthest forward point found so far.
            Point best{x, y};
            for (ptrdiff_t d = forward_high; d >= forward_low; d -= 2) {
                ptrdiff_t at = std::min(forward(d), x_end), row = at - d;
                if (row > y_end) at = y_end + d, row = y_end;
                if (at + row > best.x + best.y) best = {at, row};
            }
            return best;
        }
    }

    const std::vector<uint32_t>& first_;
    const std::vector<uint32_t>& second_;
    std::vector<bool>& first_kept_;
    std::vector<bool>& second_kept_;
    std::vector<ptrdiff_t> forward_, backward_;
    ptrdiff_t offset_ = 0, cost_limit_ = 0;
};

// gaps[k]: lines changed between the kept lines k-1 and k.
std::vector<bool> changed_gaps(const std::vector<bool>& changed) {
    std::vector<bool> gaps(1, false);
    for (bool change : changed) {
        if (change)
            gaps.back() = true;
        else
            gaps.push_back(false);
    }
    return gaps;
}

// A run of changed lines may slide over equal lines at its ends. Each slides to where it joins others, then
// to where the other file has changes too, or else as far down as it goes: hunks come out fewer and easier to
// read.
void slide_changes(std::vector<bool>& changed, const std::vector<bool>& other,
                   const std::vector<uint32_t>& classes) {
    std::vector<bool> other_gaps = changed_gaps(other);
    size_t size = changed.size(), kept_before = 0;
    for (size_t at = 0; at < size;) {
        if (!changed[at]) {
            ++at;
            ++kept_before;
            continue;
        }
        size_t begin = at, end = at;
        while (end < size && changed[end]) ++end;
        size_t aligned_end = SIZE_MAX;
        for (size_t length = 0; length != end - begin;) {
            length = end - begin;
            while (begin > 0 && classes[begin - 1] == classes[end - 1]) {
                changed[--begin] = true;
                changed[--end] = false;
                --kept_before;
                while (begin > 0 && changed[begin - 1]) --begin;
            }
            aligned_end = other_gaps[kept_before] ? end : SIZE_MAX;
            while (end < size && classes[begin] == classes[end]) {
                changed[begin++] = false;
                changed[end++] = true;
                ++kept_before;
                while (end < size && changed[end]) ++end;
                if (other_gaps[kept_before]) aligned_end = end;
            }
        }
        while (aligned_end != SIZE_MAX && end > aligned_end) {
            changed[--begin] = true;
            changed[--end] = false;
            --kept_before;
        }
        at = end;
    }
}

} // namespace

void TextFile::split() {
    std::string_view rest = content;
    ends_in_newline = rest.empty() || rest.ends_with('\n');
    while (!rest.empty()) {
        const void* newline = memchr(rest.data(), '\n', rest.size());
        size_t length =
            newline ? static_cast<size_t>(static_cast<const char*>(newline) - rest.data()) : rest.size();
        lines.push_back(rest.substr(0, length));
        rest.remove_prefix(newline ? length + 1 : length);
    }
}

std::vector<Change> compare_files(const TextFile& first, const TextFile& second, const CompareRules& rules) {
    Classes classes(first.lines.size() + second.lines.size() + 2);
    std::string buffer;
    auto classify = [&](const TextFile& file) {
        std::vector<uint32_t> numbers;
        numbers.reserve(file.lines.size());
        for (std::string_view line : file.lines)
            numbers.push_back(classes.number_of(normalize(line, rules, buffer)));
        return numbers;
    };
    std::vector<uint32_t> first_classes = classify(first), second_classes = classify(second);
    // A last line without newline differs from one with it, unless white space does not count.
    bool newline_matters = first.ends_in_newline != second.ends_in_newline && !rules.ignore_all_space &&
                           !rules.ignore_space_change && !rules.ignore_trailing_space;
    if (newline_matters) {
        auto& unended = first.ends_in_newline ? second_classes : first_classes;
        const TextFile& file = first.ends_in_newline ? second : first;
        std::string marked(normalize(file.lines.back(), rules, buffer));
        unended.back() = classes.number_of(marked + '\n');
    }

    std::vector<uint8_t> present(classes.count(), 0);
    for (uint32_t number : first_classes) present[number] |= 1;
    for (uint32_t number : second_classes) present[number] |= 2;
    // Lines that the other file does not have are changed whatever the rest is.
    auto reduce = [&](const std::vector<uint32_t>& numbers, std::vector<size_t>& places) {
        std::vector<uint32_t> common;
        for (size_t i = 0; i < numbers.size(); ++i)
            if (present[numbers[i]] == 3) {
                common.push_back(numbers[i]);
                places.push_back(i);
            }
        return common;
    };
    std::vector<size_t> first_places, second_places;
    std::vector<uint32_t> first_common = reduce(first_classes, first_places),
                          second_common = reduce(second_classes, second_places);
    std::vector<bool> first_kept(first_common.size()), second_kept(second_common.size());
    Comparison(first_common, second_common, first_kept, second_kept)
        .run(0, static_cast<ptrdiff_t>(first_common.size()), 0, static_cast<ptrdiff_t>(second_common.size()));

    std::vector<bool> removed(first_classes.size(), true), added(second_classes.size(), true);
    for (size_t i = 0; i < first_kept.size(); ++i)
        if (first_kept[i]) removed[first_places[i]] = false;
    for (size_t i = 0; i < second_kept.size(); ++i)
        if (second_kept[i]) added[second_places[i]] = false;
    slide_changes(removed, added, first_classes);
    slide_changes(added, removed, second_classes);

    std::vector<Change> changes;
    size_t x = 0, y = 0;
    while (x < removed.size() || y < added.size()) {
        bool change = (x < removed.size() && removed[x]) || (y < added.size() && added[y]);
        if (!change) {
            ++x, ++y;
            continue;
        }
        Change next{x, x, y, y};
        while (x < removed.size() && removed[x]) ++x;
        while (y < added.size() && added[y]) ++y;
        next.first_end = x;
        next.second_end = y;
        changes.push_back(next);
    }
    return changes;
}

} // namespace coreutils::diff
