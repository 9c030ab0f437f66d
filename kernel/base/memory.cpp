// The C functions on memory and strings that need no processor support; memcpy and friends are in arch/.
#include <string.h>

#include "base/types.h"

using martlet::u64;
using martlet::usize;

extern "C" {

int memcmp(const void* left, const void* right, usize count) {
    auto* a = static_cast<const unsigned char*>(left);
    auto* b = static_cast<const unsigned char*>(right);
    for (; count >= 8; a += 8, b += 8, count -= 8) {
        u64 x, y;
        __builtin_memcpy_inline(&x, a, 8);
        __builtin_memcpy_inline(&y, b, 8);
        if (x != y) return __builtin_bswap64(x) < __builtin_bswap64(y) ? -1 : 1;
    }
    for (; count > 0; ++a, ++b, --count)
        if (*a != *b) return *a - *b;
    return 0;
}

void* memchr(const void* text, int value, usize count) {
    auto* bytes = static_cast<const unsigned char*>(text);
    for (usize index = 0; index < count; ++index)
        if (bytes[index] == static_cast<unsigned char>(value)) return const_cast<unsigned char*>(bytes + index);
    return nullptr;
}

usize strlen(const char* text) {
    usize length = 0;
    while (text[length] != '\0') ++length;
    return length;
}

int strcmp(const char* left, const char* right) {
    for (; *left != '\0' && *left == *right; ++left, ++right) {}
    return static_cast<unsigned char>(*left) - static_cast<unsigned char>(*right);
}

int strncmp(const char* left, const char* right, usize count) {
    for (; count > 0; ++left, ++right, --count)
        if (*left != *right || *left == '\0')
            return static_cast<unsigned char>(*left) - static_cast<unsigned char>(*right);
    return 0;
}

char* strchr(const char* text, int value) {
    for (;; ++text) {
        if (*text == static_cast<char>(value)) return const_cast<char*>(text);
        if (*text == '\0') return nullptr;
    }
}

} // extern "C"
