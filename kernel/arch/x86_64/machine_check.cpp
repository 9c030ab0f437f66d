#include "arch/x86_64/machine_check.h"

#include "arch/x86_64/registers.h"

namespace martlet {
namespace {

inline constexpr u32 kMsrCapabilities = 0x179, kMsrGlobalControl = 0x17b, kMsrBankControl = 0x400, kMsrsPerBank = 4;
inline constexpr u64 kHasGlobalControl = 1 << 8, kStatusValid = 1ull << 63, kStatusHasAddress = 1ull << 58;
inline constexpr u64 kCr4MachineCheck = 1 << 6;

bool has_machine_checks() {
    constexpr u32 kBoth = 1 << 7 | 1 << 14; // MCE, MCA
    return (cpuid(1).edx & kBoth) == kBoth;
}

u32 bank_count() { return read_msr(kMsrCapabilities) & 0xff; }

} // namespace

void machine_check_init_cpu() {
    if (!has_machine_checks()) return;
    if (read_msr(kMsrCapabilities) & kHasGlobalControl) write_msr(kMsrGlobalControl, ~0ull);
    for (u32 bank = 0; bank < bank_count(); ++bank) {
        write_msr(kMsrBankControl + bank * kMsrsPerBank, ~0ull);
        write_msr(kMsrBankControl + bank * kMsrsPerBank + 1, 0);
    }
    write_cr4(read_cr4() | kCr4MachineCheck);
}

std::optional<MachineCheckError> find_machine_check() {
    if (!has_machine_checks()) return {};
    for (u32 bank = 0; bank < bank_count(); ++bank) {
        u64 status = read_msr(kMsrBankControl + bank * kMsrsPerBank + 1);
        if (!(status & kStatusValid)) continue;
        u64 address = status & kStatusHasAddress ? read_msr(kMsrBankControl + bank * kMsrsPerBank + 2) : 0;
        return MachineCheckError{bank, status, address};
    }
    return {};
}

} // namespace martlet
