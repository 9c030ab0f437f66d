// Registers of a stopped tracee, as struct user and as register sets (ptrace(2)).
//
// They live in its Tracing while it is stopped. What the tracer writes is checked here as far as the kernel
// depends on it: selectors are the user's, flags are those that a program may set, bases are user addresses.
#include <string.h>

#include <algorithm>

#include "arch/debug_registers.h"
#include "syscall/ptrace.h"

namespace martlet {

namespace {

constexpr u64 kUserSize = 912, kDebugRegistersOffset = 848; // sizeof(struct user), offsetof(struct user, u_debugreg)
constexpr u64 kUserCodeSelector = 0x33, kUserDataSelector = 0x2b;
/// CF PF AF ZF SF TF DF OF NT RF AC: what a tracer may change.
constexpr u64 kTracerFlags = 0x1 | 0x4 | 0x10 | 0x40 | 0x80 | 0x100 | 0x400 | 0x800 | 0x4000 | 0x10000 | 0x40000;
constexpr usize kRegisterWords = sizeof(UserRegisters) / sizeof(u64);

usize word_of(u64 offset) { return offset / sizeof(u64); }
enum Word : usize { kCs = 17, kFlags = 18, kSs = 20, kFsBase = 21, kGsBase = 22, kDs = 23, kGs = 26 };

u64* words(UserRegisters& registers) { return reinterpret_cast<u64*>(&registers); }

/// One word, checked. EIO: the kernel could not go on with it.
Result<void> put_word(UserRegisters& registers, usize index, u64 value) {
    switch (index) {
    case kCs:
        if (static_cast<u16>(value) != kUserCodeSelector) return Error(Errno::EIO);
        return {};
    case kSs:
        if (static_cast<u16>(value) != kUserDataSelector) return Error(Errno::EIO);
        return {};
    case kFlags:
        words(registers)[index] = (words(registers)[index] & ~kTracerFlags) | (value & kTracerFlags);
        return {};
    case kFsBase:
    case kGsBase:
        if (value >= kUserEnd) return Error(Errno::EIO);
        break;
    default:
        // Data selectors: only the null selectors and the user's own exist; they say nothing in 64-bit mode.
        if (index >= kDs && index <= kGs) {
            if ((value & 0xffff) > 3 && static_cast<u16>(value) != kUserDataSelector) return Error(Errno::EIO);
            return {};
        }
    }
    words(registers)[index] = value;
    return {};
}

Result<void> put_words(Task& tracee, std::span<const u64> values) {
    Tracing& tracing = *tracee.tracing;
    UserRegisters changed = tracing.registers;
    for (usize index = 0; index < values.size(); ++index) TRY(put_word(changed, index, values[index]));
    tracing.registers = changed;
    tracing.registers_changed = true;
    return {};
}

/// The extended state as it will be when the tracee goes on.
const u8* extended_state(Task& tracee) {
    return tracee.tracing->extended_state ? tracee.tracing->extended_state.get() : tracee.context.fpu;
}

/// A copy to change; it takes effect with commit.
Result<Own<u8[]>> copy_extended_state(Task& tracee) {
    Own<u8[]> copy(new (std::nothrow) u8[fpu_state_size()]);
    if (!copy) return Error(Errno::ENOMEM);
    fpu_export(extended_state(tracee), copy.get());
    return copy;
}

struct RegisterSetVector {
    u64 address, size;
};

enum RegisterSet : u32 { kGeneral = 1, kFloatingPoint = 2, kExtended = 0x202 };

Result<usize> register_set_size(u64 type) {
    switch (static_cast<u32>(type)) {
    case kGeneral: return sizeof(UserRegisters);
    case kFloatingPoint: return kFpuLegacySize;
    case kExtended:
        if (fpu_user_area_features() == 0) return Error(Errno::ENODEV);
        return fpu_state_size();
    default: return Error(Errno::EINVAL);
    }
}

} // namespace

Result<u64> peek_user(Task& tracee, u64 offset) {
    if (offset % sizeof(u64) != 0 || offset >= kUserSize) return Error(Errno::EIO);
    if (offset < sizeof(UserRegisters)) return words(tracee.tracing->registers)[word_of(offset)];
    if (offset >= kDebugRegistersOffset && offset < kDebugRegistersOffset + 8 * sizeof(u64))
        return debug_register(tracee.context, static_cast<u32>(word_of(offset - kDebugRegistersOffset)));
    return 0;
}

Result<void> poke_user(Task& tracee, u64 offset, u64 value) {
    if (offset % sizeof(u64) != 0) return Error(Errno::EIO);
    if (offset < sizeof(UserRegisters)) {
        TRY(put_word(tracee.tracing->registers, word_of(offset), value));
        tracee.tracing->registers_changed = true;
        return {};
    }
    if (offset < kDebugRegistersOffset || offset >= kDebugRegistersOffset + 8 * sizeof(u64)) return Error(Errno::EIO);
    return set_debug_register(tracee.context, static_cast<u32>(word_of(offset - kDebugRegistersOffset)), value);
}

Result<void> get_registers(Task& tracee, u64 address) {
    return UserPtr<UserRegisters>(address).store(tracee.tracing->registers);
}

Result<void> set_registers(Task& tracee, u64 address) {
    u64 values[kRegisterWords];
    TRY(UserPtr<u64>(address).load_array(values));
    return put_words(tracee, values);
}

Result<void> get_floating_point_registers(Task& tracee, u64 address) {
    Own<u8[]> copy = TRY(copy_extended_state(tracee));
    return UserSpan(address, kFpuLegacySize).copy_from_kernel({copy.get(), kFpuLegacySize});
}

Result<void> set_floating_point_registers(Task& tracee, u64 address) {
    Own<u8[]> copy = TRY(copy_extended_state(tracee));
    TRY(UserSpan(address, kFpuLegacySize).copy_to_kernel({copy.get(), kFpuLegacySize}));
    if (!fpu_import(copy.get(), FpuPart::Legacy)) return Error(Errno::EINVAL);
    tracee.tracing->extended_state = std::move(copy);
    return {};
}

Result<void> get_register_set(Task& tracee, u64 type, u64 vector) {
    auto descriptor = TRY(UserPtr<RegisterSetVector>(vector).load());
    usize whole = TRY(register_set_size(type));
    if (descriptor.size % sizeof(u64) != 0) return Error(Errno::EINVAL);
    usize size = std::min<usize>(descriptor.size, whole);
    UserSpan to(descriptor.address, size);
    if (type == kGeneral) {
        TRY(to.copy_from_kernel({reinterpret_cast<const u8*>(&tracee.tracing->registers), size}));
    } else {
        Own<u8[]> copy = TRY(copy_extended_state(tracee));
        TRY(to.copy_from_kernel({copy.get(), size}));
    }
    return UserPtr<u64>(vector + sizeof(u64)).store(size);
}

Result<void> set_register_set(Task& tracee, u64 type, u64 vector) {
    auto descriptor = TRY(UserPtr<RegisterSetVector>(vector).load());
    usize whole = TRY(register_set_size(type));
    if (descriptor.size % sizeof(u64) != 0) return Error(Errno::EINVAL);
    usize size = std::min<usize>(descriptor.size, whole);
    UserSpan from(descriptor.address, size);
    if (type == kGeneral) {
        u64 values[kRegisterWords];
        TRY(from.copy_to_kernel({reinterpret_cast<u8*>(values), size}));
        TRY(put_words(tracee, std::span<const u64>(values, size / sizeof(u64))));
    } else {
        if (type == kExtended && size != whole) return Error(Errno::EFAULT);
        Own<u8[]> copy = TRY(copy_extended_state(tracee));
        TRY(from.copy_to_kernel({copy.get(), size}));
        if (!fpu_import(copy.get(), type == kExtended ? FpuPart::All : FpuPart::Legacy)) return Error(Errno::EINVAL);
        tracee.tracing->extended_state = std::move(copy);
    }
    return UserPtr<u64>(vector + sizeof(u64)).store(size);
}

} // namespace martlet
