// The scanf engine (C17 7.21.6.2) reads one character at a time and puts back at most one.
#pragma once

#include <stdarg.h>

namespace libc {

struct ScanInput {
    int (*get)(ScanInput &);              // the next byte or EOF
    void (*unget)(ScanInput &, int byte); // the byte just read; never EOF
    long consumed = 0;
};

int scan(ScanInput &input, const char *pattern, va_list arguments);

} // namespace libc
