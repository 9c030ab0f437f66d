// The system-call instruction of x86-64 Linux: number in rax, arguments in rdi rsi rdx r10 r8 r9, result in
// rax, rcx and r11 lost. A result in [-4095, -1] is a negated errno.
#pragma once

namespace libc {

[[gnu::always_inline]] inline long raw_syscall(long number, long a = 0, long b = 0, long c = 0, long d = 0,
                                               long e = 0, long f = 0) {
    long result;
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    register long r9 asm("r9") = f;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return result;
}

} // namespace libc
