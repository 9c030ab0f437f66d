#include "arch/x86_64/local_apic.h"

#include "arch/cpu.h"
#include "arch/interrupts.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/clock_source.h"
#include "arch/x86_64/cpu_features.h"
#include "arch/x86_64/paired_reading.h"
#include "arch/x86_64/registers.h"
#include "arch/x86_64/traps.h"
#include "base/assert.h"
#include "base/log.h"
#include "mm/frame.h"
#include "time/clock.h"
#include "time/cycle_conversion.h"

namespace martlet {
namespace {

// Register offsets; x2APIC has them as MSRs at 0x800 + offset / 16.
enum Register : u32 {
    kId = 0x20,
    kTaskPriority = 0x80,
    kEndOfInterrupt = 0xb0,
    kSpurious = 0xf0,
    kCommandLow = 0x300,
    kCommandHigh = 0x310,
    kLvtTimer = 0x320,
    kLvtLint0 = 0x350,
    kLvtLint1 = 0x360,
    kLvtError = 0x370,
    kTimerInitial = 0x380,
    kTimerCurrent = 0x390,
    kTimerDivide = 0x3e0,
};
inline constexpr u32 kMasked = 1 << 16, kDeadlineMode = 2 << 17, kNmiDelivery = 4 << 8, kSoftwareEnable = 1 << 8,
                     kDivideBy1 = 0xb, kDeliveryPending = 1 << 12, kSelf = 1 << 18;
inline constexpr u64 kBaseEnable = 1 << 11, kBaseX2Apic = 1 << 10;

volatile u32* g_registers = nullptr;
bool g_is_x2apic = false;
bool g_uses_deadline = false;
u64 g_timer_hz = 0;
bool g_timer_hz_is_measured = false;

u32 read(Register offset) {
    if (g_is_x2apic) return static_cast<u32>(read_msr(kMsrX2ApicBase + offset / 16));
    return g_registers[offset / 4];
}

void write(Register offset, u32 value) {
    if (g_is_x2apic) write_msr(kMsrX2ApicBase + offset / 16, value);
    else g_registers[offset / 4] = value;
}

PairedReading read_timer() {
    return read_pair(monotonic_ns, [] { return static_cast<u64>(read(kTimerCurrent)); });
}

/// Counts the timer for 20 µs, longer where readings are slow.
u64 measure_timer_hz() {
    constexpr u64 kMinimumNs = 20'000, kMaximumNs = 500'000;
    write(kTimerInitial, ~0u);
    PairedReading start = read_timer(), end;
    u64 elapsed_ns;
    do {
        end = read_timer();
        elapsed_ns = end.outer - start.outer;
    } while (elapsed_ns < kMinimumNs || (!is_precise(start, end) && elapsed_ns < kMaximumNs));
    write(kTimerInitial, 0);
    return multiply_divide(start.inner - end.inner, kNanosecondsPerSecond, elapsed_ns);
}

/// False if it did not keep what was written: QEMU 7.2 on a busy host now and then loses what a processor that has just
/// started writes, and the processor would hear of nothing for ever.
bool program() {
    constexpr u32 kSpuriousEnabled = kSoftwareEnable | kVectorSpurious;
    write(kTaskPriority, 0);
    write(kLvtTimer, kMasked);
    write(kLvtLint0, kMasked);
    write(kLvtLint1, kNmiDelivery);
    write(kLvtError, kVectorApicError);
    write(kSpurious, kSpuriousEnabled);
    return read(kLvtError) == kVectorApicError && read(kSpurious) == kSpuriousEnabled;
}

} // namespace

void local_apic_init_cpu() {
    u64 base = read_msr(kMsrApicBase);
    if (!(cpuid(1).edx & (1 << 9))) panic("this processor has no local APIC");
    if (g_cpu_features.x2apic) {
        write_msr(kMsrApicBase, base | kBaseEnable);
        write_msr(kMsrApicBase, base | kBaseEnable | kBaseX2Apic);
        g_is_x2apic = true;
    } else {
        write_msr(kMsrApicBase, base | kBaseEnable);
        if (!g_registers) {
            auto mapped = map_device({base & 0xf'ffff'f000}, kPageSize, DeviceCaching::Uncached);
            if (!mapped) panic("the local APIC cannot be mapped");
            g_registers = static_cast<volatile u32*>(*mapped);
        }
    }
    Cpu& cpu = this_cpu();
    cpu.apic_id = local_apic_id();
    constexpr u32 kAttempts = 1000;
    for (u32 attempt = 0; !program(); ++attempt)
        if (attempt == kAttempts) panic("the local APIC does not keep what is written to it");
}

u32 local_apic_id() { return g_is_x2apic ? read(kId) : read(kId) >> 24; }

void local_apic_end_of_interrupt() { write(kEndOfInterrupt, 0); }

namespace {

/// `command`: vector and delivery mode.
void send(u32 apic_id, u32 command) {
    if (g_is_x2apic) {
        asm volatile("mfence; lfence" : : : "memory"); // these writes do not wait for earlier stores (SDM 3A 11.12.3)
        write_msr(kMsrX2ApicBase + kCommandLow / 16, static_cast<u64>(apic_id) << 32 | command);
        return;
    }
    u64 state = irq_save();
    while (read(kCommandLow) & kDeliveryPending) cpu_relax();
    write(kCommandHigh, apic_id << 24);
    write(kCommandLow, command);
    irq_restore(state);
}

inline constexpr u32 kAssert = 1 << 14, kInitDelivery = 5 << 8, kStartupDelivery = 6 << 8;

} // namespace

void local_apic_send(u32 apic_id, u32 vector) { send(apic_id, vector); }
void local_apic_send_nmi(u32 apic_id) { send(apic_id, kNmiDelivery | kAssert); }
void local_apic_send_init(u32 apic_id) { send(apic_id, kInitDelivery | kAssert); }
void local_apic_send_startup(u32 apic_id, u8 page) { send(apic_id, kStartupDelivery | kAssert | page); }
bool local_apic_can_address(u32 apic_id) { return g_is_x2apic || apic_id < 255; }

void local_apic_send_self(u32 vector) {
    if (g_is_x2apic) write_msr(kMsrX2ApicBase + kCommandLow / 16, kSelf | vector);
    else write(kCommandLow, kSelf | vector);
}

void local_apic_timer_init() {
    g_uses_deadline = g_cpu_features.tsc_deadline && tsc_is_the_clock();
    local_apic_timer_init_cpu();
    if (g_uses_deadline) {
        log_info("timer: TSC deadline");
        return;
    }
    g_timer_hz = hypervisor_apic_hz();
    g_timer_hz_is_measured = g_timer_hz == 0;
    if (g_timer_hz_is_measured) g_timer_hz = measure_timer_hz();
    if (g_timer_hz == 0) panic("the local APIC's timer does not count");
    log_info("timer: local APIC at %llu kHz", static_cast<unsigned long long>(g_timer_hz / 1000));
}

void local_apic_timer_init_cpu() {
    if (g_uses_deadline) {
        write(kLvtTimer, kVectorTimer | kDeadlineMode);
        asm volatile("mfence" : : : "memory"); // the mode must be set before the first deadline (Intel SDM 3A 11.5.4.1)
    } else {
        write(kTimerDivide, kDivideBy1);
        write(kLvtTimer, kVectorTimer);
    }
}

void local_apic_timer_rescale(u64 numerator, u64 denominator) {
    if (g_timer_hz_is_measured) g_timer_hz = multiply_divide(g_timer_hz, numerator, denominator);
}

void arm_timer_interrupt(u64 deadline_ns) {
    u64 now_ns = monotonic_ns();
    u64 delta_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
    if (g_uses_deadline) {
        // Never 0: that disarms.
        u64 at = cycle_counter() + ns_to_tsc(delta_ns);
        write_msr(kMsrTscDeadline, at ? at : 1);
        return;
    }
    // The timer may be a little slow: a long wait is cut short of the deadline and armed again for the rest.
    constexpr u64 kLongNs = 10 * kNanosecondsPerMillisecond;
    if (delta_ns > kLongNs) delta_ns -= delta_ns / 64;
    u64 count = multiply_divide(delta_ns, g_timer_hz, kNanosecondsPerSecond) + 1;
    write(kTimerInitial, count > ~0u ? ~0u : static_cast<u32>(count));
}

void disarm_timer_interrupt() {
    if (g_uses_deadline) write_msr(kMsrTscDeadline, 0);
    else write(kTimerInitial, 0);
}

} // namespace martlet
