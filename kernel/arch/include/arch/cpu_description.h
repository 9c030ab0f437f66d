// What the processor says about itself, for /proc/cpuinfo and AT_HWCAP.
#pragma once
#include <string_view>

#include "base/types.h"

namespace martlet {

struct CpuDescription {
    char vendor[13];     // "GenuineIntel"
    char model_name[49]; // "" if the processor does not say
    u32 family, model, stepping;
    u32 cache_kib;       // the largest cache level; 0 if unknown
    u32 physical_address_bits, virtual_address_bits;
    u32 max_leaf;
    u32 cache_line_bytes;
    u64 frequency_khz;   // of the time-stamp counter
    u32 hardware_capabilities; // AT_HWCAP: CPUID.1 EDX
    u32 apic_id;
};

CpuDescription describe_cpu(u32 cpu_id);
/// Calls visit for each feature that user programs may rely on, by the name Linux gives it.
void for_each_cpu_flag(void (*visit)(void*, std::string_view), void* context);

} // namespace martlet
