// What this processor can do, found once on the boot processor (Intel SDM 2A CPUID; AMD APM 3 E).
#pragma once
#include "base/types.h"

namespace martlet {

struct CpuFeatures {
    u32 max_leaf, max_extended_leaf, max_hypervisor_leaf;
    bool global_pages, smep, smap, umip, fsgsbase, xsave, xsaveopt, rdrand, rdseed;
    bool x2apic, tsc_deadline, invariant_tsc;
    bool is_intel, is_amd, under_hypervisor;
};

/// Valid after detect_cpu_features.
extern CpuFeatures g_cpu_features;
void detect_cpu_features();

/// Turns on, on this CPU, what the boot processor has (CR0, CR4, EFER, SYSCALL registers); nosmap and nosmep on the
/// command line leave those out.
void enable_cpu_features();

} // namespace martlet
