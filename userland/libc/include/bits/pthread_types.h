// POSIX.1-2017 <sys/types.h>: thread objects. All-zero bytes are a valid, unlocked, default object.
#pragma once
#include <stddef.h>
typedef struct __thread_block *pthread_t;
typedef unsigned int pthread_key_t;
typedef int pthread_once_t;
typedef struct { unsigned __word; } pthread_mutexattr_t;
typedef struct { unsigned __word; } pthread_condattr_t;
typedef struct { unsigned __word; } pthread_rwlockattr_t;
typedef struct { unsigned __word; } pthread_barrierattr_t;
typedef struct { volatile int __state, __owner; unsigned __count, __kind; long __reserved[3]; } pthread_mutex_t;
typedef struct { volatile int __sequence, __waiters; int __clock, __shared; long __reserved[4]; } pthread_cond_t;
typedef struct { volatile int __state, __waiters; int __shared, __writer; long __reserved[5]; } pthread_rwlock_t;
typedef struct {
    volatile int __arrived, __generation;
    unsigned __limit;
    int __shared;
    long __reserved[2];
} pthread_barrier_t;
typedef volatile int pthread_spinlock_t;
typedef struct {
    size_t __stack_size, __guard_size;
    void *__stack;
    int __detached, __scope, __policy, __priority, __inherit, __reserved;
    long __more[2];
} pthread_attr_t;
