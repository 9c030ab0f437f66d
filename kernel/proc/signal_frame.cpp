// The signal frame of the Linux x86-64 ABI: building it for a handler, and rt_sigreturn(2).
//
// Layout from the handler's stack pointer upwards: abi::SignalFrame (return address, ucontext, siginfo), then
// the extended state, 64-byte aligned, ended by the second magic word. The 128 bytes below the interrupted
// stack pointer (red zone) stay untouched. Everything that rt_sigreturn reads comes from user space and is
// checked before it is used.
#include <string.h>

#include <bit>

#include "arch/context.h"
#include "proc/signal_internal.h"
#include "proc/signal_stack.h"

namespace martlet {

namespace {

constexpr u64 kRedZoneSize = 128;
constexpr u16 kUserCodeSelector = 0x33, kUserDataSelector = 0x2b;
constexpr u64 kFlagCarry = 1, kFlagTrap = 1u << 8, kFlagDirection = 1u << 10, kFlagResume = 1u << 16;
/// The flags that a program may set by itself: CF PF AF ZF SF TF DF OF RF AC.
constexpr u64 kUserFlags =
    kFlagCarry | 0x4 | 0x10 | 0x40 | 0x80 | kFlagTrap | kFlagDirection | 0x800 | kFlagResume | 0x40000;
constexpr usize kLegacyStateSize = 512;

u64 extended_state_size() { return fpu_state_size(); }

/// The running task's extended state goes to `address`, with the words that say how long it is.
Result<void> store_extended_state(u64 address) {
    u64 features = fpu_user_area_features();
    u64 size = extended_state_size();
    if (features == 0) {
        fpu_save_current();
        return UserSpan(address, kLegacyStateSize).copy_from_kernel({current_thread()->context.fpu, kLegacyStateSize});
    }
    if (!fpu_save_to_user(address)) return Error(Errno::EFAULT);
    abi::ExtendedStateMark mark{};
    mark.magic1 = abi::kFpXstateMagic1;
    mark.extended_size = static_cast<u32>(size + sizeof(u32));
    mark.features = features;
    mark.state_size = static_cast<u32>(size);
    TRY(UserPtr<abi::ExtendedStateMark>(address + abi::kExtendedStateMarkOffset).store(mark));
    return UserPtr<u32>(address + size).store(abi::kFpXstateMagic2);
}

/// How much of a user's extended state to believe: all of it if both magic words are right, else the legacy part.
Result<u64> believable_size(u64 address) {
    u64 size = extended_state_size();
    if (fpu_user_area_features() == 0) return kLegacyStateSize;
    abi::ExtendedStateMark mark =
        TRY(UserPtr<const abi::ExtendedStateMark>(address + abi::kExtendedStateMarkOffset).load());
    if (mark.magic1 != abi::kFpXstateMagic1 || mark.state_size != size || mark.extended_size < size + sizeof(u32))
        return kLegacyStateSize;
    u32 magic2 = TRY(UserPtr<const u32>(address + size).load());
    return magic2 == abi::kFpXstateMagic2 ? size : kLegacyStateSize;
}

/// In an XSAVE area: only the x87 and SSE parts are there (Intel SDM 1 13.4.2).
void mark_legacy_only(u8* area) {
    if (fpu_user_area_features() == 0) return;
    u64 present = 3;
    memcpy(area + kLegacyStateSize, &present, sizeof present);
}

/// Loads the extended state at `address`; 0 means the initial state. The usual one, unchanged and complete,
/// goes straight to the registers; whatever else a program may have put there is copied and checked first.
/// EFAULT: the processor would refuse it.
Result<void> load_extended_state(u64 address) {
    if (address != 0 && fpu_user_area_features() != 0 && TRY(believable_size(address)) == extended_state_size() &&
        fpu_load_from_user(address))
        return {};
    u8* area = current_thread()->context.fpu;
    Own<u8[]> copy(new (std::nothrow) u8[std::bit_ceil(fpu_state_size())]);
    if (!copy) return Error(Errno::ENOMEM);
    fpu_init_state(copy.get());
    if (address != 0) {
        u64 size = TRY(believable_size(address));
        TRY(UserSpan(address, size).copy_to_kernel({copy.get(), size}));
        if (size == kLegacyStateSize) mark_legacy_only(copy.get());
        if (!fpu_is_loadable(copy.get())) return Error(Errno::EFAULT);
    }
    PreemptGuard guard; // between changing the area and loading it, nobody may save over it
    memcpy(area, copy.get(), fpu_state_size());
    fpu_load_current();
    return {};
}

void save_registers(abi::SignalContext& context, const TrapFrame& frame, const Task& task) {
    context = {.r8 = frame.r8, .r9 = frame.r9, .r10 = frame.r10, .r11 = frame.r11, .r12 = frame.r12, .r13 = frame.r13,
               .r14 = frame.r14, .r15 = frame.r15, .rdi = frame.rdi, .rsi = frame.rsi, .rbp = frame.rbp,
               .rbx = frame.rbx, .rdx = frame.rdx, .rax = frame.rax, .rcx = frame.rcx, .rsp = frame.rsp,
               .rip = frame.rip, .rflags = frame.rflags, .cs = kUserCodeSelector, .gs = 0, .fs = 0,
               .ss = kUserDataSelector, .error_code = task.fault_error_code, .trap_number = task.fault_trap_number,
               .old_mask = 0, .cr2 = task.fault_address, .fpstate = 0, .reserved = {}};
}

void load_registers(TrapFrame& frame, const abi::SignalContext& context) {
    frame.r8 = context.r8, frame.r9 = context.r9, frame.r10 = context.r10, frame.r11 = context.r11;
    frame.r12 = context.r12, frame.r13 = context.r13, frame.r14 = context.r14, frame.r15 = context.r15;
    frame.rdi = context.rdi, frame.rsi = context.rsi, frame.rbp = context.rbp, frame.rbx = context.rbx;
    frame.rdx = context.rdx, frame.rax = context.rax, frame.rcx = context.rcx, frame.rsp = context.rsp;
    frame.rip = context.rip;
    frame.rflags = (frame.rflags & ~kUserFlags) | (context.rflags & kUserFlags);
    frame.cs = kUserCodeSelector;
    frame.ss = kUserDataSelector;
    frame.orig_rax = ~0ull; // not a call to restart
}

/// Where the frame starts; 0 if an alternate stack has overflowed.
u64 choose_stack(const TrapFrame& frame, const abi::AlternateStack& alternate, const abi::SignalAction& action) {
    bool was_on_alternate = is_on_alternate_stack(alternate, frame.rsp);
    if ((action.flags & abi::kSaOnStack) && !was_on_alternate && alternate.size != 0)
        return alternate.address + alternate.size;
    return frame.rsp - kRedZoneSize;
}

} // namespace

Result<void> set_up_signal_frame(TrapFrame& frame, const abi::SignalInfo& info, const abi::SignalAction& action,
                                 SignalSet mask_to_restore) {
    Task& task = current_task();
    if (!(action.flags & abi::kSaRestorer)) return Error(Errno::EFAULT);
    abi::AlternateStack alternate = task.signals.alternate_stack;
    u64 top = choose_stack(frame, alternate, action);
    u64 state_size = fpu_user_area_features() != 0 ? extended_state_size() + sizeof(u32) : kLegacyStateSize;
    u64 state_address = align_down(top - state_size, 64);
    u64 address = align_down(state_address - sizeof(abi::SignalFrame), 16) - 8;
    bool starts_on_alternate = is_on_alternate_stack(alternate, frame.rsp);
    bool enters_alternate = top == alternate.address + alternate.size && alternate.size != 0;
    bool fits = address > alternate.address && address - alternate.address <= alternate.size;
    if ((starts_on_alternate || enters_alternate) && !fits) return Error(Errno::EFAULT);
    TRY(store_extended_state(state_address));

    abi::SignalFrame signal_frame{};
    signal_frame.return_address = action.restorer;
    abi::UserContext& context = signal_frame.context;
    context.flags = abi::kUcSigcontextSs | abi::kUcStrictRestoreSs;
    if (fpu_user_area_features() != 0) context.flags |= abi::kUcFpXstate;
    context.stack = alternate_stack_for_user(alternate, frame.rsp);
    save_registers(context.context, frame, task);
    context.context.old_mask = mask_to_restore.bits();
    context.context.fpstate = state_address;
    context.mask = mask_to_restore.bits();
    memcpy(signal_frame.information, &info, sizeof info);
    TRY(UserPtr<abi::SignalFrame>(address).store(signal_frame));
    if (alternate.flags & abi::kSsAutoDisarm) task.signals.alternate_stack = {};

    frame.rdi = static_cast<u64>(info.signal);
    frame.rsi = address + offsetof(abi::SignalFrame, information);
    frame.rdx = address + offsetof(abi::SignalFrame, context);
    frame.rax = 0;
    frame.rsp = address;
    frame.rip = action.handler;
    frame.rflags &= ~(kFlagDirection | kFlagResume | kFlagTrap);
    frame.cs = kUserCodeSelector;
    frame.ss = kUserDataSelector;
    frame.orig_rax = ~0ull;
    return {};
}

Result<u64> restore_signal_frame(TrapFrame& frame) {
    // The handler's return has taken the return address off the stack.
    u64 address = frame.rsp - sizeof(u64);
    abi::UserContext context =
        TRY(UserPtr<const abi::UserContext>(address + offsetof(abi::SignalFrame, context)).load());
    if (context.context.cs != kUserCodeSelector) return Error(Errno::EFAULT);
    if ((context.flags & abi::kUcStrictRestoreSs) && context.context.ss != kUserDataSelector)
        return Error(Errno::EFAULT);
    set_signal_mask(SignalSet(context.mask));
    load_registers(frame, context.context);
    TRY(load_extended_state(context.context.fpstate)); // the fault of a bad one is at the place returned to
    (void)set_alternate_stack(context.stack, frame.rsp); // as Linux: a bad one is ignored here
    return frame.rax;
}

} // namespace martlet
