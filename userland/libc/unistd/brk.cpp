// brk, sbrk (brk(2)). malloc does not use the break, so it is all the program's.
#include "sysdep/syscall.hpp"

#include <unistd.h>

namespace {

uintptr_t g_break;

uintptr_t set_break(uintptr_t address) { return static_cast<uintptr_t>(libc::call(SYS_brk, address)); }

} // namespace

extern "C" {

int brk(void *address) {
    auto wanted = reinterpret_cast<uintptr_t>(address);
    g_break = set_break(wanted);
    if (g_break == wanted)
        return 0;
    errno = ENOMEM;
    return -1;
}

void *sbrk(intptr_t increment) {
    if (g_break == 0)
        g_break = set_break(0);
    uintptr_t old = g_break;
    if (increment == 0)
        return reinterpret_cast<void *>(old);
    uintptr_t wanted = old + static_cast<uintptr_t>(increment);
    if ((increment > 0) != (wanted > old) || brk(reinterpret_cast<void *>(wanted)) < 0) {
        errno = ENOMEM;
        g_break = old;
        return reinterpret_cast<void *>(-1);
    }
    return reinterpret_cast<void *>(old);
}

void swab(const void *__restrict source, void *__restrict destination, ssize_t size) {
    auto *from = static_cast<const char *>(source);
    auto *to = static_cast<char *>(destination);
    for (; size > 1; size -= 2, from += 2, to += 2) {
        char first = from[0];
        to[0] = from[1];
        to[1] = first;
    }
}
}
