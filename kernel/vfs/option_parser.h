// mount(2) option strings: "size=10%,mode=755,ro".
#pragma once
#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/types.h"

namespace martlet {

class OptionParser {
public:
    explicit OptionParser(std::string_view text) : rest_(text) {}
    struct Option {
        std::string_view name, value;
    };
    /// The next non-empty option.
    std::optional<Option> next() {
        while (!rest_.empty()) {
            usize end = rest_.find(',');
            std::string_view word = rest_.substr(0, end);
            rest_ = end == rest_.npos ? std::string_view() : rest_.substr(end + 1);
            if (word.empty()) continue;
            usize equals = word.find('=');
            if (equals == word.npos) return Option{word, {}};
            return Option{word.substr(0, equals), word.substr(equals + 1)};
        }
        return std::nullopt;
    }

private:
    std::string_view rest_;
};

/// EINVAL unless all of `text` is a number in `base` (8 or 10) that fits.
inline Result<u64> parse_number(std::string_view text, u32 base) {
    if (text.empty()) return Error(Errno::EINVAL);
    u64 value = 0;
    for (char character : text) {
        if (character < '0' || character >= static_cast<char>('0' + base)) return Error(Errno::EINVAL);
        if (__builtin_mul_overflow(value, base, &value)) return Error(Errno::EINVAL);
        if (__builtin_add_overflow(value, static_cast<u64>(character - '0'), &value)) return Error(Errno::EINVAL);
    }
    return value;
}

/// A decimal number with an optional k, m or g (either case).
inline Result<u64> parse_size(std::string_view text) {
    u64 unit = 1;
    if (!text.empty()) {
        char last = static_cast<char>(text.back() | 0x20);
        if (last == 'k') unit = kKiB;
        if (last == 'm') unit = kMiB;
        if (last == 'g') unit = kGiB;
        if (unit != 1) text.remove_suffix(1);
    }
    u64 value = TRY(parse_number(text, 10));
    if (__builtin_mul_overflow(value, unit, &value)) return Error(Errno::EINVAL);
    return value;
}

} // namespace martlet
