#include "arch/x86_64/cpu_features.h"

#include <string.h>

#include "arch/machine.h"
#include "arch/x86_64/offsets.h"
#include "arch/x86_64/registers.h"
#include "boot/command_line.h"

extern "C" {
extern char system_call_entry[], system_call_entry_32[];
/// Places of CLAC/STAC: offset from the entry itself, last byte of the opcode. NOPs until patched.
struct SmapPatch {
    martlet::i32 place_offset;
    martlet::u32 last_byte;
};
extern const SmapPatch __smap_patches_start[], __smap_patches_end[];
}

namespace martlet {

CpuFeatures g_cpu_features;

void detect_cpu_features() {
    CpuFeatures& features = g_cpu_features;
    CpuidResult vendor = cpuid(0);
    features.max_leaf = vendor.eax;
    features.is_intel = vendor.ebx == 0x756e6547;
    features.is_amd = vendor.ebx == 0x68747541 || vendor.ebx == 0x6f677948; // AuthenticAMD, HygonGenuine
    features.max_extended_leaf = cpuid(0x8000'0000).eax;

    CpuidResult basic = cpuid(1);
    features.global_pages = basic.edx & (1u << 13);
    features.x2apic = basic.ecx & (1u << 21);
    features.tsc_deadline = basic.ecx & (1u << 24);
    features.xsave = basic.ecx & (1u << 26);
    features.rdrand = basic.ecx & (1u << 30);
    features.under_hypervisor = basic.ecx & (1u << 31);
    if (features.under_hypervisor) features.max_hypervisor_leaf = cpuid(0x4000'0000).eax;
    if (features.max_leaf >= 7) {
        CpuidResult structured = cpuid(7, 0);
        features.fsgsbase = structured.ebx & (1u << 0);
        features.smep = structured.ebx & (1u << 7);
        features.rdseed = structured.ebx & (1u << 18);
        features.smap = structured.ebx & (1u << 20);
        features.umip = structured.ecx & (1u << 2);
    }
    if (features.xsave && features.max_leaf >= 0xd) features.xsaveopt = cpuid(0xd, 1).eax & 1;
    else features.xsave = false;
    if (features.max_extended_leaf >= 0x8000'0007) features.invariant_tsc = cpuid(0x8000'0007).edx & (1u << 8);
    if (command_line_option("nosmap")) features.smap = false;
    if (command_line_option("nosmep")) features.smep = false;
    if (command_line_option("nofsgsbase")) features.fsgsbase = false;
    if (command_line_option("nox2apic")) features.x2apic = false;
    if (command_line_option("noxsave")) features.xsave = features.xsaveopt = false;
}

namespace {

/// Early boot maps the text writable; mm takes that away later.
void patch_smap_instructions() {
    for (const SmapPatch* patch = __smap_patches_start; patch != __smap_patches_end; ++patch) {
        u8* place = reinterpret_cast<u8*>(reinterpret_cast<u64>(&patch->place_offset) + patch->place_offset);
        place[1] = 0x01;
        place[2] = static_cast<u8>(patch->last_byte); // 0f 01 ca: CLAC, 0f 01 cb: STAC
    }
}

} // namespace

void enable_cpu_features() {
    const CpuFeatures& features = g_cpu_features;
    static bool is_patched = false;
    if (features.smap && !is_patched) patch_smap_instructions();
    is_patched = true;

    write_cr0((read_cr0() & ~(kCr0Emulation | kCr0TaskSwitched)) | kCr0MonitorCoprocessor | kCr0NumericError |
              kCr0WriteProtect);
    u64 cr4 = read_cr4() | kCr4FxSave | kCr4SimdExceptions;
    cr4 &= ~kCr4TimeStampDisable;
    if (features.global_pages) cr4 |= kCr4GlobalPages;
    if (features.umip) cr4 |= kCr4Umip;
    if (features.fsgsbase) cr4 |= kCr4FsGsBase;
    if (features.smep) cr4 |= kCr4Smep;
    if (features.smap) cr4 |= kCr4Smap;
    if (features.xsave) cr4 |= kCr4XSave;
    write_cr4(cr4);

    // SYSCALL loads CS/SS from STAR[47:32]; SYSRET from STAR[63:48] (+16 and +8), which is why user data lies before
    // user code in the GDT.
    write_msr(kMsrStar, static_cast<u64>(KERNEL_CODE_SELECTOR) << 32 | static_cast<u64>(USER_CODE_SELECTOR - 16) << 48);
    write_msr(kMsrLstar, reinterpret_cast<u64>(system_call_entry));
    write_msr(kMsrCstar, reinterpret_cast<u64>(system_call_entry_32));
    write_msr(kMsrSyscallMask, kFlagTrap | kFlagInterrupts | kFlagDirection | kFlagNestedTask |
                                   kFlagAlignmentCheck | kFlagResume | 0x3000 /* I/O privilege */);
    if (features.is_intel) write_msr(kMsrSysenterCs, 0); // SYSENTER: #GP
}

u32 processor_feature_word() { return cpuid(1).edx; }
u32 processor_feature_word_2() { return g_cpu_features.fsgsbase ? 2 : 0; }

} // namespace martlet
