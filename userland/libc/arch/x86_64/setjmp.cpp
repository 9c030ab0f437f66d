// setjmp, longjmp and their signal-mask forms (C17 7.13, POSIX.1-2017): the registers that a call preserves
// (psABI 3.2.1), the stack pointer as it is after the return, and the return address.
#include "sysdep/syscall.hpp"

#include <setjmp.h>
#include <signal.h>

extern "C" {

__attribute__((naked)) int(setjmp)(jmp_buf) {
    asm("mov %rbx, (%rdi)\n\t"
        "mov %rbp, 8(%rdi)\n\t"
        "mov %r12, 16(%rdi)\n\t"
        "mov %r13, 24(%rdi)\n\t"
        "mov %r14, 32(%rdi)\n\t"
        "mov %r15, 40(%rdi)\n\t"
        "lea 8(%rsp), %rdx\n\t"
        "mov %rdx, 48(%rdi)\n\t"
        "mov (%rsp), %rdx\n\t"
        "mov %rdx, 56(%rdi)\n\t"
        "movq $0, 64(%rdi)\n\t"
        "xor %eax, %eax\n\t"
        "ret");
}

__attribute__((naked)) int _setjmp(jmp_buf) { asm("jmp setjmp"); }

// Saves the mask first, then does as setjmp does, with the caller's frame untouched.
__attribute__((naked)) int sigsetjmp(sigjmp_buf, int) {
    asm("test %esi, %esi\n\t"
        "jz setjmp\n\t"
        "push %rdi\n\t"
        "call __save_signal_mask\n\t"
        "pop %rdi\n\t"
        "mov %rbx, (%rdi)\n\t"
        "mov %rbp, 8(%rdi)\n\t"
        "mov %r12, 16(%rdi)\n\t"
        "mov %r13, 24(%rdi)\n\t"
        "mov %r14, 32(%rdi)\n\t"
        "mov %r15, 40(%rdi)\n\t"
        "lea 8(%rsp), %rdx\n\t"
        "mov %rdx, 48(%rdi)\n\t"
        "mov (%rsp), %rdx\n\t"
        "mov %rdx, 56(%rdi)\n\t"
        "xor %eax, %eax\n\t"
        "ret");
}

void __save_signal_mask(jmp_buf environment) {
    environment->__mask_saved = 1;
    libc::call(SYS_rt_sigprocmask, SIG_SETMASK, nullptr, environment->__mask, libc::kKernelSigsetBytes);
}

__attribute__((naked)) void longjmp(jmp_buf, int) {
    asm("cmp $1, %esi\n\t" // 0 becomes 1
        "adc $0, %esi\n\t"
        "mov %esi, %eax\n\t"
        "mov (%rdi), %rbx\n\t"
        "mov 8(%rdi), %rbp\n\t"
        "mov 16(%rdi), %r12\n\t"
        "mov 24(%rdi), %r13\n\t"
        "mov 32(%rdi), %r14\n\t"
        "mov 40(%rdi), %r15\n\t"
        "mov 48(%rdi), %rsp\n\t"
        "jmp *56(%rdi)");
}

__attribute__((naked)) void _longjmp(jmp_buf, int) { asm("jmp longjmp"); }

void siglongjmp(sigjmp_buf environment, int value) {
    if (environment->__mask_saved)
        libc::call(SYS_rt_sigprocmask, SIG_SETMASK, environment->__mask, nullptr, libc::kKernelSigsetBytes);
    longjmp(environment, value);
}
}
