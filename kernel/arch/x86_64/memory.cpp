// memcpy, memmove, memset for x86-64: string instructions for bulk, plain moves for short runs.
//
// `rep movsq`/`rep stosq` move eight bytes per iteration on every CPU, need no vector registers, and are as
// fast as the memory on CPUs with fast strings.
#include <string.h>

#include "base/types.h"

using martlet::u64;
using martlet::usize;

namespace {

template <typename T> T load(const void* from) {
    T value;
    __builtin_memcpy_inline(&value, from, sizeof(T));
    return value;
}
template <typename T> void store(void* to, T value) { __builtin_memcpy_inline(to, &value, sizeof(T)); }

/// Copies up to 16 bytes with two overlapping moves: every load happens before any store.
void copy_short(char* to, const char* from, usize count) {
    if (count >= 8) {
        u64 head = load<u64>(from), tail = load<u64>(from + count - 8);
        store(to, head);
        store(to + count - 8, tail);
    } else if (count >= 4) {
        auto head = load<unsigned>(from), tail = load<unsigned>(from + count - 4);
        store(to, head);
        store(to + count - 4, tail);
    } else if (count > 0) {
        char first = from[0], middle = from[count / 2], last = from[count - 1];
        to[0] = first;
        to[count / 2] = middle;
        to[count - 1] = last;
    }
}

void copy_forward(char* to, const char* from, usize count) {
    u64 tail = load<u64>(from + count - 8);
    char* tail_to = to + count - 8;
    usize words = count / 8;
    asm volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
    store(tail_to, tail);
}

} // namespace

extern "C" {

void* memcpy(void* __restrict to, const void* __restrict from, usize count) {
    if (count <= 16)
        copy_short(static_cast<char*>(to), static_cast<const char*>(from), count);
    else
        copy_forward(static_cast<char*>(to), static_cast<const char*>(from), count);
    return to;
}

void* memmove(void* to, const void* from, usize count) {
    auto* target = static_cast<char*>(to);
    auto* source = static_cast<const char*>(from);
    if (count <= 16) {
        copy_short(target, source, count);
    } else if (reinterpret_cast<u64>(target) - reinterpret_cast<u64>(source) >= count) {
        copy_forward(target, source, count);
    } else {
        // The target overlaps the end of the source: from the last word down; the first is kept aside.
        u64 head = load<u64>(source);
        usize words = count / 8;
        const char* last_from = source + count - 8;
        char* last_to = target + count - 8;
        asm volatile("std; rep movsq; cld" : "+D"(last_to), "+S"(last_from), "+c"(words) : : "memory");
        store(target, head);
    }
    return to;
}

void* memset(void* to, int value, usize count) {
    auto* target = static_cast<char*>(to);
    u64 pattern = 0x0101010101010101ull * static_cast<unsigned char>(value);
    if (count >= 8) {
        store(target + count - 8, pattern);
        usize words = count / 8;
        asm volatile("rep stosq" : "+D"(target), "+c"(words) : "a"(pattern) : "memory");
    } else if (count >= 4) {
        store(target, static_cast<unsigned>(pattern));
        store(target + count - 4, static_cast<unsigned>(pattern));
    } else if (count > 0) {
        target[0] = target[count / 2] = target[count - 1] = static_cast<char>(value);
    }
    return to;
}

} // extern "C"
