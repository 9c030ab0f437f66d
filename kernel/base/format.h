// printf-style formatting without allocation or floating point: %d %i %u %x %X %o %c %s %p %% with flags
// (- 0 + # space), width, precision, *, and the lengths hh h l ll z t j. "%.*s" prints a string_view.
#pragma once
#include <stdarg.h>

#include <span>

#include "base/types.h"

namespace martlet {

/// Writes at most buffer.size() - 1 characters and a NUL; returns the length that the whole text has (C17 7.21.6.5).
usize format(std::span<char> buffer, const char* format, ...) __attribute__((format(printf, 2, 3)));
usize format_arguments(std::span<char> buffer, const char* format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

} // namespace martlet
