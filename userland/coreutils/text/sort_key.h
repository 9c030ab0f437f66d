// The keys of sort: how -k finds its part of a line and how two such parts compare (POSIX.1-2017 sort).
#pragma once

#include <optional>
#include <stdint.h>
#include <string_view>
#include <vector>

namespace coreutils::sort {

enum class Order { text, numeric, general_numeric, human, month, random, version };

struct Modifiers {
    Order order = Order::text;
    bool reverse = false, fold_case = false, dictionary = false, printable_only = false;
    bool skip_start_blanks = false, skip_end_blanks = false;

    bool is_default() const {
        return order == Order::text && !reverse && !fold_case && !dictionary && !printable_only &&
               !skip_start_blanks && !skip_end_blanks;
    }
    // Takes one of bdfghiMnRrV; false for another letter.
    bool add(char letter, bool at_end);
};

struct Key {
    size_t start_field = 0, start_character = 0; // counted from 0
    bool has_end = false;
    size_t end_field = 0, end_character = 0; // the field from 0; 0 characters: to its end
    Modifiers modifiers;
};

// The operand of -k; nothing when it is wrong, `problem` then says why.
std::optional<Key> parse_key(std::string_view text, const char*& problem);

constexpr int kBlankSeparator = -1;

// The bytes of `line` that `key` means; fields are separated by `separator` or by blanks.
std::string_view find_key(std::string_view line, const Key& key, int separator);

// Orders two keys; the modifier `reverse` is for the caller.
int compare_keys(std::string_view left, std::string_view right, const Modifiers& modifiers);

// A number that orders most keys at once: different ranks decide, equal ones need compare_keys().
uint64_t rank_key(std::string_view key, const Modifiers& modifiers);

} // namespace coreutils::sort
