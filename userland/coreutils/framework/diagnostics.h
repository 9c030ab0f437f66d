// Messages and the end of the process. Every message is `tool: ...` and reaches standard error in one write,
// after what was printed so far. Reasons are strerror(3)'s.
#pragma once

#include <errno.h>
#include <string>
#include <string_view>

namespace coreutils {

// "tool: message"
[[gnu::format(printf, 1, 2)]] void warn(const char* format, ...);
// "tool: operand: reason"
void warn_errno(std::string_view operand, int error = errno);

// The same, then the process ends with `status`.
[[noreturn, gnu::format(printf, 2, 3)]] void die(int status, const char* format, ...);
[[noreturn]] void die_errno(int status, std::string_view operand, int error = errno);

// A wrong option or operand: the message, a hint at --help, and the tool's usage status.
[[noreturn, gnu::format(printf, 1, 2)]] void usage_error(const char* format, ...);
// The two that every tool needs: "missing operand" and "extra operand 'x'".
[[noreturn]] void missing_operand();
[[noreturn]] void extra_operand(const char* operand);

// Ends the process: writes out what is buffered; a failure of that is reported and changes the status.
[[noreturn]] void finish(int status);

// `name` with control characters as \ooo, fit for a message.
std::string printable(std::string_view name);

} // namespace coreutils
