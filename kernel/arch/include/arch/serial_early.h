// The first serial port by polling: for the log before the drivers and for panics. Safe in any context.
#pragma once
#include <string_view>

namespace martlet {
void early_serial_write(std::string_view text);
} // namespace martlet
