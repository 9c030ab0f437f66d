// Ending a process in order (C17 7.22.4): the functions of atexit, the destructors of static objects, the
// streams. Handlers are kept in blocks; the first block needs no allocation.
#include "internal/lock.hpp"

#include <stdlib.h>
#include <unistd.h>

extern "C" {
[[gnu::weak]] void __stdio_exit();
extern void (*__fini_array_start[])() __attribute__((visibility("hidden")));
extern void (*__fini_array_end[])() __attribute__((visibility("hidden")));
}

namespace {

constexpr int kBlockHandlers = 32;

struct Handler {
    void (*function)(void *);
    void *argument;
};

struct HandlerBlock {
    HandlerBlock *older;
    int count;
    Handler handlers[kBlockHandlers];
};

HandlerBlock g_first_block;
HandlerBlock *g_newest = &g_first_block;
libc::Lock g_lock;

void call_plain(void *function) { reinterpret_cast<void (*)()>(function)(); }

} // namespace

extern "C" {

int __cxa_atexit(void (*function)(void *), void *argument, void *) {
    libc::LockGuard guard(g_lock);
    if (g_newest->count == kBlockHandlers) {
        auto *block = static_cast<HandlerBlock *>(calloc(1, sizeof(HandlerBlock)));
        if (!block)
            return -1;
        block->older = g_newest;
        g_newest = block;
    }
    g_newest->handlers[g_newest->count++] = {function, argument};
    return 0;
}

int atexit(void (*function)()) noexcept {
    return __cxa_atexit(call_plain, reinterpret_cast<void *>(function), nullptr);
}

// Newest first; a handler may register another, which is then the newest.
static void run_handlers() {
    for (;;) {
        g_lock.lock();
        while (g_newest->count == 0 && g_newest->older)
            g_newest = g_newest->older;
        if (g_newest->count == 0) {
            g_lock.unlock();
            return;
        }
        Handler handler = g_newest->handlers[--g_newest->count];
        g_lock.unlock();
        handler.function(handler.argument);
    }
}

void exit(int status) noexcept {
    run_handlers();
    for (auto function = __fini_array_end; function != __fini_array_start;)
        (*--function)();
    if (__stdio_exit)
        __stdio_exit();
    _exit(status);
}

void _Exit(int status) noexcept { _exit(status); }
}
