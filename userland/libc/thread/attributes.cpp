// Thread attributes (POSIX.1-2017 pthread_attr_init and the rest) and pthread_atfork.
#include "internal/fork.hpp"
#include "internal/lock.hpp"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <pthread.h>
#include <stdlib.h>

namespace {

constexpr size_t kDefaultStack = 128 * 1024, kDefaultGuard = 4096;

struct ForkHandlers {
    void (*before)(), (*parent)(), (*child)();
    ForkHandlers *newer, *older;
};

libc::Lock g_lock;
ForkHandlers *g_newest, *g_oldest;

// Before: newest first; after: oldest first.
void run_handlers(libc::ForkPhase phase) {
    if (phase == libc::ForkPhase::Before) {
        for (ForkHandlers *each = g_newest; each; each = each->older) {
            if (each->before)
                each->before();
        }
        return;
    }
    for (ForkHandlers *each = g_oldest; each; each = each->newer) {
        if (auto function = phase == libc::ForkPhase::Parent ? each->parent : each->child)
            function();
    }
}

} // namespace

extern "C" {

int pthread_atfork(void (*before)(), void (*parent)(), void (*child)()) {
    auto *handlers = static_cast<ForkHandlers *>(malloc(sizeof(ForkHandlers)));
    if (!handlers)
        return ENOMEM;
    libc::LockGuard guard(g_lock);
    *handlers = {before, parent, child, nullptr, g_newest};
    (g_newest ? g_newest->newer : g_oldest) = handlers;
    g_newest = handlers;
    libc::g_fork_hook = run_handlers;
    return 0;
}

int pthread_attr_init(pthread_attr_t *attributes) {
    *attributes = {};
    attributes->__stack_size = kDefaultStack;
    attributes->__guard_size = kDefaultGuard;
    return 0;
}
int pthread_attr_destroy(pthread_attr_t *) { return 0; }

int pthread_attr_setdetachstate(pthread_attr_t *attributes, int state) {
    if (state != PTHREAD_CREATE_JOINABLE && state != PTHREAD_CREATE_DETACHED)
        return EINVAL;
    attributes->__detached = state;
    return 0;
}
int pthread_attr_getdetachstate(const pthread_attr_t *attributes, int *state) {
    *state = attributes->__detached;
    return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attributes, size_t size) {
    if (size < PTHREAD_STACK_MIN || size > SIZE_MAX / 4)
        return EINVAL;
    attributes->__stack = nullptr;
    attributes->__stack_size = size;
    return 0;
}
int pthread_attr_getstacksize(const pthread_attr_t *__restrict attributes, size_t *__restrict size) {
    *size = attributes->__stack_size;
    return 0;
}
int pthread_attr_setguardsize(pthread_attr_t *attributes, size_t size) {
    if (size > SIZE_MAX / 8)
        return EINVAL;
    attributes->__guard_size = size;
    return 0;
}
int pthread_attr_getguardsize(const pthread_attr_t *__restrict attributes, size_t *__restrict size) {
    *size = attributes->__guard_size;
    return 0;
}
int pthread_attr_setstack(pthread_attr_t *attributes, void *stack, size_t size) {
    if (size < PTHREAD_STACK_MIN || size > SIZE_MAX / 4)
        return EINVAL;
    attributes->__stack = stack;
    attributes->__stack_size = size;
    return 0;
}
int pthread_attr_getstack(const pthread_attr_t* __restrict attributes, void** __restrict stack,
                          size_t* __restrict size) {
    *stack = attributes->__stack;
    *size = attributes->__stack_size;
    return 0;
}
}
