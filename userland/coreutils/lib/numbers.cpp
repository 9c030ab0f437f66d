#include "lib/numbers.h"

#include "framework/diagnostics.h"
#include "framework/tool.h"

#include <stdlib.h>

namespace coreutils {

std::optional<uint64_t> parse_unsigned(std::string_view text) {
    if (text.empty()) return std::nullopt;
    uint64_t value = 0;
    for (char digit : text) {
        if (digit < '0' || digit > '9') return std::nullopt;
        if (__builtin_mul_overflow(value, uint64_t{10}, &value) ||
            __builtin_add_overflow(value, static_cast<uint64_t>(digit - '0'), &value))
            return std::nullopt;
    }
    return value;
}

std::optional<int64_t> parse_signed(std::string_view text) {
    bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    auto magnitude = parse_unsigned(text);
    if (!magnitude) return std::nullopt;
    if (negative) {
        if (*magnitude > uint64_t{1} << 63) return std::nullopt;
        return static_cast<int64_t>(0 - *magnitude);
    }
    if (*magnitude > INT64_MAX) return std::nullopt;
    return static_cast<int64_t>(*magnitude);
}

std::optional<uint64_t> parse_size(std::string_view text) {
    size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
    if (digits == 0 && text.empty()) return std::nullopt;
    uint64_t value = 1;
    if (digits > 0) {
        auto number = parse_unsigned(text.substr(0, digits));
        value = number ? *number : UINT64_MAX;
    }
    std::string_view suffix = text.substr(digits);
    if (suffix.empty()) return value;
    if (suffix == "b") return value > UINT64_MAX / 512 ? UINT64_MAX : value * 512;
    if (suffix == "c") return value;
    if (suffix == "w") return value * 2;
    constexpr std::string_view kPowers = "KMGTPEZY";
    char letter = suffix[0] == 'k' ? 'K' : suffix[0] == 'm' ? 'M' : suffix[0];
    size_t power = kPowers.find(letter);
    if (power == std::string_view::npos) return std::nullopt;
    suffix.remove_prefix(1);
    uint64_t unit = 1024;
    if (suffix == "B")
        unit = 1000;
    else if (!suffix.empty() && suffix != "iB")
        return std::nullopt;
    for (size_t i = 0; i <= power; ++i)
        if (__builtin_mul_overflow(value, unit, &value)) value = UINT64_MAX;
    return value;
}

std::optional<double> parse_double(const char* text) {
    char* end = nullptr;
    double value = strtod(text, &end);
    if (end == text || *end != '\0') return std::nullopt;
    return value;
}

uint64_t unsigned_or_die(const char* text, const char* what) {
    if (auto value = parse_unsigned(text)) return *value;
    die(current_tool().usage_status, "invalid %s: '%s'", what, text);
}

uint64_t size_or_die(const char* text, const char* what) {
    if (auto value = parse_size(text)) return *value;
    die(current_tool().usage_status, "invalid %s: '%s'", what, text);
}

} // namespace coreutils
