// Which counter the clock is made of: the time-stamp counter if it is steady, else HPET, else the ACPI PM
// timer.
//
// The TSC's frequency comes from CPUID (leaf 40000010H of hypervisors, 15H, 16H) or is measured against HPET,
// the PM timer or the PIT over 50 µs, and again over a longer time later (refine_cycle_clock).
#include "arch/x86_64/clock_source.h"

#include <algorithm>

#include "arch/cpu.h"
#include "arch/io_port.h"
#include "arch/start.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/cpu_features.h"
#include "arch/x86_64/local_apic.h"
#include "arch/x86_64/paired_reading.h"
#include "arch/x86_64/registers.h"
#include "base/assert.h"
#include "base/log.h"
#include "boot/command_line.h"
#include "mm/frame.h"
#include "time/cycle_conversion.h"

/// The time-stamp counter at the kernel's first instructions (boot.S).
extern "C" const martlet::u64 boot_cycle_counter;

namespace martlet {
namespace {

inline constexpr u64 kFemtosecondsPerSecond = 1'000'000'000'000'000;
inline constexpr u64 kPmTimerHz = 3'579'545, kPitHz = 1'193'182;

volatile u64* g_hpet = nullptr; // its registers: capabilities at 0, configuration at 2, main counter at 30
bool g_hpet_is_64_bit = false;
bool g_tsc_is_the_clock = false;
u64 g_tsc_hz = 0;

u64 read_tsc() { return cycle_counter(); }
u64 read_hpet() { return g_hpet_is_64_bit ? g_hpet[30] : *reinterpret_cast<volatile u32*>(&g_hpet[30]); }
u64 read_pm_timer() { return port_read_u32(acpi_info().pm_timer_port); }

/// Counter 2 of the PIT counts down from 65536 freely once its gate is on; read by latching (8254 data sheet).
u64 read_pit() {
    port_write_u8(0x43, 0x80);
    u32 low = port_read_u8(0x42);
    u32 high = port_read_u8(0x42);
    return 0xffff - (low | high << 8);
}
void start_pit() {
    port_write_u8(0x61, (port_read_u8(0x61) & ~2) | 1);
    port_write_u8(0x43, 0xb4); // counter 2, both bytes, rate generator
    port_write_u8(0x42, 0xff);
    port_write_u8(0x42, 0xff);
}

CycleClock find_hpet() {
    u64 address = acpi_info().hpet_address;
    if (address == 0) return {};
    auto mapped = map_device({address & ~(kPageSize - 1)}, kPageSize, DeviceCaching::Uncached);
    if (!mapped) return {};
    g_hpet = reinterpret_cast<volatile u64*>(static_cast<u8*>(*mapped) + (address & (kPageSize - 1)));
    u64 capabilities = g_hpet[0];
    u64 period_fs = capabilities >> 32;
    if (capabilities == ~0ull || period_fs == 0 || period_fs > 100'000'000) return {}; // IA-PC HPET 2.3.4
    g_hpet_is_64_bit = capabilities & (1 << 13);
    g_hpet[2] = (g_hpet[2] & ~2ull) | 1; // count; no legacy routing
    return {read_hpet,
            kFemtosecondsPerSecond / period_fs,
            g_hpet_is_64_bit ? ~0ull : 0xffff'ffff,
            "hpet",
            false,
            false,
            read_hpet()};
}

CycleClock find_pm_timer() {
    const AcpiInfo& acpi = acpi_info();
    if (acpi.pm_timer_port == 0) return {};
    // A port where nothing is does not count.
    u64 first = read_pm_timer();
    bool counts = false;
    for (u32 attempt = 0; attempt < 1000 && !counts; ++attempt) counts = read_pm_timer() != first;
    if (!counts) return {};
    return {read_pm_timer,  kPmTimerHz, acpi.pm_timer_is_32_bit ? 0xffff'ffff : 0xff'ffff,
            "acpi_pm",      false,      false,
            read_pm_timer()};
}

/// Where measuring the TSC began.
CycleClock g_reference{};
PairedReading g_measurement_start;

u64 measured_hz(const PairedReading& now) {
    u64 elapsed = (now.inner - g_measurement_start.inner) & g_reference.mask;
    return elapsed == 0 ? 0 : multiply_divide(now.outer - g_measurement_start.outer, g_reference.frequency_hz, elapsed);
}

/// Over 50 µs, longer where readings are slow.
u64 measure_tsc_hz(const CycleClock& reference) {
    constexpr u64 kMinimumNs = 50'000, kMaximumNs = 500'000;
    constexpr u32 kMaxReads = 100'000; // a counter that stands still must not hold up the boot
    g_reference = reference;
    u64 minimum = multiply_divide(kMinimumNs, reference.frequency_hz, kNanosecondsPerSecond);
    u64 maximum = multiply_divide(kMaximumNs, reference.frequency_hz, kNanosecondsPerSecond);
    g_measurement_start = read_pair(read_tsc, reference.read);
    for (u32 reads = 0; reads < kMaxReads; ++reads) {
        PairedReading now = read_pair(read_tsc, reference.read);
        u64 elapsed = (now.inner - g_measurement_start.inner) & reference.mask;
        if (elapsed >= maximum || (elapsed >= minimum && is_precise(g_measurement_start, now))) return measured_hz(now);
    }
    return 0;
}

/// From CPUID, in Hz; 0 if the processor does not say.
u64 stated_tsc_hz() {
    const CpuFeatures& features = g_cpu_features;
    if (features.max_hypervisor_leaf >= 0x4000'0010 && features.max_hypervisor_leaf < 0x4000'1000)
        if (u64 khz = cpuid(0x4000'0010).eax) return khz * 1000;
    if (!features.is_intel) return 0;
    if (features.max_leaf >= 0x15) {
        CpuidResult ratio = cpuid(0x15); // TSC = crystal * ebx / eax
        if (ratio.eax != 0 && ratio.ebx != 0 && ratio.ecx != 0) return multiply_divide(ratio.ecx, ratio.ebx, ratio.eax);
    }
    return 0;
}

} // namespace

bool tsc_is_the_clock() { return g_tsc_is_the_clock; }
u64 ns_to_tsc(u64 ns) { return multiply_divide(ns, g_tsc_hz, kNanosecondsPerSecond); }

u64 tsc_hz() { return g_tsc_hz; }

u64 hypervisor_apic_hz() {
    const CpuFeatures& features = g_cpu_features;
    if (features.max_hypervisor_leaf < 0x4000'0010 || features.max_hypervisor_leaf >= 0x4000'1000) return 0;
    return cpuid(0x4000'0010).ebx * 1000ull;
}

CycleClock find_cycle_clock() {
    CycleClock hpet = find_hpet(), pm_timer = find_pm_timer();
    CycleClock slow = hpet.read ? hpet : pm_timer;
    std::string_view wish = command_line_option("clocksource").value_or("");
    if (wish == "hpet" && hpet.read) return hpet;
    if (wish == "acpi_pm" && pm_timer.read) return pm_timer;

    // Emulators and hypervisors keep the TSC steady without saying so.
    bool is_steady = g_cpu_features.invariant_tsc || g_cpu_features.under_hypervisor || wish == "tsc";
    if (!is_steady && slow.read) return slow;
    g_tsc_hz = stated_tsc_hz();
    bool is_measured = g_tsc_hz == 0;
    if (is_measured) {
        CycleClock reference = slow;
        if (!reference.read) {
            start_pit();
            reference = {read_pit, kPitHz, 0xffff, "pit", false, false, 0};
        }
        g_tsc_hz = measure_tsc_hz(reference);
    }
    if (g_tsc_hz == 0 && slow.read) return slow;
    if (g_tsc_hz == 0) panic("no clock: neither CPUID, HPET, ACPI PM timer nor PIT tells the processor's speed");
    g_tsc_is_the_clock = true;
    return {read_tsc, g_tsc_hz, ~0ull, "tsc", is_measured && slow.read != nullptr, true, boot_cycle_counter};
}

u64 refine_cycle_clock() {
    if (!g_tsc_is_the_clock || !g_reference.read) return 0;
    u64 hz = measured_hz(read_pair(read_tsc, g_reference.read));
    // A reference that has wrapped, or a machine that stood still, would give nonsense.
    if (hz < g_tsc_hz - g_tsc_hz / 10 || hz > g_tsc_hz + g_tsc_hz / 10) return 0;
    local_apic_timer_rescale(hz, g_tsc_hz);
    g_tsc_hz = hz;
    return hz;
}

} // namespace martlet
