// printf to memory: snprintf, sprintf, asprintf (C17 7.21.6.5, asprintf(3)).
#include "internal/format.hpp"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace {

struct MemoryOutput : libc::FormatOutput {
    char *position;
    size_t room;
};

bool put_to_memory(libc::FormatOutput &output, const char *bytes, size_t size) {
    auto &memory = static_cast<MemoryOutput &>(output);
    size_t copied = size < memory.room ? size : memory.room;
    memcpy(memory.position, bytes, copied);
    memory.position += copied;
    memory.room -= copied;
    return true;
}

struct GrowingOutput : libc::FormatOutput {
    char *text;
    size_t used, capacity;
};

bool put_growing(libc::FormatOutput &output, const char *bytes, size_t size) {
    auto &growing = static_cast<GrowingOutput &>(output);
    if (growing.used + size >= growing.capacity) {
        size_t wanted = growing.used + size + 1;
        wanted += wanted / 2;
        auto *grown = static_cast<char *>(realloc(growing.text, wanted));
        if (!grown)
            return false;
        growing.text = grown;
        growing.capacity = wanted;
    }
    memcpy(growing.text + growing.used, bytes, size);
    growing.used += size;
    return true;
}

} // namespace

extern "C" {

int vsnprintf(char *__restrict text, size_t size, const char *__restrict pattern, va_list arguments) {
    MemoryOutput output;
    output.put = put_to_memory;
    output.position = text;
    output.room = size > 0 ? size - 1 : 0;
    int result = libc::format(output, pattern, arguments);
    if (size > 0)
        *output.position = 0;
    return result;
}

int vsprintf(char *__restrict text, const char *__restrict pattern, va_list arguments) {
    return vsnprintf(text, INT_MAX, pattern, arguments);
}

int vasprintf(char **result, const char *pattern, va_list arguments) {
    GrowingOutput output;
    output.put = put_growing;
    output.capacity = 64;
    output.used = 0;
    output.text = static_cast<char *>(malloc(output.capacity));
    if (!output.text)
        return -1;
    int length = libc::format(output, pattern, arguments);
    if (length < 0) {
        int saved = errno;
        free(output.text);
        errno = saved;
        return -1;
    }
    output.text[output.used] = 0;
    *result = output.text;
    return length;
}

int snprintf(char *__restrict text, size_t size, const char *__restrict pattern, ...) {
    va_list arguments;
    va_start(arguments, pattern);
    int result = vsnprintf(text, size, pattern, arguments);
    va_end(arguments);
    return result;
}

int sprintf(char *__restrict text, const char *__restrict pattern, ...) {
    va_list arguments;
    va_start(arguments, pattern);
    int result = vsprintf(text, pattern, arguments);
    va_end(arguments);
    return result;
}

int asprintf(char **text, const char *pattern, ...) {
    va_list arguments;
    va_start(arguments, pattern);
    int result = vasprintf(text, pattern, arguments);
    va_end(arguments);
    return result;
}
}
