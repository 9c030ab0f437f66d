#include "text/sort_key.h"

#include "lib/version_order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <strings.h>
#include <sys/random.h>

namespace coreutils::sort {
namespace {

bool is_blank(char byte) { return byte == ' ' || byte == '\t' || byte == '\n'; }
bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

std::string_view skip_blanks(std::string_view text) {
    while (!text.empty() && is_blank(text[0])) text.remove_prefix(1);
    return text;
}

// A decimal number as its parts, for comparison at any length.
struct Decimal {
    bool negative = false;
    std::string_view whole;    // without leading zeros
    std::string_view fraction; // without trailing zeros
    std::string_view rest;

    explicit Decimal(std::string_view text) {
        text = skip_blanks(text);
        if (text.starts_with('-')) {
            negative = true;
            text.remove_prefix(1);
        }
        while (text.starts_with('0')) text.remove_prefix(1);
        size_t length = 0;
        while (length < text.size() && is_digit(text[length])) ++length;
        whole = text.substr(0, length);
        text.remove_prefix(length);
        if (text.starts_with('.')) {
            length = 1;
            while (length < text.size() && is_digit(text[length])) ++length;
            fraction = text.substr(1, length - 1);
            text.remove_prefix(length);
            while (fraction.ends_with('0')) fraction.remove_suffix(1);
        }
        rest = text;
        if (whole.empty() && fraction.empty()) negative = false;
    }
    bool is_zero() const { return whole.empty() && fraction.empty(); }
};

int compare_magnitude(const Decimal& left, const Decimal& right) {
    if (left.whole.size() != right.whole.size()) return left.whole.size() < right.whole.size() ? -1 : 1;
    if (int order = left.whole.compare(right.whole)) return order;
    return left.fraction.compare(right.fraction);
}

int compare_numeric(std::string_view left, std::string_view right) {
    Decimal first(left), second(right);
    if (first.negative != second.negative) return first.negative ? -1 : 1;
    int order = compare_magnitude(first, second);
    return first.negative ? -order : order;
}

int unit_power(const Decimal& number) {
    constexpr std::string_view kUnits = "KMGTPEZYRQ";
    if (number.is_zero() || number.rest.empty()) return 0;
    char letter = number.rest[0] == 'k' ? 'K' : number.rest[0];
    size_t at = kUnits.find(letter);
    return at == std::string_view::npos ? 0 : static_cast<int>(at) + 1;
}

// First the sign, then the unit, then the number: 2K comes before 1M whatever the digits.
int compare_human(std::string_view left, std::string_view right) {
    Decimal first(left), second(right);
    int first_power = first.negative ? -unit_power(first) : unit_power(first);
    int second_power = second.negative ? -unit_power(second) : unit_power(second);
    if (first.negative != second.negative) return first.negative ? -1 : 1;
    if (first_power != second_power) return first_power - second_power;
    int order = compare_magnitude(first, second);
    return first.negative ? -order : order;
}

int compare_general(std::string_view left, std::string_view right) {
    // Not a number at all, then NaN, then by value.
    auto read = [](std::string_view text, long double& value) {
        std::string copy(text);
        char* end = nullptr;
        value = strtold(copy.c_str(), &end);
        return end == copy.c_str() ? 0 : isnan(value) ? 1 : 2;
    };
    long double first = 0, second = 0;
    int first_kind = read(left, first), second_kind = read(right, second);
    if (first_kind != second_kind) return first_kind - second_kind;
    if (first_kind != 2) return 0;
    return first < second ? -1 : first > second;
}

int month_of(std::string_view text) {
    constexpr const char* kMonths[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                       "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
    text = skip_blanks(text);
    if (text.size() < 3) return 0;
    for (int i = 0; i < 12; ++i)
        if (strncasecmp(text.data(), kMonths[i], 3) == 0) return i + 1;
    return 0;
}

uint64_t shuffled_hash(std::string_view text) {
    static const uint64_t seed = [] {
        uint64_t value = 0;
        if (getrandom(&value, sizeof value, 0) != sizeof value) value = 0x9E3779B97F4A7C15;
        return value;
    }();
    uint64_t hash = seed;
    for (char byte : text) {
        hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3;
        hash ^= hash >> 29;
    }
    hash *= 0xBF58476D1CE4E5B9;
    return hash ^ hash >> 32;
}

char fold(char byte) { return byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 32) : byte; }

bool is_ignored(char byte, const Modifiers& modifiers) {
    auto value = static_cast<unsigned char>(byte);
    if (modifiers.printable_only && (value < ' ' || value > '~')) return true;
    if (!modifiers.dictionary) return false;
    char upper = fold(byte);
    return !is_blank(byte) && !is_digit(byte) && !(upper >= 'A' && upper <= 'Z');
}

int compare_translated(std::string_view left, std::string_view right, const Modifiers& modifiers) {
    size_t l = 0, r = 0;
    for (;;) {
        while (l < left.size() && is_ignored(left[l], modifiers)) ++l;
        while (r < right.size() && is_ignored(right[r], modifiers)) ++r;
        if (l == left.size() || r == right.size()) break;
        char first = modifiers.fold_case ? fold(left[l]) : left[l];
        char second = modifiers.fold_case ? fold(right[r]) : right[r];
        if (first != second) return static_cast<unsigned char>(first) - static_cast<unsigned char>(second);
        ++l, ++r;
    }
    return (l < left.size()) - (r < right.size());
}

// Digits at the start of `text`, a number from 1; false when there are none.
bool take_number(std::string_view& text, size_t& number) {
    if (text.empty() || !is_digit(text[0])) return false;
    number = 0;
    while (!text.empty() && is_digit(text[0])) {
        if (number < SIZE_MAX / 100) number = number * 10 + static_cast<size_t>(text[0] - '0');
        text.remove_prefix(1);
    }
    return true;
}

} // namespace

bool Modifiers::add(char letter, bool at_end) {
    switch (letter) {
    case 'b':
        (at_end ? skip_end_blanks : skip_start_blanks) = true;
        return true;
    case 'd':
        dictionary = true;
        return true;
    case 'f':
        fold_case = true;
        return true;
    case 'g':
        order = Order::general_numeric;
        return true;
    case 'h':
        order = Order::human;
        return true;
    case 'i':
        printable_only = true;
        return true;
    case 'M':
        order = Order::month;
        return true;
    case 'n':
        order = Order::numeric;
        return true;
    case 'R':
        order = Order::random;
        return true;
    case 'r':
        reverse = true;
        return true;
    case 'V':
        order = Order::version;
        return true;
    }
    return false;
}

std::optional<Key> parse_key(std::string_view text, const char*& problem) {
    Key key;
    auto fail = [&](const char* why) {
        problem = why;
        return std::nullopt;
    };
    if (!take_number(text, key.start_field)) return fail("invalid number at field start");
    if (key.start_field-- == 0) return fail("field number is zero");
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        if (!take_number(text, key.start_character)) return fail("invalid number after '.'");
        if (key.start_character-- == 0) return fail("character offset is zero");
    }
    while (!text.empty() && key.modifiers.add(text[0], false)) text.remove_prefix(1);
    if (text.starts_with(',')) {
        text.remove_prefix(1);
        key.has_end = true;
        if (!take_number(text, key.end_field)) return fail("invalid number after ','");
        if (key.end_field-- == 0) return fail("field number is zero");
        if (text.starts_with('.')) {
            text.remove_prefix(1);
            if (!take_number(text, key.end_character)) return fail("invalid number after '.'");
        }
        while (!text.empty() && key.modifiers.add(text[0], true)) text.remove_prefix(1);
    }
    if (!text.empty()) return fail("stray character in field spec");
    return key;
}

std::string_view find_key(std::string_view line, const Key& key, int separator) {
    const char* begin = line.data();
    const char* end = begin + line.size();
    const char* at = begin;
    auto skip_field = [&](const char* from) {
        while (from < end && is_blank(*from)) ++from;
        while (from < end && !is_blank(*from)) ++from;
        return from;
    };
    auto find_separator = [&](const char* from) {
        const void* found = from < end ? memchr(from, separator, static_cast<size_t>(end - from)) : nullptr;
        return found ? static_cast<const char*>(found) : end;
    };
    for (size_t i = 0; i < key.start_field && at < end; ++i) {
        if (separator == kBlankSeparator) {
            at = skip_field(at);
        } else {
            at = find_separator(at);
            if (at < end) ++at;
        }
    }
    if (key.modifiers.skip_start_blanks)
        while (at < end && is_blank(*at)) ++at;
    at += key.start_character < static_cast<size_t>(end - at) ? key.start_character
                                                              : static_cast<size_t>(end - at);
    if (!key.has_end) return {at, static_cast<size_t>(end - at)};

    const char* stop = begin;
    size_t fields = key.end_field + (key.end_character == 0 ? 1 : 0);
    for (size_t i = 0; i < fields && stop < end; ++i) {
        if (separator == kBlankSeparator) {
            stop = skip_field(stop);
        } else {
            stop = find_separator(stop);
            if (stop < end && (i + 1 < fields || key.end_character)) ++stop;
        }
    }
    if (key.end_character) {
        if (key.modifiers.skip_end_blanks)
            while (stop < end && is_blank(*stop)) ++stop;
        size_t left = static_cast<size_t>(end - stop);
        stop += key.end_character < left ? key.end_character : left;
    }
    return {at, stop > at ? static_cast<size_t>(stop - at) : 0};
}

int compare_keys(std::string_view left, std::string_view right, const Modifiers& modifiers) {
    switch (modifiers.order) {
    case Order::numeric:
        return compare_numeric(left, right);
    case Order::general_numeric:
        return compare_general(left, right);
    case Order::human:
        return compare_human(left, right);
    case Order::month:
        return month_of(left) - month_of(right);
    case Order::version:
        return compare_versions(left, right);
    case Order::random: {
        uint64_t first = shuffled_hash(left), second = shuffled_hash(right);
        if (first != second) return first < second ? -1 : 1;
        return left.compare(right);
    }
    case Order::text:
        break;
    }
    if (modifiers.fold_case || modifiers.dictionary || modifiers.printable_only)
        return compare_translated(left, right, modifiers);
    return left.compare(right);
}

uint64_t rank_key(std::string_view key, const Modifiers& modifiers) {
    if (modifiers.order == Order::numeric) {
        constexpr uint64_t kMiddle = uint64_t{1} << 63;
        Decimal number(key);
        uint64_t value = 0;
        if (number.whole.size() > 18) {
            value = kMiddle - 1;
        } else {
            for (char digit : number.whole) value = value * 10 + static_cast<uint64_t>(digit - '0');
        }
        return number.negative ? kMiddle - value : kMiddle + value;
    }
    if (modifiers.order != Order::text || modifiers.dictionary || modifiers.printable_only) return 0;
    uint64_t rank = 0;
    for (size_t i = 0; i < 8; ++i) {
        char byte = i < key.size() ? key[i] : '\0';
        rank = rank << 8 | static_cast<unsigned char>(modifiers.fold_case ? fold(byte) : byte);
    }
    return rank;
}

} // namespace coreutils::sort
