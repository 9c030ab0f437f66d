// Thread-specific data (POSIX.1-2017 pthread_key_create). A key is a slot with a destructor; values are in an array
// of the thread's, made when it is first used.
#include "internal/lock.hpp"
#include "internal/thread_keys.hpp"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

namespace {

typedef void (*Destructor)(void *);

void no_destructor(void *) {}

libc::Lock g_lock;
Destructor g_destructors[PTHREAD_KEYS_MAX]; // null: the key is free

void run_destructors() {
    void **values = libc::current_thread()->key_values;
    if (!values)
        return;
    for (int round = 0; round < PTHREAD_DESTRUCTOR_ITERATIONS; round++) {
        bool any = false;
        for (int key = 0; key < PTHREAD_KEYS_MAX; key++) {
            void *value = values[key];
            if (!value || !g_destructors[key])
                continue;
            values[key] = nullptr;
            g_destructors[key](value);
            any = true;
        }
        if (!any)
            break;
    }
    libc::current_thread()->key_values = nullptr;
    free(values);
}

} // namespace

extern "C" {

int pthread_key_create(pthread_key_t *key, Destructor destructor) {
    libc::LockGuard guard(g_lock);
    libc::g_key_destructors = run_destructors;
    for (unsigned i = 0; i < PTHREAD_KEYS_MAX; i++) {
        if (!g_destructors[i]) {
            g_destructors[i] = destructor ? destructor : no_destructor;
            *key = i;
            return 0;
        }
    }
    return EAGAIN;
}

int pthread_key_delete(pthread_key_t key) {
    libc::LockGuard guard(g_lock);
    if (key >= PTHREAD_KEYS_MAX || !g_destructors[key])
        return EINVAL;
    g_destructors[key] = nullptr;
    return 0;
}

void *pthread_getspecific(pthread_key_t key) {
    void **values = libc::current_thread()->key_values;
    return values && key < PTHREAD_KEYS_MAX ? values[key] : nullptr;
}

int pthread_setspecific(pthread_key_t key, const void *value) {
    libc::ThreadBlock *self = libc::current_thread();
    if (key >= PTHREAD_KEYS_MAX || !g_destructors[key])
        return EINVAL;
    if (!self->key_values) {
        self->key_values = static_cast<void **>(calloc(PTHREAD_KEYS_MAX, sizeof(void *)));
        if (!self->key_values)
            return ENOMEM;
    }
    self->key_values[key] = const_cast<void *>(value);
    return 0;
}
}
