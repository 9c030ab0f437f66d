// Lengths of time as operands: "1.5", "2m", "3h", "1d", "inf".
#pragma once

#include <optional>
#include <time.h>

namespace coreutils {

// Seconds, not negative, perhaps infinite.
std::optional<double> parse_duration(const char* text);
// Sleeps so long; goes on after a signal.
void sleep_seconds(double seconds);

} // namespace coreutils
