// Assertions: ASSERT in every kernel, DEBUG_ASSERT in debug kernels only. A failure panics with the condition.
#pragma once

namespace martlet {

/// Prints the message, a backtrace and the current thread on every console, then stops the machine
/// (see debug/panic.cpp). Callable in any context.
[[noreturn]] void panic(const char* format, ...) __attribute__((format(printf, 1, 2)));

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

#define ASSERT(condition)                                                                                    \
    do {                                                                                                     \
        if (!(condition)) [[unlikely]]                                                                       \
            ::martlet::assertion_failed(#condition, __FILE__, __LINE__);                                     \
    } while (false)

#ifdef MARTLET_DEBUG
#define DEBUG_ASSERT(condition) ASSERT(condition)
#else
#define DEBUG_ASSERT(condition)                                                                              \
    do {                                                                                                     \
    } while (false)
#endif

} // namespace martlet
