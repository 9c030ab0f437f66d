// quick_exit, at_quick_exit (C17 7.22.4.3, 7.22.4.7).
#include "internal/lock.hpp"

#include <stdlib.h>
#include <unistd.h>

namespace {

constexpr int kHandlers = 32;
void (*g_handlers[kHandlers])();
int g_count;
libc::Lock g_lock;

} // namespace

extern "C" {

int at_quick_exit(void (*function)()) noexcept {
    libc::LockGuard guard(g_lock);
    if (g_count == kHandlers)
        return -1;
    g_handlers[g_count++] = function;
    return 0;
}

void quick_exit(int status) noexcept {
    while (g_count > 0)
        g_handlers[--g_count]();
    _exit(status);
}
}
