// The printf engine (C17 7.21.6.1): one formatter, any destination.
#pragma once

#include <stdarg.h>
#include <stddef.h>

namespace libc {

// Where the characters go. `put` returns false on an output error, which ends the formatting.
struct FormatOutput {
    bool (*put)(FormatOutput &, const char *, size_t);
    size_t total = 0;

    bool write(const char *bytes, size_t size) {
        total += size;
        return size == 0 || put(*this, bytes, size);
    }
    bool fill(char byte, size_t size);
};

// One conversion specification after its width and precision are known.
struct FormatSpec {
    bool left = false, plus = false, space = false, alternate = false, zero = false;
    int width = 0;
    int precision = -1; // none given
    char conversion = 0;
    bool long_double = false;
};

// Number of characters, or -1 with errno (EINVAL for a bad format, EOVERFLOW past INT_MAX, or the output's).
int format(FormatOutput &output, const char *pattern, va_list arguments);

// `sign` or base prefix, padding and body of one conversion.
bool put_padded(FormatOutput &output, const FormatSpec &spec, const char *prefix, size_t prefix_size,
                size_t leading_zeros, const char *body, size_t body_size);

bool format_float(FormatOutput &output, FormatSpec spec, long double value);
bool format_hex_float(FormatOutput &output, FormatSpec spec, long double value);

} // namespace libc
