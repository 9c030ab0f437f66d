// memcmp, strcmp, strncmp and their case-folding forms (C17 7.24.4).
#include "string/vector.hpp"

#include <ctype.h>
#include <string.h>

using namespace libc;

namespace {

constexpr uintptr_t kPageMask = 4095;

bool may_read16(const void *pointer) { return (reinterpret_cast<uintptr_t>(pointer) & kPageMask) <= 4096 - 16; }

} // namespace

extern "C" {

int memcmp(const void *left, const void *right, size_t size) noexcept {
    auto *a = static_cast<const unsigned char *>(left);
    auto *b = static_cast<const unsigned char *>(right);
    for (; size >= 16; a += 16, b += 16, size -= 16) {
        unsigned different = equal_mask(load16(a), load16(b)) ^ 0xffff;
        if (different) {
            int i = __builtin_ctz(different);
            return a[i] - b[i];
        }
    }
    for (; size > 0; a++, b++, size--) {
        if (*a != *b)
            return *a - *b;
    }
    return 0;
}

int bcmp(const void *left, const void *right, size_t size) { return memcmp(left, right, size); }

int strncmp(const char *left, const char *right, size_t limit) noexcept {
    auto *a = reinterpret_cast<const unsigned char *>(left);
    auto *b = reinterpret_cast<const unsigned char *>(right);
    while (limit > 0) {
        if (limit >= 16 && may_read16(a) && may_read16(b)) {
            Vector16 x = load16(a);
            unsigned stop = (equal_mask(x, load16(b)) ^ 0xffff) | equal_mask(x, Vector16{});
            if (stop) {
                int i = __builtin_ctz(stop);
                return a[i] - b[i];
            }
            a += 16, b += 16, limit -= 16;
            continue;
        }
        if (*a != *b || *a == 0)
            return *a - *b;
        a++, b++, limit--;
    }
    return 0;
}

int strcmp(const char *left, const char *right) noexcept { return strncmp(left, right, SIZE_MAX); }

int strncasecmp(const char *left, const char *right, size_t limit) {
    for (; limit > 0; left++, right++, limit--) {
        int a = tolower(static_cast<unsigned char>(*left)), b = tolower(static_cast<unsigned char>(*right));
        if (a != b || a == 0)
            return a - b;
    }
    return 0;
}

int strcasecmp(const char *left, const char *right) { return strncasecmp(left, right, SIZE_MAX); }
int strcasecmp_l(const char *left, const char *right, locale_t) { return strcasecmp(left, right); }
int strncasecmp_l(const char *left, const char *right, size_t limit, locale_t) {
    return strncasecmp(left, right, limit);
}

// C, POSIX and C.UTF-8 collate by code point, and UTF-8 keeps that order in its bytes.
int strcoll(const char *left, const char *right) { return strcmp(left, right); }
int strcoll_l(const char *left, const char *right, locale_t) { return strcmp(left, right); }

size_t strxfrm(char *__restrict destination, const char *__restrict source, size_t size) {
    return strlcpy(destination, source, size);
}

size_t strxfrm_l(char *__restrict destination, const char *__restrict source, size_t size, locale_t) {
    return strlcpy(destination, source, size);
}
}
