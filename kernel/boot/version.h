// What uname(2) and the first log line say.
#pragma once
#include <string_view>

namespace martlet {
inline constexpr std::string_view kVersion = "0.1.0";
} // namespace martlet
