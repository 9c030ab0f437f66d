// What the parts of sort share: its settings, a line with the rank of its first key, and how two lines
// compare.
#pragma once

#include "text/sort_key.h"

#include <span>
#include <stdint.h>
#include <string_view>
#include <vector>

namespace coreutils::sort {

struct Settings {
    std::vector<Key> keys;
    Modifiers modifiers;
    int separator = kBlankSeparator;
    bool stable = false, unique = false, merge = false;
    char check = '\0';
    const char* output = nullptr;
    size_t memory_bytes = 0;                      // for lines at once; 0: as the machine has
    size_t batch = 32;                            // files merged at once
    std::vector<const char*> temporary_directories; // used in turn
    const char* compressor = nullptr;             // of temporary files
    char delimiter = '\n';
};

struct Line {
    const char* text;
    size_t size;
    uint64_t rank;
    std::string_view view() const { return {text, size}; }
};

class Comparer {
public:
    explicit Comparer(const Settings& settings) : settings_(settings) {
        keys_ = settings.keys;
        whole_line_ = keys_.empty();
        if (whole_line_) keys_.push_back(Key{.modifiers = settings.modifiers});
        plain_ = whole_line_ && settings.modifiers.order == Order::text && !settings.modifiers.fold_case &&
                 !settings.modifiers.dictionary && !settings.modifiers.printable_only &&
                 !settings.modifiers.skip_start_blanks;
    }

    uint64_t rank(std::string_view line) const {
        return rank_key(plain_ ? line : find_key(line, keys_[0], settings_.separator), keys_[0].modifiers);
    }

    // By the keys alone.
    int by_keys(const Line& left, const Line& right) const {
        if (left.rank != right.rank) return (left.rank < right.rank) != keys_[0].modifiers.reverse ? -1 : 1;
        if (plain_) {
            int order = left.view().compare(right.view());
            return keys_[0].modifiers.reverse ? -order : order;
        }
        for (const Key& key : keys_) {
            int order = compare_keys(find_key(left.view(), key, settings_.separator),
                                     find_key(right.view(), key, settings_.separator), key.modifiers);
            if (order) return (order < 0) != key.modifiers.reverse ? -1 : 1;
        }
        return 0;
    }

    // With the last resort: lines whose keys are equal are ordered by all their bytes.
    int compare(const Line& left, const Line& right) const {
        int order = by_keys(left, right);
        if (order || settings_.stable || settings_.unique || plain_) return order;
        order = left.view().compare(right.view());
        return settings_.modifiers.reverse ? -order : order;
    }

private:
    const Settings& settings_;
    std::vector<Key> keys_;
    bool whole_line_ = false, plain_ = false;
};

// Orders lines; equal ones keep their order.
void sort_lines(std::vector<Line>& lines, const Comparer& comparer);

// Writes the sorted lines of all files (sort) or merges files that are sorted (sort -m) to standard output or
// to the file of -o, in a bounded amount of memory: what does not fit goes to temporary files without names,
// of which no signal leaves anything behind. A failure ends the tool.
void sort_files(const Settings& settings, std::span<char*> names);
void merge_files(const Settings& settings, std::span<char*> names);

} // namespace coreutils::sort
