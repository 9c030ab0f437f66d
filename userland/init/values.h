// The values of a unit file's keys: words, times, limits, signals. Each function answers nothing for what is
// malformed.
#pragma once
#include <sys/resource.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace init {

/// Words divided by blanks; '…' and "…" keep blanks, a backslash outside '…' takes the next character as it
/// is.
std::optional<std::vector<std::string>> split_words(std::string_view text);
/// `5`, `500ms`, `2s`, `3min`, `1h` or `infinity` (kNoTimeLimit), in milliseconds.
std::optional<uint64_t> parse_time_ms(std::string_view text);
/// `N`, with K, M, G (powers of 1024), `infinity`, or `soft:hard`.
std::optional<rlimit> parse_limit(std::string_view text);
/// `TERM`, `SIGTERM` or a number.
std::optional<int> parse_signal(std::string_view text);
std::optional<uint64_t> parse_number(std::string_view text);

} // namespace init
