// Signals by name and number.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coreutils {

// "TERM", "SIGTERM", "term", "15", "RTMIN+1", "EXIT" and "0" for none.
std::optional<int> parse_signal(std::string_view text);
// Without SIG; the number in digits when it has no name.
std::string signal_name(int number);
int last_signal();

} // namespace coreutils
