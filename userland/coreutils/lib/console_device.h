// A descriptor on which the requests of ioctl_console(2) work.
#pragma once

namespace coreutils {

// The given device, or without one the first console among standard input, output, error, /dev/tty, /dev/tty0
// and /dev/console. Ends the process with a message if there is none.
int open_console(const char* device = nullptr);

// A terminal's number, 1 … 63; ends the process with a message if `text` is none.
unsigned parse_console_number(const char* text);

} // namespace coreutils
