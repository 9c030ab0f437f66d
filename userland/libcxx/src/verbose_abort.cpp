// Where libc++'s headers end up instead of throwing: the message on standard error, then abort. It is written
// as it stands, without formatting, so that a program that uses a container does not pull in printf.
#include <__verbose_abort>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern "C" [[noreturn]] void __martlet_assertion_failed(const char *message) noexcept {
    write(STDERR_FILENO, message, strlen(message));
    write(STDERR_FILENO, "\n", 1);
    abort();
}

namespace std {
inline namespace __1 {

[[noreturn]] void __libcpp_verbose_abort(const char *format, ...) { __martlet_assertion_failed(format); }

} // namespace __1
} // namespace std
