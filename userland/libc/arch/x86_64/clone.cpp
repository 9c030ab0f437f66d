// clone (clone(2)): the child starts `function` on the given stack and ends with what it returns.
#include "sysdep/syscall.hpp"

#include <sched.h>

extern "C" {

// rdi function, rsi stack, edx flags, rcx argument, r8 parent tid, r9 tls, 8(%rsp) child tid
__attribute__((naked)) int __clone_raw(int (*)(void *), void *, int, void *, int *, void *, int *) {
    asm("and $-16, %%rsi\n\t"
        "sub $16, %%rsi\n\t"
        "mov %%rcx, (%%rsi)\n\t"  // argument
        "mov %%rdi, 8(%%rsi)\n\t" // function
        "mov %%edx, %%edi\n\t"
        "mov %%r8, %%rdx\n\t"
        "mov 8(%%rsp), %%r10\n\t"
        "mov %%r9, %%r8\n\t"
        "mov %0, %%eax\n\t"
        "syscall\n\t"
        "test %%eax, %%eax\n\t"
        "jnz 1f\n\t"
        "xor %%ebp, %%ebp\n\t"
        "pop %%rdi\n\t"
        "pop %%rax\n\t"
        "call *%%rax\n\t"
        "mov %%eax, %%edi\n\t"
        "mov %1, %%eax\n\t"
        "syscall\n\t"
        "hlt\n"
        "1:\n\t"
        "ret"
        :
        : "i"(SYS_clone), "i"(SYS_exit));
}

int clone(int (*function)(void *), void *stack, int flags, void *argument, ...) {
    if (!function || !stack) {
        errno = EINVAL;
        return -1;
    }
    __builtin_va_list arguments;
    __builtin_va_start(arguments, argument);
    int *parent_tid = __builtin_va_arg(arguments, int *);
    void *tls = __builtin_va_arg(arguments, void *);
    int *child_tid = __builtin_va_arg(arguments, int *);
    __builtin_va_end(arguments);
    return static_cast<int>(libc::to_errno(__clone_raw(function, stack, flags, argument, parent_tid, tls, child_tid)));
}
}
