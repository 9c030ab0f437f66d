// Exceptions and the common path of all entries: what becomes a signal, a fixed-up user access, or a panic.
#include "arch/faults.h"
#include "arch/cpu.h"
#include "arch/x86_64/cpu_calls.h"
#include "arch/x86_64/debug_registers.h"
#include "arch/x86_64/fpu.h"
#include "arch/x86_64/machine_check.h"
#include "arch/x86_64/offsets.h"
#include "arch/x86_64/registers.h"
#include "arch/x86_64/traps.h"
#include "base/assert.h"
#include "base/log.h"
#include "debug/panic.h"
#include "mm/address.h"
#include "sched/scheduler.h"

extern "C" {
/// Pairs of an instruction that may fault and where it then continues; offsets from the fields themselves.
struct Fixup {
    martlet::i32 instruction_offset, target_offset;
};
extern const Fixup __fixup_table_start[], __fixup_table_end[];
}

namespace martlet {
namespace {

static_assert(__builtin_offsetof(Cpu, current) == CPU_CURRENT);
static_assert(__builtin_offsetof(Cpu, kernel_stack_top) == CPU_KERNEL_STACK_TOP);
static_assert(__builtin_offsetof(Cpu, scratch) == CPU_SCRATCH);
static_assert(sizeof(TrapFrame) == TRAP_FRAME_SIZE && __builtin_offsetof(TrapFrame, cs) == TRAP_FRAME_CS);

// signal(7) and sigaction(2) numbers.
inline constexpr int kSigIll = 4, kSigTrap = 5, kSigBus = 7, kSigFpe = 8, kSigSegv = 11;
inline constexpr int kSiKernel = 0x80, kIllOperand = 2, kTrapBreakpoint = 1, kTrapTrace = 2,
                     kTrapHardwareBreakpoint = 4, kFpeIntegerDivide = 1, kBusAlignment = 1;

enum class SignalAddress : u8 { None, Instruction };

struct TrapRule {
    const char* name;
    int signal; // 0: never expected from user mode, panics
    int code;
    SignalAddress address;
};

constexpr TrapRule kTrapRules[32] = {
    {"divide error", kSigFpe, kFpeIntegerDivide, SignalAddress::Instruction},
    {"debug exception", kSigTrap, kTrapTrace, SignalAddress::Instruction},
    {"non-maskable interrupt", 0, 0, SignalAddress::None},
    {"breakpoint", kSigTrap, kSiKernel, SignalAddress::None},
    {"overflow", kSigSegv, kSiKernel, SignalAddress::None},
    {"bound range exceeded", kSigSegv, kSiKernel, SignalAddress::None},
    {"invalid opcode", kSigIll, kIllOperand, SignalAddress::Instruction},
    {"device not available", kSigSegv, kSiKernel, SignalAddress::None},
    {"double fault", 0, 0, SignalAddress::None},
    {"coprocessor segment overrun", kSigFpe, kSiKernel, SignalAddress::None},
    {"invalid TSS", kSigSegv, kSiKernel, SignalAddress::None},
    {"segment not present", kSigBus, kSiKernel, SignalAddress::None},
    {"stack-segment fault", kSigBus, kSiKernel, SignalAddress::None},
    {"general protection fault", kSigSegv, kSiKernel, SignalAddress::None},
    {"page fault", kSigSegv, 0, SignalAddress::None},
    {"reserved exception 15", 0, 0, SignalAddress::None},
    {"x87 floating-point error", kSigFpe, 0, SignalAddress::Instruction},
    {"alignment check", kSigBus, kBusAlignment, SignalAddress::None},
    {"machine check", 0, 0, SignalAddress::None},
    {"SIMD floating-point exception", kSigFpe, 0, SignalAddress::Instruction},
    {"virtualization exception", 0, 0, SignalAddress::None},
    {"control protection exception", kSigSegv, kSiKernel, SignalAddress::None},
};

/// FPE_* of the lowest unmasked exception flag: invalid, denormal, zero divide, overflow, underflow, precision.
int floating_point_code(u32 flags) {
    if (flags & 0x01) return 7; // FPE_FLTINV
    if (flags & 0x04) return 3; // FPE_FLTDIV
    if (flags & 0x08) return 4; // FPE_FLTOVF
    if (flags & 0x12) return 5; // FPE_FLTUND
    if (flags & 0x20) return 6; // FPE_FLTRES
    return 0;
}

u64 error_code_of(const TrapFrame& frame) { return frame.orig_rax == ~0ull ? 0 : frame.orig_rax; }

void handle_user_exception(u32 vector, TrapFrame& frame, u64 error_code) {
    const TrapRule& rule = kTrapRules[vector < 22 ? vector : 15];
    if (rule.signal == 0) panic_in_trap(frame, "%s in user mode", trap_name(vector));
    int code = rule.code;
    if (vector == kVectorDebug) {
        // A single step sets BS; ICEBP sets nothing (Intel SDM 3B 17.2.3).
        u64 status = read_dr6();
        u64 hits = note_debug_status(current_thread()->context, status);
        if (!(status & kDebugSingleStep)) code = hits ? kTrapHardwareBreakpoint : kTrapBreakpoint;
        if (hits && is_execution_breakpoint(current_thread()->context, hits)) frame.rflags |= kFlagResume;
        write_dr6(0xffff'0ff0);
    }
    if (vector == kVectorX87) code = floating_point_code(fpu_x87_exceptions());
    if (vector == kVectorSimd) code = floating_point_code(fpu_simd_exceptions());
    irq_enable();
    u64 address = rule.address == SignalAddress::Instruction ? frame.rip : 0;
    deliver_fault_signal(frame, rule.signal, code, address, vector, error_code);
}

void handle_kernel_exception(u32 vector, TrapFrame& frame, u64 error_code) {
    if (vector == kVectorBreakpoint) panic_in_trap(frame, "breakpoint in the kernel");
    if (u64 target = find_fixup(frame.rip); target != 0 && vector == 13) {
        frame.rip = target; // a non-canonical user address that slipped through a range check
        return;
    }
    panic_in_trap(frame, "%s, error code %#llx", trap_name(vector), static_cast<unsigned long long>(error_code));
}

void handle_page_fault_trap(TrapFrame& frame, u64 error_code) {
    u64 address = read_cr2();
    if (frame.from_user()) {
        irq_enable();
        if (handle_page_fault(frame, address, error_code) == PageFaultOutcome::Resolved) return;
        panic_in_trap(frame, "page fault in user mode at %#llx was not dealt with",
                      static_cast<unsigned long long>(address));
    }
    u64 fixup = find_fixup(frame.rip);
    if (fixup == 0) {
        const char* what = address < kPageSize   ? "null pointer"
                           : address <= kUserEnd ? "stray user pointer"
                                                 : "bad pointer";
        const char* action = error_code & kPageFaultFetch   ? "executing"
                             : error_code & kPageFaultWrite ? "writing"
                                                            : "reading";
        panic_in_trap(frame, "%s: page fault %s %#llx, error code %#llx", what, action,
                      static_cast<unsigned long long>(address), static_cast<unsigned long long>(error_code));
    }
    // Sleeping is allowed only where the interrupted code allowed it.
    if ((frame.rflags & kFlagInterrupts) && preempt_count() == 0) {
        irq_enable();
        bool resolved = handle_page_fault(frame, address, error_code) == PageFaultOutcome::Resolved;
        irq_disable();
        if (resolved) return;
    }
    frame.rip = fixup;
}

void handle_interrupt(u32 vector, TrapFrame& frame) {
    Cpu& cpu = this_cpu();
    preempt_count_increment();
    if (cpu.interrupt_depth++ == 0) cpu.interrupted_user = frame.from_user();
    ++cpu.interrupts;
    dispatch_interrupt(vector);
    --cpu.interrupt_depth;
    u32 count = preempt_count_decrement();
    if (!frame.from_user() && count == 0 && cpu.need_resched.load(std::memory_order_relaxed) && cpu.current)
        Scheduler::preempt_if_needed();
}

} // namespace

const char* trap_name(u32 vector) {
    const char* name = vector < 32 ? kTrapRules[vector].name : "interrupt";
    return name ? name : "reserved exception";
}

u64 find_fixup(u64 rip) {
    for (const Fixup* fixup = __fixup_table_start; fixup != __fixup_table_end; ++fixup)
        if (reinterpret_cast<u64>(&fixup->instruction_offset) + static_cast<i64>(fixup->instruction_offset) == rip)
            return reinterpret_cast<u64>(&fixup->target_offset) + static_cast<i64>(fixup->target_offset);
    return 0;
}

static bool is_canonical(u64 address) { return static_cast<u64>(static_cast<i64>(address << 16) >> 16) == address; }

void finish_user_work(TrapFrame& frame) {
    Thread& thread = *current_thread();
    for (;;) {
        irq_disable();
        if (this_cpu().need_resched.load(std::memory_order_relaxed)) {
            Scheduler::preempt_if_needed();
        } else if (thread.has_any_work()) {
            irq_enable();
            handle_return_to_user_work(frame);
        } else if (!is_canonical(frame.rip)) [[unlikely]] {
            // A signal frame or a tracer asked for an address that IRET would refuse in kernel mode.
            irq_enable();
            deliver_fault_signal(frame, kSigSegv, kSiKernel, 0, 13, 0);
        } else {
            return;
        }
    }
}

/// From entry.S: any vector on the thread's kernel stack. Interrupts are off on entry and on return.
extern "C" void trap_dispatch(u32 vector, TrapFrame& frame) {
    if (vector >= kFirstInterruptVector) {
        handle_interrupt(vector, frame);
        if (frame.from_user()) finish_user_work(frame);
        return;
    }
    // From here on orig_rax says "not a system call"; the error code travels beside it.
    u64 error_code = error_code_of(frame);
    frame.orig_rax = ~0ull;
    if (vector == kVectorPageFault) handle_page_fault_trap(frame, error_code);
    else if (frame.from_user()) handle_user_exception(vector, frame, error_code);
    else handle_kernel_exception(vector, frame, error_code);
    if (frame.from_user()) finish_user_work(frame);
}

/// From entry.S: NMI, double fault, machine check, and #DB in the kernel, each on a stack of its own.
extern "C" void trap_dispatch_on_own_stack(u32 vector, TrapFrame& frame) {
    if (vector == kVectorDebug) {
        // A watchpoint or single step that user mode armed and that hit kernel code: not the user's to see.
        write_dr6(0xffff'0ff0);
        frame.rflags &= ~kFlagTrap;
        return;
    }
    if (vector == kVectorNmi) stop_if_asked();
    if (vector == kVectorDoubleFault) {
        panic_in_trap(frame, "double fault: kernel stack overflow or corrupted kernel state (address %#llx)",
                      static_cast<unsigned long long>(read_cr2()));
    }
    if (vector == kVectorMachineCheck) {
        if (auto error = find_machine_check())
            panic_in_trap(
                frame, "machine check: the hardware reports an error in bank %u, status %#llx, address %#llx",
                error->bank, static_cast<unsigned long long>(error->status),
                static_cast<unsigned long long>(error->address));
    }
    panic_in_trap(frame, "%s: the hardware reports an error that cannot be recovered", trap_name(vector));
}

/// From entry.S: SYSCALL. Answers whether SYSRET can return to the frame as it is now.
extern "C" bool system_call(TrapFrame& frame) {
    irq_enable();
    syscall_dispatch(frame);
    irq_disable();
    Thread& thread = *current_thread();
    if (thread.has_any_work() || this_cpu().need_resched.load(std::memory_order_relaxed)) [[unlikely]]
        finish_user_work(frame);
    // SYSRET takes RIP from RCX and RFLAGS from R11; with a non-canonical RCX it would fault in kernel mode,
    // and RF and TF need IRET. Frames written by execve, sigreturn and tracers differ in one of these and go
    // by IRET.
    if (frame.rcx == frame.rip && frame.r11 == frame.rflags && frame.rip < kUserEnd + kPageSize &&
        (frame.rflags & (kFlagTrap | kFlagResume)) == 0) [[likely]]
        return true;
    finish_user_work(frame);
    return false;
}

} // namespace martlet
