// Extended state with XSAVE (XSAVEOPT when there) or FXSAVE (Intel SDM 1 10.5, 13).
#include "arch/x86_64/fpu.h"

#include <string.h>

#include "arch/context.h"
#include "arch/cpu.h"
#include "arch/user_copy.h"
#include "arch/x86_64/cpu_features.h"
#include "arch/x86_64/registers.h"
#include "mm/address.h"
#include "sched/thread.h"

extern "C" {
martlet::u64 user_save_state(void* to, martlet::u64 features);
martlet::u64 user_load_state(const void* from, martlet::u64 features);
}

namespace martlet {
namespace {

inline constexpr usize kLegacyAreaSize = 512, kHeaderSize = 64, kAreaAlignment = 64;
inline constexpr usize kControlWordOffset = 0, kMxcsrOffset = 24, kMxcsrMaskOffset = 28, kXstateBvOffset = 512;
inline constexpr u64 kStateX87 = 1, kStateSse = 2, kStateAvx = 4, kStateAvx512 = 0xe0;
inline constexpr u32 kDefaultMxcsr = 0x1f80;
inline constexpr u16 kDefaultControlWord = 0x37f;

usize g_size = kLegacyAreaSize;
u64 g_features = 0; // XCR0; 0: FXSAVE only
u32 g_mxcsr_mask = 0xffbf;

void write_xcr0(u64 value) {
    asm volatile("xsetbv" : : "c"(0), "a"(static_cast<u32>(value)), "d"(static_cast<u32>(value >> 32)));
}

template <typename T> T load(const u8* from) {
    T value;
    memcpy(&value, from, sizeof value);
    return value;
}
template <typename T> void store(u8* to, T value) { memcpy(to, &value, sizeof value); }

} // namespace

void fpu_init_cpu() {
    if (g_cpu_features.xsave) {
        CpuidResult leaf = cpuid(0xd, 0);
        u64 supported = leaf.eax | static_cast<u64>(leaf.edx) << 32;
        u64 wanted = kStateX87 | kStateSse | kStateAvx;
        if ((supported & kStateAvx512) == kStateAvx512) wanted |= kStateAvx512;
        g_features = supported & wanted;
        write_xcr0(g_features);
        g_size = cpuid(0xd, 0).ebx; // the size that the enabled components need
    }
    asm volatile("fninit");
    u32 mxcsr = kDefaultMxcsr;
    asm volatile("ldmxcsr %0" : : "m"(mxcsr));
    alignas(16) u8 probe[kLegacyAreaSize];
    memset(probe, 0, sizeof probe);
    asm volatile("fxsave64 %0" : "=m"(probe));
    if (u32 mask = load<u32>(probe + kMxcsrMaskOffset); mask != 0) g_mxcsr_mask = mask;
}

void fpu_save(u8* area) {
    u32 low = static_cast<u32>(g_features), high = static_cast<u32>(g_features >> 32);
    if (g_cpu_features.xsaveopt) asm volatile("xsaveopt64 (%0)" : : "r"(area), "a"(low), "d"(high) : "memory");
    else if (g_features != 0) asm volatile("xsave64 (%0)" : : "r"(area), "a"(low), "d"(high) : "memory");
    else asm volatile("fxsave64 (%0)" : : "r"(area) : "memory");
}

void fpu_restore(const u8* area) {
    u32 low = static_cast<u32>(g_features), high = static_cast<u32>(g_features >> 32);
    if (g_features != 0) asm volatile("xrstor64 (%0)" : : "r"(area), "a"(low), "d"(high) : "memory");
    else asm volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
}

void fpu_export(const u8* area, u8* to) {
    constexpr usize kXmmOffset = 160, kXmmEnd = 416, kMxcsrSize = 8, kFeaturesOffset = 464;
    if (g_features == 0) {
        memcpy(to, area, kLegacyAreaSize);
        return;
    }
    u64 present = load<u64>(area + kXstateBvOffset);
    memset(to, 0, g_size);
    store(to + kControlWordOffset, kDefaultControlWord);
    store(to + kMxcsrOffset, kDefaultMxcsr);
    if (present & kStateX87) {
        memcpy(to, area, kMxcsrOffset);
        memcpy(to + kMxcsrOffset + kMxcsrSize, area + kMxcsrOffset + kMxcsrSize,
               kXmmOffset - kMxcsrOffset - kMxcsrSize);
    }
    if (present & (kStateSse | kStateAvx)) store(to + kMxcsrOffset, load<u32>(area + kMxcsrOffset));
    store(to + kMxcsrMaskOffset, g_mxcsr_mask);
    if (present & kStateSse) memcpy(to + kXmmOffset, area + kXmmOffset, kXmmEnd - kXmmOffset);
    store(to + kFeaturesOffset, g_features);
    store(to + kXstateBvOffset, present);
    for (u32 component = 2; component < 63; ++component) {
        if (!(g_features & present & 1ull << component)) continue;
        CpuidResult leaf = cpuid(0xd, component);
        memcpy(to + leaf.ebx, area + leaf.ebx, leaf.eax);
    }
}

bool fpu_import(u8* area, FpuPart part) {
    if (load<u32>(area + kMxcsrOffset) & ~g_mxcsr_mask) return false;
    if (g_features == 0) return true;
    u64 present = load<u64>(area + kXstateBvOffset);
    if (part == FpuPart::Legacy) {
        store(area + kXstateBvOffset, present | kStateX87 | kStateSse);
        return true;
    }
    if (present & ~g_features) return false;
    for (usize offset = 8; offset < kHeaderSize; ++offset)
        if (area[kXstateBvOffset + offset] != 0) return false;
    return true;
}

bool fpu_save_to_user(u64 address) {
    if (address % kAreaAlignment != 0 || address > kUserEnd - g_size) return false;
    // XSAVE writes one word of the header; the others must be 0 for XRSTOR.
    if (arch_clear_user(address + kXstateBvOffset, kHeaderSize) != 0) return false;
    return user_save_state(reinterpret_cast<void*>(address), g_features) == 0;
}

bool fpu_load_from_user(u64 address) {
    if (address % kAreaAlignment != 0 || address > kUserEnd - g_size) return false;
    return user_load_state(reinterpret_cast<const void*>(address), g_features) == 0;
}

usize fpu_state_size() { return g_size; }
u64 fpu_user_area_features() { return g_features; }

void fpu_init_state(u8* area) {
    memset(area, 0, g_size);
    store(area + kControlWordOffset, kDefaultControlWord);
    store(area + kMxcsrOffset, kDefaultMxcsr);
}

bool fpu_is_loadable(const u8* area) {
    if (load<u32>(area + kMxcsrOffset) & ~g_mxcsr_mask) return false;
    if (g_features == 0) return true;
    // XRSTOR faults on unknown components, the compacted format and non-zero reserved header bytes (SDM 1 13.8).
    if (load<u64>(area + kXstateBvOffset) & ~g_features) return false;
    for (u32 offset = 8; offset < kHeaderSize; ++offset)
        if (area[kXstateBvOffset + offset] != 0) return false;
    return true;
}

void fpu_save_current() {
    u64 state = irq_save();
    if (u8* area = current_thread()->context.fpu) fpu_save(area);
    irq_restore(state);
}

void fpu_load_current() {
    u64 state = irq_save();
    if (u8* area = current_thread()->context.fpu) fpu_restore(area);
    irq_restore(state);
}

u32 fpu_x87_exceptions() {
    u16 control, status;
    asm volatile("fnstcw %0; fnstsw %1" : "=m"(control), "=m"(status));
    return static_cast<u32>(status) & ~static_cast<u32>(control) & 0x3f;
}

u32 fpu_simd_exceptions() {
    u32 mxcsr;
    asm volatile("stmxcsr %0" : "=m"(mxcsr));
    return mxcsr & ~(mxcsr >> 7) & 0x3f;
}

} // namespace martlet
