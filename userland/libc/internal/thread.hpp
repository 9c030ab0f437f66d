// The control block of a thread, at the thread pointer (%fs:0 on x86-64, psABI "TLS variant II": the thread's
// static TLS block ends where this begins). errno lives here, so a program without thread_local data has no
// TLS segment at all. The offset of `stack_guard` is fixed by the compiler (-fstack-protector).
#pragma once

#include <bits/locale_t.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

struct __thread_block {
    __thread_block *self;
    void *dtv;
    __thread_block *next_thread;
    __thread_block *previous_thread;
    unsigned long reserved;
    uintptr_t stack_guard; // %fs:0x28
    int tid;
    int errno_value;
    locale_t locale; // null: the global one
    // pthread_create's part; all zero in the main thread.
    void *(*start)(void *);
    void *start_argument;
    void *result;
    void *mapping;
    size_t mapping_bytes;
    int join_state;
    int exit_futex; // cleared and woken by the kernel when the thread is gone
    unsigned long start_mask;
    void **key_values;
};

namespace libc {

using ThreadBlock = __thread_block;
static_assert(offsetof(ThreadBlock, stack_guard) == 0x28);

[[gnu::always_inline]] inline ThreadBlock *current_thread() {
    ThreadBlock *block;
    asm("mov %%fs:0, %0" : "=r"(block));
    return block;
}

// More than zero when the process has ever had a second thread: locks are then real.
extern bool g_multithreaded;

// Builds a thread's TLS image and control block in `memory` (at least tls_block_bytes() long).
size_t tls_block_bytes();
ThreadBlock *build_tls(void *memory);

} // namespace libc
