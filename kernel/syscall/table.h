// The table of system calls, for dispatch, decoding (strace, panic) and the generated documentation.
#pragma once
#include <span>

#include "syscall/call.h"

namespace martlet {

/// Every call of the Linux x86-64 ABI, in order of number.
std::span<const SyscallRow> syscall_rows();
/// Null for a number that the ABI does not define.
const SyscallRow* find_syscall_row(u64 number);

/// Runs the call whose number is in frame.orig_rax (low 32 bits, as Linux) and puts its result into frame.rax.
/// Called by the system-call entry with interrupts on.
void syscall_dispatch(TrapFrame& frame);

} // namespace martlet
