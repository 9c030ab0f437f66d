// Threads (POSIX.1-2017 pthread_create, join, detach, exit). One mapping holds a thread's guard, stack, TLS image and
// control block, in this order. The kernel clears and wakes `exit_futex` when the thread is gone, which is what join
// waits for; a detached thread unmaps itself with its last instructions, on no stack at all.
#include "internal/lock.hpp"
#include "internal/thread_keys.hpp"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

using libc::call;

extern "C" int __clone_raw(int (*function)(void *), void *stack, int flags, void *argument, int *parent_tid, void *tls,
                           int *child_tid);

namespace {

constexpr size_t kPage = 4096, kDefaultStack = 128 * 1024, kDefaultGuard = kPage;
enum JoinState { kJoinable, kDetached, kExited };

int g_threads = 1;

size_t page_up(size_t bytes) { return (bytes + kPage - 1) & ~(kPage - 1); }

// munmap and exit without touching the stack that goes away.
[[noreturn]] void unmap_and_exit(void *mapping, size_t bytes) {
    asm volatile("syscall\n\t"
                 "xor %%edi, %%edi\n\t"
                 "mov %2, %%eax\n\t"
                 "syscall\n\t"
                 "hlt"
                 :
                 : "a"(SYS_munmap), "D"(mapping), "i"(SYS_exit), "S"(bytes)
                 : "rcx", "r11", "memory");
    __builtin_unreachable();
}

int run_thread(void *argument) {
    auto *self = static_cast<libc::ThreadBlock *>(argument);
    call(SYS_rt_sigprocmask, SIG_SETMASK, &self->start_mask, nullptr, libc::kKernelSigsetBytes);
    pthread_exit(self->start(self->start_argument));
}

} // namespace

extern "C" {

pthread_t pthread_self() { return libc::current_thread(); }
int pthread_equal(pthread_t left, pthread_t right) { return left == right; }

int pthread_create(pthread_t *__restrict result, const pthread_attr_t *__restrict attributes, void *(*start)(void *),
                   void *__restrict argument) {
    size_t stack = attributes && attributes->__stack_size ? attributes->__stack_size : kDefaultStack;
    size_t guard = attributes && attributes->__stack_size ? page_up(attributes->__guard_size) : kDefaultGuard;
    bool own_stack = attributes && attributes->__stack;
    size_t tls = page_up(libc::tls_block_bytes());
    size_t bytes = own_stack ? tls : guard + page_up(stack) + tls;
    void *mapping = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED)
        return EAGAIN;
    char *top = static_cast<char *>(mapping) + bytes - tls;
    if (!own_stack && guard && mprotect(mapping, guard, PROT_NONE) < 0) {
        munmap(mapping, bytes);
        return EAGAIN;
    }
    libc::ThreadBlock *block = libc::build_tls(top);
    libc::ThreadBlock *self = libc::current_thread();
    block->stack_guard = self->stack_guard;
    block->locale = self->locale;
    block->start = start;
    block->start_argument = argument;
    block->mapping = mapping;
    block->mapping_bytes = bytes;
    block->join_state = attributes && attributes->__detached ? kDetached : kJoinable;
    block->exit_futex = 1;
    if (own_stack)
        top = static_cast<char *>(attributes->__stack) + attributes->__stack_size;

    libc::g_multithreaded = true;
    __atomic_fetch_add(&g_threads, 1, __ATOMIC_RELAXED);
    unsigned long all = ~0ul;
    call(SYS_rt_sigprocmask, SIG_SETMASK, &all, &block->start_mask, libc::kKernelSigsetBytes);
    constexpr int kFlags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                           CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
    long started = __clone_raw(run_thread, top, kFlags, block, &block->tid, block, &block->exit_futex);
    unsigned long mask = block->start_mask;
    if (started > 0)
        *result = block;
    call(SYS_rt_sigprocmask, SIG_SETMASK, &mask, nullptr, libc::kKernelSigsetBytes);
    if (started < 0) {
        __atomic_fetch_sub(&g_threads, 1, __ATOMIC_RELAXED);
        munmap(mapping, bytes);
        return EAGAIN;
    }
    return 0;
}

void pthread_exit(void *result) {
    libc::ThreadBlock *self = libc::current_thread();
    self->result = result;
    if (libc::g_key_destructors)
        libc::g_key_destructors();
    if (__atomic_sub_fetch(&g_threads, 1, __ATOMIC_ACQ_REL) == 0)
        exit(0); // the last thread ends the process
    unsigned long all = ~0ul;
    call(SYS_rt_sigprocmask, SIG_SETMASK, &all, nullptr, libc::kKernelSigsetBytes);
    if (__atomic_exchange_n(&self->join_state, kExited, __ATOMIC_ACQ_REL) == kDetached && self->mapping) {
        call(SYS_set_tid_address, nullptr); // nothing may be written here any more
        unmap_and_exit(self->mapping, self->mapping_bytes);
    }
    for (;;)
        call(SYS_exit, 0);
}

int pthread_join(pthread_t thread, void **result) {
    if (thread == libc::current_thread())
        return EDEADLK;
    while (int alive = __atomic_load_n(&thread->exit_futex, __ATOMIC_ACQUIRE))
        call(SYS_futex, &thread->exit_futex, 0, alive, nullptr); // the kernel's wake is not a private one
    if (result)
        *result = thread->result;
    if (thread->mapping)
        munmap(thread->mapping, thread->mapping_bytes);
    return 0;
}

int pthread_detach(pthread_t thread) {
    int state = kJoinable;
    if (__atomic_compare_exchange_n(&thread->join_state, &state, kDetached, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return 0;
    return state == kExited ? pthread_join(thread, nullptr) : EINVAL;
}

int pthread_kill(pthread_t thread, int number) {
    return static_cast<int>(-call(SYS_tgkill, getpid(), thread->tid, number));
}

int pthread_setname_np(pthread_t thread, const char *name) {
    if (strlen(name) > 15)
        return ERANGE;
    constexpr int kSetName = 15;
    return thread == libc::current_thread() ? static_cast<int>(-call(SYS_prctl, kSetName, name)) : ENOTSUP;
}
}
