// strlen, strnlen, memchr, memrchr, rawmemchr, strchr, strchrnul, strrchr: aligned 16-byte steps. An aligned
// vector never crosses a page, so reading around the string's ends is safe.
#include "string/vector.hpp"

#include <string.h>

using namespace libc;

extern "C" {

size_t strlen(const char *string) noexcept {
    const unsigned char *block = align_down16(string);
    unsigned skip = static_cast<unsigned>(reinterpret_cast<uintptr_t>(string) & 15);
    unsigned mask = equal_mask(load16_aligned(block), Vector16{}) >> skip;
    if (mask)
        return static_cast<size_t>(__builtin_ctz(mask));
    do {
        block += 16;
        mask = equal_mask(load16_aligned(block), Vector16{});
    } while (!mask);
    return static_cast<size_t>(block + __builtin_ctz(mask) - reinterpret_cast<const unsigned char *>(string));
}

void *memchr(const void *memory, int byte, size_t size) noexcept {
    if (size == 0)
        return nullptr;
    auto *bytes = static_cast<const unsigned char *>(memory);
    const Vector16 wanted = splat16(static_cast<unsigned char>(byte));
    const unsigned char *block = align_down16(bytes);
    unsigned skip = static_cast<unsigned>(bytes - block);
    unsigned mask = equal_mask(load16_aligned(block), wanted) >> skip << skip;
    for (;;) {
        if (mask) {
            const unsigned char *found = block + __builtin_ctz(mask);
            return static_cast<size_t>(found - bytes) < size ? const_cast<unsigned char *>(found) : nullptr;
        }
        block += 16;
        if (static_cast<size_t>(block - bytes) >= size)
            return nullptr;
        mask = equal_mask(load16_aligned(block), wanted);
    }
}

size_t strnlen(const char *string, size_t limit) {
    auto *end = static_cast<const char *>(memchr(string, 0, limit));
    return end ? static_cast<size_t>(end - string) : limit;
}

void *rawmemchr(const void *memory, int byte) { return memchr(const_cast<void *>(memory), byte, SIZE_MAX); }

void *memrchr(const void *memory, int byte, size_t size) {
    auto *bytes = static_cast<const unsigned char *>(memory);
    const Vector16 wanted = splat16(static_cast<unsigned char>(byte));
    while (size >= 16) {
        unsigned mask = equal_mask(load16(bytes + size - 16), wanted);
        if (mask)
            return const_cast<unsigned char *>(bytes + size - 16 + (31 - __builtin_clz(mask)));
        size -= 16;
    }
    while (size > 0) {
        if (bytes[--size] == static_cast<unsigned char>(byte))
            return const_cast<unsigned char *>(bytes + size);
    }
    return nullptr;
}

char *strchrnul(const char *string, int byte) {
    const Vector16 wanted = splat16(static_cast<unsigned char>(byte));
    const unsigned char *block = align_down16(string);
    unsigned skip = static_cast<unsigned>(reinterpret_cast<uintptr_t>(string) & 15);
    Vector16 bytes = load16_aligned(block);
    unsigned mask = (equal_mask(bytes, wanted) | equal_mask(bytes, Vector16{})) >> skip << skip;
    while (!mask) {
        block += 16;
        bytes = load16_aligned(block);
        mask = equal_mask(bytes, wanted) | equal_mask(bytes, Vector16{});
    }
    return reinterpret_cast<char *>(const_cast<unsigned char *>(block + __builtin_ctz(mask)));
}

char *strchr(const char *string, int byte) noexcept {
    char *found = strchrnul(string, byte);
    return *found == static_cast<char>(byte) ? found : nullptr;
}

char *strrchr(const char *string, int byte) noexcept {
    return static_cast<char *>(memrchr(string, byte, strlen(string) + 1));
}

char *index(const char *string, int byte) { return strchr(const_cast<char *>(string), byte); }
char *rindex(const char *string, int byte) { return strrchr(const_cast<char *>(string), byte); }
}
