// The C library's <regex.h> with the host's types.
#pragma once
#include <stddef.h>
#include <sys/types.h>
#include "../../../../userland/libc/include/regex.h"

// Which older hosts do not have.
#include <string.h>
inline size_t martlet_strlcpy(char* target, const char* source, size_t size) {
    size_t length = strlen(source);
    if (size > 0) {
        size_t copied = length < size ? length : size - 1;
        memcpy(target, source, copied);
        target[copied] = '\0';
    }
    return length;
}
#define strlcpy martlet_strlcpy
