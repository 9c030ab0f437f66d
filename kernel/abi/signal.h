// Signal structures of the Linux x86-64 ABI: siginfo_t, struct sigaction, stack_t, the signal frame (sigaction(2),
// sigaltstack(2), rt_sigreturn(2)).
#pragma once
#include "base/types.h"

namespace martlet::abi {

/// The part of siginfo_t that carries data; user space sees it padded with zeros to 128 bytes.
struct SignalInfo {
    i32 signal = 0, error = 0, code = 0, padding = 0;
    union {
        u8 raw[32] = {};
        struct { i32 process_id; u32 user_id; u64 value; } sender;                         // kill, sigqueue
        struct { i32 process_id; u32 user_id; i32 status, padding; i64 user_ticks, system_ticks; } child; // SIGCHLD
        struct { u64 address; u16 address_lsb; } fault;                                    // SIGSEGV, SIGBUS, …
        struct { i32 timer_id, overrun; u64 value; } timer;
        struct { i64 band; i32 fd; } poll;
    };
};
static_assert(sizeof(SignalInfo) == 48);
inline constexpr usize kUserSignalInfoSize = 128;

inline constexpr i32 kSiUser = 0, kSiKernel = 0x80, kSiQueue = -1, kSiTimer = -2, kSiTkill = -6;
inline constexpr i32 kCldExited = 1, kCldKilled = 2, kCldDumped = 3, kCldTrapped = 4, kCldStopped = 5,
                     kCldContinued = 6;
inline constexpr i32 kSegvMapErr = 1, kSegvAccErr = 2, kBusAdrAln = 1, kBusAdrErr = 2, kFpeIntDiv = 1, kFpeFltInv = 7,
                     kIllOpn = 2, kTrapBrkpt = 1, kTrapTrace = 2;

/// struct sigevent.
struct SignalEvent {
    u64 value;
    i32 signal, notify, thread_id;
    u8 padding[44];
};
static_assert(sizeof(SignalEvent) == 64);
inline constexpr i32 kSigEvSignal = 0, kSigEvNone = 1, kSigEvThread = 2, kSigEvThreadId = 4;

inline constexpr u64 kSigDefault = 0, kSigIgnore = 1;
inline constexpr u64 kSaNoClDStop = 1, kSaNoClDWait = 2, kSaSigInfo = 4, kSaExposeTagBits = 0x800,
                     kSaRestorer = 0x0400'0000, kSaOnStack = 0x0800'0000, kSaRestart = 0x1000'0000,
                     kSaNoDefer = 0x4000'0000, kSaResetHand = 0x8000'0000;

/// struct sigaction as the kernel takes it.
struct SignalAction {
    u64 handler = kSigDefault;
    u64 flags = 0;
    u64 restorer = 0;
    u64 mask = 0;
};
static_assert(sizeof(SignalAction) == 32);

inline constexpr u32 kSsOnStack = 1, kSsDisable = 2, kSsAutoDisarm = 1u << 31;
inline constexpr u64 kMinimumSignalStackSize = 2048; // MINSIGSTKSZ

/// stack_t.
struct AlternateStack {
    u64 address = 0;
    u32 flags = kSsDisable;
    u32 padding = 0;
    u64 size = 0;
};
static_assert(sizeof(AlternateStack) == 24);

/// struct sigcontext.
struct SignalContext {
    u64 r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
    u16 cs, gs, fs, ss;
    u64 error_code, trap_number, old_mask, cr2;
    u64 fpstate; // address of the extended state, 64-byte aligned, or 0
    u64 reserved[8];
};
static_assert(sizeof(SignalContext) == 256);

inline constexpr u64 kUcFpXstate = 1, kUcSigcontextSs = 2, kUcStrictRestoreSs = 4;

/// struct ucontext.
struct UserContext {
    u64 flags;
    u64 link;
    AlternateStack stack;
    SignalContext context;
    u64 mask;
};

/// What lies at the stack pointer when a handler starts: the return address, the context, the information.
struct SignalFrame {
    u64 return_address;
    UserContext context;
    u8 information[kUserSignalInfoSize];
};
static_assert(sizeof(SignalFrame) == 8 + 40 + 256 + 8 + 128);

/// Words that mark extended state in the frame (struct _fpx_sw_bytes, in the FXSAVE area's last 48 bytes).
inline constexpr u32 kFpXstateMagic1 = 0x46505853, kFpXstateMagic2 = 0x46505845;
struct ExtendedStateMark {
    u32 magic1, extended_size;
    u64 features;
    u32 state_size;
    u32 padding[7];
};
static_assert(sizeof(ExtendedStateMark) == 48);
inline constexpr usize kExtendedStateMarkOffset = 464;

} // namespace martlet::abi
