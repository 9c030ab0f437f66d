// Where the processor's exceptions meet the subsystems: what mm and proc provide to the entry code.
//
// The entry code calls these with interrupts enabled, on the faulting thread's kernel stack.
#pragma once
#include "arch/trap_frame.h"
#include "base/types.h"

namespace martlet {

/// Bits of the page-fault error code (Intel SDM 3A 4.7).
inline constexpr u64 kPageFaultPresent = 1, kPageFaultWrite = 2, kPageFaultUser = 4, kPageFaultReserved = 8,
                     kPageFaultFetch = 16;

/// Unhandled: the entry code looks the kernel instruction up in the table of user accesses (short copy), else panics.
enum class PageFaultOutcome : u8 { Resolved, Unhandled };

/// mm: deals with a page fault of the running thread at `address`, in user mode or in one of the arch_copy_* functions.
/// A bad access from user mode gets its signal here and counts as Resolved. May sleep.
PageFaultOutcome handle_page_fault(TrapFrame& frame, u64 address, u64 error_code);

/// proc: gives the running thread a signal that it cannot escape (a blocked or ignored one kills, signal(7)). The
/// signal is acted upon by handle_return_to_user_work. `trap_number` and `error_code` go to the signal frame.
void deliver_fault_signal(TrapFrame& frame, int signal, int code, u64 address, u64 trap_number, u64 error_code);

/// proc: called on the way to user mode while the thread has work (ThreadWork); must clear the bits it has dealt with.
/// A system call to restart is recognised by frame.orig_rax != ~0 (entry code sets it to ~0 for everything else).
void handle_return_to_user_work(TrapFrame& frame);

/// syscall: runs the system call frame.orig_rax and puts its result in frame.rax. Interrupts on.
void syscall_dispatch(TrapFrame& frame);

/// proc: starts the first user process (init=, rdinit=); panics with the reason if there is none to start.
void start_init();

} // namespace martlet
