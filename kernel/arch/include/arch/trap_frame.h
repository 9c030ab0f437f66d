// The registers of an interrupted context, in the order of Linux's struct pt_regs / user_regs_struct, so that
// ptrace and core dumps can copy them. Built on the kernel stack by every entry (arch/x86_64/entry.S).
#pragma once
#include "base/types.h"

namespace martlet {

struct TrapFrame {
    u64 r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    u64 orig_rax; // system call number, error code, or -1 (all ones): not a system call
    u64 rip, cs, rflags, rsp, ss;

    bool from_user() const { return (cs & 3) == 3; }
};
static_assert(sizeof(TrapFrame) == 21 * 8);

} // namespace martlet
