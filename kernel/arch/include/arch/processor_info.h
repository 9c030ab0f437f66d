// What the processor says about itself, for /proc/cpuinfo and AT_HWCAP.
#pragma once
#include "base/types.h"

namespace martlet {

struct ProcessorInfo {
    char vendor[13];   // "GenuineIntel"
    char name[49];     // "" if the processor does not say
    u32 family, model, stepping;
    u32 cache_kib;     // the largest cache level; 0 if unknown
    u32 line_size;     // of a cache line, in bytes
    u32 tlb_pages;     // translations of 4 KiB pages that it holds; 0 if unknown
    u32 physical_bits, virtual_bits;
    u32 max_leaf;
    u32 frequency_khz; // of the time-stamp counter; 0 if the clock is another counter
    u32 hardware_capabilities; // AT_HWCAP: CPUID.1 EDX
};

ProcessorInfo processor_info();
/// Calls visit for each feature that user programs may rely on, by the name Linux gives it.
void for_each_processor_flag(void (*visit)(void*, const char*), void* context);

} // namespace martlet
