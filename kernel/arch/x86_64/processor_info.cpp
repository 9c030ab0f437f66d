// arch/processor_info.h from CPUID (Intel SDM 2A, CPUID; AMD APM 3 E).
#include "arch/processor_info.h"

#include <string.h>

#include <string_view>

#include "arch/x86_64/clock_source.h"
#include "arch/x86_64/cpu_features.h"
#include "arch/x86_64/registers.h"

namespace martlet {
namespace {

/// The CPUID words that flags come from, in the order of Linux's cpufeatures.
enum Word : u8 {
    kBasicEdx,
    kExtendedEdx,
    kBasicEcx,
    kExtendedEcx,
    kStructuredEbx,
    kStructuredEcx,
    kStructuredEdx,
    kXsaveEax,
    kWordCount
};

struct Flag {
    Word word;
    u8 bit;
    const char* name;
};

constexpr Flag kFlags[] = {
    {kBasicEdx, 0, "fpu"},
    {kBasicEdx, 1, "vme"},
    {kBasicEdx, 2, "de"},
    {kBasicEdx, 3, "pse"},
    {kBasicEdx, 4, "tsc"},
    {kBasicEdx, 5, "msr"},
    {kBasicEdx, 6, "pae"},
    {kBasicEdx, 7, "mce"},
    {kBasicEdx, 8, "cx8"},
    {kBasicEdx, 9, "apic"},
    {kBasicEdx, 11, "sep"},
    {kBasicEdx, 12, "mtrr"},
    {kBasicEdx, 13, "pge"},
    {kBasicEdx, 14, "mca"},
    {kBasicEdx, 15, "cmov"},
    {kBasicEdx, 16, "pat"},
    {kBasicEdx, 17, "pse36"},
    {kBasicEdx, 19, "clflush"},
    {kBasicEdx, 23, "mmx"},
    {kBasicEdx, 24, "fxsr"},
    {kBasicEdx, 25, "sse"},
    {kBasicEdx, 26, "sse2"},
    {kBasicEdx, 27, "ss"},
    {kBasicEdx, 28, "ht"},
    {kExtendedEdx, 11, "syscall"},
    {kExtendedEdx, 20, "nx"},
    {kExtendedEdx, 22, "mmxext"},
    {kExtendedEdx, 25, "fxsr_opt"},
    {kExtendedEdx, 26, "pdpe1gb"},
    {kExtendedEdx, 27, "rdtscp"},
    {kExtendedEdx, 29, "lm"},
    {kExtendedEdx, 30, "3dnowext"},
    {kExtendedEdx, 31, "3dnow"},
    {kBasicEcx, 0, "pni"},
    {kBasicEcx, 1, "pclmulqdq"},
    {kBasicEcx, 3, "monitor"},
    {kBasicEcx, 5, "vmx"},
    {kBasicEcx, 9, "ssse3"},
    {kBasicEcx, 12, "fma"},
    {kBasicEcx, 13, "cx16"},
    {kBasicEcx, 17, "pcid"},
    {kBasicEcx, 19, "sse4_1"},
    {kBasicEcx, 20, "sse4_2"},
    {kBasicEcx, 21, "x2apic"},
    {kBasicEcx, 22, "movbe"},
    {kBasicEcx, 23, "popcnt"},
    {kBasicEcx, 24, "tsc_deadline_timer"},
    {kBasicEcx, 25, "aes"},
    {kBasicEcx, 26, "xsave"},
    {kBasicEcx, 28, "avx"},
    {kBasicEcx, 29, "f16c"},
    {kBasicEcx, 30, "rdrand"},
    {kBasicEcx, 31, "hypervisor"},
    {kExtendedEcx, 0, "lahf_lm"},
    {kExtendedEcx, 1, "cmp_legacy"},
    {kExtendedEcx, 2, "svm"},
    {kExtendedEcx, 4, "cr8_legacy"},
    {kExtendedEcx, 5, "abm"},
    {kExtendedEcx, 6, "sse4a"},
    {kExtendedEcx, 7, "misalignsse"},
    {kExtendedEcx, 8, "3dnowprefetch"},
    {kStructuredEbx, 0, "fsgsbase"},
    {kStructuredEbx, 3, "bmi1"},
    {kStructuredEbx, 5, "avx2"},
    {kStructuredEbx, 7, "smep"},
    {kStructuredEbx, 8, "bmi2"},
    {kStructuredEbx, 9, "erms"},
    {kStructuredEbx, 10, "invpcid"},
    {kStructuredEbx, 16, "avx512f"},
    {kStructuredEbx, 17, "avx512dq"},
    {kStructuredEbx, 18, "rdseed"},
    {kStructuredEbx, 19, "adx"},
    {kStructuredEbx, 20, "smap"},
    {kStructuredEbx, 23, "clflushopt"},
    {kStructuredEbx, 24, "clwb"},
    {kStructuredEbx, 28, "avx512cd"},
    {kStructuredEbx, 29, "sha_ni"},
    {kStructuredEbx, 30, "avx512bw"},
    {kStructuredEbx, 31, "avx512vl"},
    {kXsaveEax, 0, "xsaveopt"},
    {kXsaveEax, 1, "xsavec"},
    {kXsaveEax, 2, "xgetbv1"},
    {kXsaveEax, 3, "xsaves"},
    {kStructuredEcx, 2, "umip"},
    {kStructuredEcx, 8, "gfni"},
    {kStructuredEcx, 9, "vaes"},
    {kStructuredEcx, 10, "vpclmulqdq"},
    {kStructuredEcx, 16, "la57"},
    {kStructuredEcx, 22, "rdpid"},
    {kStructuredEdx, 4, "fsrm"},
};

/// Names of features that the kernel leaves off must not be shown: a program would rely on them.
bool is_withheld(const Flag& flag) {
    std::string_view name = flag.name;
    const CpuFeatures& features = g_cpu_features;
    if (!features.xsave) {
        if (flag.word == kXsaveEax || name == "xsave" || name.starts_with("avx") || name == "fma" || name == "f16c")
            return true;
    }
    return (name == "fsgsbase" && !features.fsgsbase) || (name == "smep" && !features.smep) ||
           (name == "smap" && !features.smap) || (name == "x2apic" && !features.x2apic);
}

/// The largest cache of deterministic cache parameters (leaf 4), or AMD's L2/L3 (80000006H).
u32 largest_cache_kib() {
    u64 largest = 0;
    if (g_cpu_features.max_leaf >= 4 && !g_cpu_features.is_amd) {
        for (u32 index = 0; index < 8; ++index) {
            CpuidResult cache = cpuid(4, index);
            if ((cache.eax & 0x1f) == 0) break;
            u64 size = ((cache.ebx >> 22) + 1ull) * ((cache.ebx >> 12 & 0x3ff) + 1) *
                       ((cache.ebx & 0xfff) + 1) * (cache.ecx + 1ull);
            if (size > largest) largest = size;
        }
    } else if (g_cpu_features.max_extended_leaf >= 0x8000'0006) {
        CpuidResult cache = cpuid(0x8000'0006);
        largest = (cache.edx >> 18) != 0 ? (cache.edx >> 18) * 512 * kKiB : (cache.ecx >> 16) * kKiB;
    }
    return static_cast<u32>(largest / kKiB);
}

} // namespace

ProcessorInfo processor_info() {
    ProcessorInfo info{};
    CpuidResult vendor = cpuid(0), basic = cpuid(1);
    memcpy(info.vendor, &vendor.ebx, 4);
    memcpy(info.vendor + 4, &vendor.edx, 4);
    memcpy(info.vendor + 8, &vendor.ecx, 4);
    if (g_cpu_features.max_extended_leaf >= 0x8000'0004) {
        for (u32 part = 0; part < 3; ++part) {
            CpuidResult name = cpuid(0x8000'0002 + part);
            memcpy(info.name + part * 16, &name, 16);
        }
        // Some processors right-align the name.
        usize blanks = 0;
        while (info.name[blanks] == ' ') ++blanks;
        memmove(info.name, info.name + blanks, sizeof info.name - blanks);
    }
    u32 family = basic.eax >> 8 & 0xf, model = basic.eax >> 4 & 0xf;
    if (family == 6 || family == 15) model |= basic.eax >> 12 & 0xf0;
    if (family == 15) family += basic.eax >> 20 & 0xff;
    info.family = family;
    info.model = model;
    info.stepping = basic.eax & 0xf;
    info.max_leaf = vendor.eax;
    info.cache_kib = largest_cache_kib();
    info.line_size = (basic.ebx >> 8 & 0xff) * 8;
    if (g_cpu_features.is_amd && g_cpu_features.max_extended_leaf >= 0x8000'0006) {
        u32 entries = cpuid(0x8000'0006).ebx;
        info.tlb_pages = (entries >> 16 & 0xfff) + (entries & 0xfff);
    }
    u32 widths = g_cpu_features.max_extended_leaf >= 0x8000'0008 ? cpuid(0x8000'0008).eax : 0x3024;
    info.physical_bits = widths & 0xff;
    info.virtual_bits = widths >> 8 & 0xff;
    info.frequency_khz = static_cast<u32>(tsc_hz() / 1000);
    info.hardware_capabilities = basic.edx;
    return info;
}

void for_each_processor_flag(void (*visit)(void*, const char*), void* context) {
    u32 words[kWordCount] = {};
    CpuidResult basic = cpuid(1);
    words[kBasicEdx] = basic.edx;
    words[kBasicEcx] = basic.ecx;
    if (g_cpu_features.max_extended_leaf >= 0x8000'0001) {
        CpuidResult extended = cpuid(0x8000'0001);
        words[kExtendedEdx] = extended.edx;
        words[kExtendedEcx] = extended.ecx;
    }
    if (g_cpu_features.max_leaf >= 7) {
        CpuidResult structured = cpuid(7);
        words[kStructuredEbx] = structured.ebx;
        words[kStructuredEcx] = structured.ecx;
        words[kStructuredEdx] = structured.edx;
    }
    if (g_cpu_features.max_leaf >= 0xd) words[kXsaveEax] = cpuid(0xd, 1).eax;
    for (const Flag& flag : kFlags)
        if ((words[flag.word] >> flag.bit & 1) && !is_withheld(flag)) visit(context, flag.name);
}

} // namespace martlet
