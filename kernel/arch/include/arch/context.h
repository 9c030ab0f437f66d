// Kernel contexts, extended (x87/SSE/AVX) state and the way to user mode.
#pragma once
#include "arch/trap_frame.h"
#include "base/result.h"
#include "base/types.h"

namespace martlet {

class Thread;
struct DebugRegisters;

/// What survives a switch apart from the stack.
struct ArchContext {
    u64 kernel_rsp = 0;
    u64 fs_base = 0;   // user FS base (arch_prctl ARCH_SET_FS, clone CLONE_SETTLS)
    u64 gs_base = 0;   // user GS base
    u8* fpu = nullptr; // XSAVE area of fpu_state_size() bytes, 64-byte aligned; null for kernel threads
    DebugRegisters* debug = nullptr; // arch/debug_registers.h; freed with the thread
    bool hides_time_stamps = false; // RDTSC faults in user mode (prctl PR_SET_TSC)
    u64 page_table = 0; // CR3 to run with; 0: keep whatever is loaded (kernel threads)
};

/// Prepares `context` so that the first switch to it calls `entry(argument)` on the given stack with preemption
/// count 1 (as after a switch) and interrupts off.
void context_init(ArchContext& context, u64 stack_top, void (*entry)(void*), void* argument);

/// Saves the running context in `from` and continues `to`; returns when somebody switches back. Interrupts off.
/// Switches FPU state, FS/GS bases, CR3 and the TSS/system-call stack.
void context_switch(Thread& from, Thread& to);

/// Loads `frame` and enters user mode; the kernel stack is then empty. Checks thread work (signals) first.
[[noreturn]] void enter_user(TrapFrame& frame);

/// The registers with which a user thread that is in the kernel entered it, or will first leave it: the first
/// thing on its kernel stack.
TrapFrame& user_trap_frame(const Thread& thread);

/// Where a thread that does not run was switched away, for looking at its stack. Nonsense if it runs.
struct SwitchedOutFrame {
    u64 return_address, frame_pointer;
};
SwitchedOutFrame switched_out_frame(const Thread& thread);

/// Size of the extended state area (XSAVE, CPUID 0DH); the area starts 64-byte aligned.
usize fpu_state_size();
/// Puts the architecture's initial extended state into `area`.
void fpu_init_state(u8* area);
/// Brings the running thread's registers into its area / loads them from it (signal frames, fork, ptrace).
void fpu_save_current();
void fpu_load_current();

inline constexpr usize kFpuLegacySize = 512;
/// Copies an area with nothing left out: components in their initial state get it spelled out (XSAVE need
/// not), and bytes 464… say which components there are, as Linux shows extended state to tracers and in core
/// dumps.
void fpu_export(const u8* area, u8* to);
/// Makes what a tracer wrote over an exported area loadable. False: it holds what the processor would refuse.
enum class FpuPart : u8 { Legacy, All };
[[nodiscard]] bool fpu_import(u8* area, FpuPart part);
/// Between the registers and an area of fpu_state_size() bytes in user memory, without a copy in between;
/// only where there is XSAVE (fpu_user_area_features() is not 0). False: a fault, or an area that cannot be
/// loaded as it is.
bool fpu_save_to_user(u64 address);
bool fpu_load_from_user(u64 address);

/// XCR0, for the magic words of a signal frame; 0 when only FXSAVE is used.
u64 fpu_user_area_features();
/// Whether the processor takes an area from a signal frame: no reserved MXCSR bits, unknown components or header bytes.
bool fpu_is_loadable(const u8* area);

/// Whether the running thread's RDTSC is to fault.
void hide_time_stamps(bool hides);

/// Makes `root` the running thread's page table and loads it; 0: the kernel's own (so that the old may be freed).
void set_current_page_table(u64 root);

/// FS/GS bases of the running thread, live in registers while it runs (FSGSBASE or MSR).
void set_current_fs_base(u64 base);
u64 current_fs_base();
void set_current_gs_base(u64 base);
u64 current_gs_base();

} // namespace martlet
