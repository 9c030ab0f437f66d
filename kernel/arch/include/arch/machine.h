// Machine-wide actions: leaving, and what firmware tells.
#pragma once
#include "base/types.h"

namespace martlet {

/// Each tries every known way and stops the CPU if none works.
[[noreturn]] void machine_power_off();
[[noreturn]] void machine_reboot();
[[noreturn]] void machine_halt();
/// Leaves QEMU with `status` if the isa-debug-exit device is there (port 0xf4); returns if it is not.
void machine_debug_exit(u8 status);

/// Random bytes from RDRAND/RDSEED where there is one, else from timing; seeds the kernel's generator.
u64 machine_entropy();

/// The processor's basic feature bits as programs see them (AT_HWCAP: CPUID leaf 1, EDX).
u32 processor_feature_word();
/// AT_HWCAP2: bit 1 says that programs may use RDFSBASE and its kin.
u32 processor_feature_word_2();

} // namespace martlet
