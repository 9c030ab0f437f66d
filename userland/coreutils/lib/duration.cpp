#include "lib/duration.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

namespace coreutils {

std::optional<double> parse_duration(const char* text) {
    char* end = nullptr;
    double value = strtod(text, &end);
    if (end == text || !(value >= 0)) return std::nullopt;
    if (*end == '\0') return value;
    const char* units = "smhd";
    const char* unit = strchr(units, *end);
    if (!unit || end[1] != '\0') return std::nullopt;
    constexpr double kSeconds[] = {1, 60, 3600, 86400};
    return value * kSeconds[unit - units];
}

void sleep_seconds(double seconds) {
    constexpr double kLongest = 1e9; // a time_t of 32 bits would do
    while (seconds > 0) {
        double part = seconds < kLongest ? seconds : kLongest;
        auto whole = static_cast<time_t>(part);
        timespec left = {whole, static_cast<long>((part - static_cast<double>(whole)) * 1e9)};
        while (nanosleep(&left, &left) != 0 && errno == EINTR) {
        }
        if (seconds != HUGE_VAL) seconds -= part;
    }
}

} // namespace coreutils
