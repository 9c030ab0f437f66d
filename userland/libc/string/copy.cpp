// Copying and joining strings (C17 7.24.2, 7.24.3; strlcpy(3), stpcpy(3)).
#include <string.h>

extern "C" {

char *stpcpy(char *__restrict to, const char *__restrict from) {
    size_t length = strlen(from);
    memcpy(to, from, length + 1);
    return to + length;
}

char *strcpy(char *__restrict to, const char *__restrict from) noexcept {
    memcpy(to, from, strlen(from) + 1);
    return to;
}

char *stpncpy(char *__restrict to, const char *__restrict from, size_t size) {
    size_t length = strnlen(from, size);
    memcpy(to, from, length);
    memset(to + length, 0, size - length);
    return to + length;
}

char *strncpy(char *__restrict to, const char *__restrict from, size_t size) noexcept {
    stpncpy(to, from, size);
    return to;
}

char *strcat(char *__restrict to, const char *__restrict from) noexcept {
    strcpy(to + strlen(to), from);
    return to;
}

char *strncat(char *__restrict to, const char *__restrict from, size_t limit) noexcept {
    char *end = to + strlen(to);
    size_t length = strnlen(from, limit);
    memcpy(end, from, length);
    end[length] = 0;
    return to;
}

size_t strlcpy(char *to, const char *from, size_t size) {
    size_t length = strlen(from);
    if (size > 0) {
        size_t copied = length < size ? length : size - 1;
        memcpy(to, from, copied);
        to[copied] = 0;
    }
    return length;
}

size_t strlcat(char *to, const char *from, size_t size) {
    size_t used = strnlen(to, size);
    if (used == size)
        return size + strlen(from);
    return used + strlcpy(to + used, from, size - used);
}

void *memccpy(void *__restrict to, const void *__restrict from, int byte, size_t size) {
    auto *found = static_cast<const char *>(memchr(from, byte, size));
    size_t copied = found ? static_cast<size_t>(found - static_cast<const char *>(from)) + 1 : size;
    memcpy(to, from, copied);
    return found ? static_cast<char *>(to) + copied : nullptr;
}

void *memfrob(void *memory, size_t size) {
    auto *bytes = static_cast<unsigned char *>(memory);
    for (size_t i = 0; i < size; i++)
        bytes[i] ^= 42;
    return memory;
}
}
