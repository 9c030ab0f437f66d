#pragma once
#include <features.h>

/* The registers of a traced process (ptrace(2), PTRACE_GETREGS), as the kernel's ABI has them. */
struct user_regs_struct {
    unsigned long r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, orig_rax, rip, cs,
        eflags, rsp, ss;
    unsigned long fs_base, gs_base, ds, es, fs, gs;
};
