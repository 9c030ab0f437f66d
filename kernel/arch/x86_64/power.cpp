// arch/machine.h: leaving, by every way that a PC or an emulator offers.
#include "arch/machine.h"

#include "arch/cpu.h"
#include "arch/io_port.h"
#include "arch/smp.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/cpu_features.h"
#include "boot/command_line.h"
#include "boot/command_line_parser.h"
#include "debug/log_setup.h"
#include "mm/frame.h"
#include "time/clock.h"

namespace martlet {
namespace {

/// Polls for up to `milliseconds`: these devices act within microseconds or not at all.
void wait_ms(u64 milliseconds) {
    u64 end_ns = monotonic_ns() + milliseconds * kNanosecondsPerMillisecond;
    for (u64 spins = 0; monotonic_ns() < end_ns && spins < 100'000'000; ++spins) cpu_relax();
}

/// The chipset listens to SLP_TYP only in ACPI mode; firmware that boots in legacy mode is asked to switch.
void enable_acpi_mode(const AcpiInfo& acpi) {
    constexpr u16 kSciEnabled = 1;
    if (port_read_u16(acpi.pm1a_control_port) & kSciEnabled) return;
    if (acpi.smi_command_port == 0 || acpi.acpi_enable_value == 0) return;
    port_write_u8(acpi.smi_command_port, acpi.acpi_enable_value);
    for (u32 attempt = 0; attempt < 100 && !(port_read_u16(acpi.pm1a_control_port) & kSciEnabled); ++attempt)
        wait_ms(1);
}

void acpi_power_off() {
    const AcpiInfo& acpi = acpi_info();
    if (!acpi.has_sleep_off || acpi.pm1a_control_port == 0) return;
    enable_acpi_mode(acpi);
    constexpr u16 kSleepEnable = 1 << 13;
    auto sleep = [](u16 port, u8 type) {
        u16 kept = port_read_u16(port) & ~static_cast<u16>(7 << 10 | kSleepEnable);
        port_write_u16(port, static_cast<u16>(kept | type << 10 | kSleepEnable));
    };
    sleep(acpi.pm1a_control_port, acpi.sleep_off_a);
    if (acpi.pm1b_control_port != 0) sleep(acpi.pm1b_control_port, acpi.sleep_off_b);
    wait_ms(50);
}

void acpi_reset() {
    const AcpiInfo& acpi = acpi_info();
    if (!acpi.has_reset_register) return;
    if (acpi.reset_space == 1) {
        port_write_u8(static_cast<u16>(acpi.reset_address), acpi.reset_value);
    } else if (auto mapped = map_device({acpi.reset_address & ~(kPageSize - 1)}, kPageSize, DeviceCaching::Uncached)) {
        static_cast<volatile u8*>(*mapped)[acpi.reset_address & (kPageSize - 1)] = acpi.reset_value;
    }
    wait_ms(10);
}

void keyboard_controller_reset() {
    for (u32 attempt = 0; attempt < 10'000 && (port_read_u8(0x64) & 2); ++attempt) cpu_relax();
    port_write_u8(0x64, 0xfe);
    wait_ms(10);
}

[[noreturn]] void triple_fault() {
    struct [[gnu::packed]] {
        u16 limit = 0;
        u64 base = 0;
    } empty;
    asm volatile("lidt %0; int3" : : "m"(empty));
    cpu_stop();
}

} // namespace

void machine_power_off() {
    irq_disable();
    stop_other_cpus();
    acpi_power_off();
    if (g_cpu_features.under_hypervisor) {
        port_write_u16(0x604, 0x2000);  // QEMU's chipset without ACPI tables
        port_write_u16(0xb004, 0x2000); // Bochs and older QEMU
    }
    write_on_every_console("The machine does not turn itself off: it is safe to do so by hand.\n");
    cpu_stop();
}

void machine_reboot() {
    irq_disable();
    stop_other_cpus();
    acpi_reset();
    port_write_u8(0xcf9, 0x02); // reset control register of PCI chipsets: full reset
    port_write_u8(0xcf9, 0x06);
    wait_ms(10);
    keyboard_controller_reset();
    triple_fault();
}

void machine_halt() {
    irq_disable();
    stop_other_cpus();
    write_on_every_console("Halted.\n");
    cpu_stop();
}

void machine_debug_exit(u8 status) {
    u16 port = 0xf4;
    if (auto option = command_line_option("martlet.debug_exit_port"))
        if (std::optional<u64> number = parse_number(*option); number && *number <= 0xffff)
            port = static_cast<u16>(*number);
    port_write_u8(port, status);
}

u64 machine_entropy() {
    u64 value = cycle_counter();
    for (u32 attempt = 0; attempt < 10; ++attempt) {
        bool is_good = false;
        if (g_cpu_features.rdseed) asm volatile("rdseed %0; setc %1" : "=r"(value), "=qm"(is_good) : : "cc");
        if (!is_good && g_cpu_features.rdrand)
            asm volatile("rdrand %0; setc %1" : "=r"(value), "=qm"(is_good) : : "cc");
        if (is_good) return value ^ cycle_counter();
    }
    // Without an instruction: the jitter of the cycle counter, stirred (the finaliser of SplitMix64).
    static u64 state = 0;
    for (u32 round = 0; round < 8; ++round) {
        state = (state ^ cycle_counter()) * 0x9e37'79b9'7f4a'7c15;
        state ^= state >> 29;
    }
    return state;
}

} // namespace martlet
