// Control registers, model-specific registers and CPUID (Intel SDM 3A 2.5, 4; AMD APM 2).
#pragma once
#include "base/types.h"

namespace martlet {

inline constexpr u32 kMsrApicBase = 0x1b, kMsrTscDeadline = 0x6e0, kMsrX2ApicBase = 0x800,
                     kMsrStar = 0xc000'0081, kMsrLstar = 0xc000'0082,
                     kMsrCstar = 0xc000'0083, kMsrSyscallMask = 0xc000'0084, kMsrFsBase = 0xc000'0100,
                     kMsrGsBase = 0xc000'0101, kMsrKernelGsBase = 0xc000'0102, kMsrSysenterCs = 0x174;

inline constexpr u64 kCr0MonitorCoprocessor = 1 << 1, kCr0Emulation = 1 << 2, kCr0TaskSwitched = 1 << 3,
                     kCr0NumericError = 1 << 5, kCr0WriteProtect = 1 << 16;
inline constexpr u64 kCr4TimeStampDisable = 1 << 2, kCr4GlobalPages = 1 << 7, kCr4FxSave = 1 << 9,
                     kCr4SimdExceptions = 1 << 10, kCr4Umip = 1 << 11, kCr4FsGsBase = 1 << 16,
                     kCr4XSave = 1 << 18, kCr4Smep = 1 << 20, kCr4Smap = 1 << 21;
inline constexpr u64 kFlagTrap = 1 << 8, kFlagInterrupts = 1 << 9, kFlagDirection = 1 << 10, kFlagNestedTask = 1 << 14,
                     kFlagResume = 1 << 16, kFlagAlignmentCheck = 1 << 18;

struct CpuidResult {
    u32 eax, ebx, ecx, edx;
};
inline CpuidResult cpuid(u32 leaf, u32 subleaf = 0) {
    CpuidResult result;
    asm volatile("cpuid"
                 : "=a"(result.eax), "=b"(result.ebx), "=c"(result.ecx), "=d"(result.edx)
                 : "a"(leaf), "c"(subleaf));
    return result;
}

inline u64 read_msr(u32 msr) {
    u32 low, high;
    asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return low | static_cast<u64>(high) << 32;
}
inline void write_msr(u32 msr, u64 value) {
    asm volatile("wrmsr" : : "c"(msr), "a"(static_cast<u32>(value)), "d"(static_cast<u32>(value >> 32)) : "memory");
}

#define MARTLET_CONTROL_REGISTER(name)                                                                       \
    inline u64 read_##name() {                                                                               \
        u64 value;                                                                                           \
        asm volatile("movq %%" #name ", %0" : "=r"(value));                                                  \
        return value;                                                                                        \
    }                                                                                                        \
    inline void write_##name(u64 value) { asm volatile("movq %0, %%" #name : : "r"(value) : "memory"); }
MARTLET_CONTROL_REGISTER(cr0)
MARTLET_CONTROL_REGISTER(cr2)
MARTLET_CONTROL_REGISTER(cr3)
MARTLET_CONTROL_REGISTER(cr4)
MARTLET_CONTROL_REGISTER(dr6)
#undef MARTLET_CONTROL_REGISTER

} // namespace martlet
