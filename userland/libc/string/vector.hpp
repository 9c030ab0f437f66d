// Sixteen bytes at a time: the vector operations that the string functions are written in. SSE2 is part of
// every x86-64 CPU; another architecture supplies the same names.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace libc {

typedef unsigned char Vector16 __attribute__((vector_size(16)));
typedef char SignedVector16 __attribute__((vector_size(16)));

[[gnu::always_inline]] inline Vector16 load16(const void *from) {
    Vector16 value;
    __builtin_memcpy_inline(&value, from, 16);
    return value;
}

[[gnu::always_inline]] inline Vector16 load16_aligned(const void *from) { return *static_cast<const Vector16 *>(from); }

[[gnu::always_inline]] inline void store16(void *to, Vector16 value) { __builtin_memcpy_inline(to, &value, 16); }

[[gnu::always_inline]] inline Vector16 splat16(unsigned char byte) {
    return Vector16{byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte};
}

// One bit for each byte that is equal in both.
[[gnu::always_inline]] inline unsigned equal_mask(Vector16 a, Vector16 b) {
    return static_cast<unsigned>(__builtin_ia32_pmovmskb128(reinterpret_cast<SignedVector16>(a == b)));
}

// The start of the aligned 16 bytes that hold `pointer`: reading them cannot cross into an unmapped page.
[[gnu::always_inline]] inline const unsigned char *align_down16(const void *pointer) {
    return reinterpret_cast<const unsigned char *>(reinterpret_cast<uintptr_t>(pointer) & ~15ul);
}

} // namespace libc
