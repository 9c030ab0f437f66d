// strftime(3) with what date(1) has beyond it: %N, %:z %::z %:::z, and the flags - _ 0 ^ # and widths.
#pragma once

#include <string>
#include <string_view>
#include <time.h>

namespace coreutils {

enum class Zone { local, utc };
std::string format_time(std::string_view format, const timespec& when, Zone zone);

} // namespace coreutils
