// Which of the two character encodings is in force (locale(7)): bytes or UTF-8. "C" and "POSIX" name bytes,
// anything that ends in UTF-8 names UTF-8; all else is as in the C locale.
#pragma once

#include "internal/thread.hpp"

struct __locale {
    bool utf8;
    const char *name;
};

namespace libc {

extern __locale g_byte_locale, g_utf8_locale;
extern __locale *g_locale; // of setlocale

inline __locale *current_locale() {
    __locale *own = current_thread()->locale;
    return own ? own : g_locale;
}

inline bool is_utf8_locale() { return current_locale()->utf8; }

} // namespace libc
