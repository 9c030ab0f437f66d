// memcpy, memmove, memset (C17 7.24.2, 7.24.6.1). Up to 64 bytes by overlapping vector moves, then 64 bytes a
// turn; from kStringThreshold bytes on the microcode of rep movsb/stosb is the fastest way on every CPU of the
// last decade (Intel Optimization Manual 3.7.6, "enhanced REP MOVSB").
#include "string/vector.hpp"

#include <string.h>

namespace {

using libc::load16;
using libc::store16;
using libc::Vector16;

constexpr size_t kStringThreshold = 1024;

template <typename T> T load(const void *from) {
    T value;
    __builtin_memcpy_inline(&value, from, sizeof value);
    return value;
}

template <typename T> void store(void *to, T value) { __builtin_memcpy_inline(to, &value, sizeof value); }

// Both ends are read before anything is written, so overlap does no harm.
template <typename T>
[[gnu::always_inline]] inline void move_ends(unsigned char* to, const unsigned char* from, size_t size) {
    T head = load<T>(from), tail = load<T>(from + size - sizeof(T));
    store(to, head);
    store(to + size - sizeof(T), tail);
}

[[gnu::always_inline]] inline void move_up_to_64(unsigned char *to, const unsigned char *from, size_t size) {
    if (size > 32) {
        Vector16 a = load16(from), b = load16(from + 16);
        Vector16 c = load16(from + size - 32), d = load16(from + size - 16);
        store16(to, a);
        store16(to + 16, b);
        store16(to + size - 32, c);
        store16(to + size - 16, d);
    } else if (size >= 16) {
        move_ends<Vector16>(to, from, size);
    } else if (size >= 8) {
        move_ends<unsigned long>(to, from, size);
    } else if (size >= 4) {
        move_ends<unsigned>(to, from, size);
    } else if (size >= 2) {
        move_ends<unsigned short>(to, from, size);
    } else if (size == 1) {
        *to = *from;
    }
}

} // namespace

extern "C" {

void *memcpy(void *__restrict destination, const void *__restrict source, size_t size) noexcept {
    auto *to = static_cast<unsigned char *>(destination);
    auto *from = static_cast<const unsigned char *>(source);
    if (size <= 64) {
        move_up_to_64(to, from, size);
        return destination;
    }
    if (size >= kStringThreshold) {
        asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
        return destination;
    }
    Vector16 tail[4];
    for (int i = 0; i < 4; i++)
        tail[i] = load16(from + size - 64 + 16 * i);
    unsigned char *last = to + size - 64;
    for (; to < last; to += 64, from += 64) {
        Vector16 a = load16(from), b = load16(from + 16), c = load16(from + 32), d = load16(from + 48);
        store16(to, a);
        store16(to + 16, b);
        store16(to + 32, c);
        store16(to + 48, d);
    }
    for (int i = 0; i < 4; i++)
        store16(last + 16 * i, tail[i]);
    return destination;
}

void *memmove(void *destination, const void *source, size_t size) noexcept {
    auto *to = static_cast<unsigned char *>(destination);
    auto *from = static_cast<const unsigned char *>(source);
    if (size <= 64) {
        move_up_to_64(to, from, size);
        return destination;
    }
    if (static_cast<size_t>(to - from) >= size)
        return size >= kStringThreshold || static_cast<size_t>(from - to) >= size ? memcpy(to, from, size) : [&] {
            // Forward with the destination below the source: each block is read before it can be overwritten.
            Vector16 tail[4];
            for (int i = 0; i < 4; i++)
                tail[i] = load16(from + size - 64 + 16 * i);
            unsigned char *last = to + size - 64;
            for (; to < last; to += 64, from += 64) {
                Vector16 a = load16(from), b = load16(from + 16), c = load16(from + 32), d = load16(from + 48);
                store16(to, a);
                store16(to + 16, b);
                store16(to + 32, c);
                store16(to + 48, d);
            }
            for (int i = 0; i < 4; i++)
                store16(last + 16 * i, tail[i]);
            return destination;
        }();
    // Destination inside the source: backwards, the head is kept for the end.
    Vector16 head[4];
    for (int i = 0; i < 4; i++)
        head[i] = load16(from + 16 * i);
    size_t left = size;
    for (; left > 64; left -= 64) {
        const unsigned char *block = from + left - 64;
        Vector16 a = load16(block), b = load16(block + 16), c = load16(block + 32), d = load16(block + 48);
        store16(to + left - 64, a);
        store16(to + left - 48, b);
        store16(to + left - 32, c);
        store16(to + left - 16, d);
    }
    for (int i = 0; i < 4; i++)
        store16(to + 16 * i, head[i]);
    return destination;
}

void *memset(void *destination, int byte, size_t size) noexcept {
    auto *to = static_cast<unsigned char *>(destination);
    unsigned long word = 0x0101010101010101ul * static_cast<unsigned char>(byte);
    if (size < 16) {
        if (size >= 8) {
            store(to, word);
            store(to + size - 8, word);
        } else if (size >= 4) {
            store(to, static_cast<unsigned>(word));
            store(to + size - 4, static_cast<unsigned>(word));
        } else if (size >= 2) {
            store(to, static_cast<unsigned short>(word));
            store(to + size - 2, static_cast<unsigned short>(word));
        } else if (size == 1) {
            *to = static_cast<unsigned char>(byte);
        }
        return destination;
    }
    if (size >= kStringThreshold) {
        asm volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
        return destination;
    }
    Vector16 value = libc::splat16(static_cast<unsigned char>(byte));
    unsigned char *last = to + size - 16;
    for (; to < last; to += 16)
        store16(to, value);
    store16(last, value);
    return destination;
}

void *mempcpy(void *__restrict destination, const void *__restrict source, size_t size) {
    return static_cast<char *>(memcpy(destination, source, size)) + size;
}

void explicit_bzero(void *memory, size_t size) {
    memset(memory, 0, size);
    asm volatile("" : : "r"(memory) : "memory");
}

void bzero(void *memory, size_t size) { memset(memory, 0, size); }
void bcopy(const void *source, void *destination, size_t size) { memmove(destination, source, size); }
}
