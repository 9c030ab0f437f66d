// What the kernel takes from the ACPI tables (ACPI 6.5 5.2): interrupt controllers, clocks, power.
//
// All is read once, before mm takes the boot page tables away. The tables are firmware's and may be wrong: lengths and
// checksums are checked, everything unknown is skipped.
#pragma once
#include "base/types.h"
#include "boot/loader_formats.h"

namespace martlet {

struct AcpiInfo {
    bool found = false;
    bool has_madt = false;
    u64 local_apic_address = 0xfee0'0000;

    struct IoApic {
        u32 address, first_line;
    };
    IoApic io_apics[8];
    u32 io_apic_count = 0;

    struct IsaOverride {
        u32 line;
        u16 flags; // MPS INTI flags: polarity in bits 0-1, trigger in bits 2-3; 0 conforms to the bus
        bool present;
    };
    IsaOverride isa_overrides[16] = {};

    u32 cpu_apic_ids[256];
    u32 cpu_count = 0;

    u64 hpet_address = 0;
    u16 pm_timer_port = 0;
    bool pm_timer_is_32_bit = false;
    u8 century_register = 0;

    bool has_sleep_off = false;
    u8 sleep_off_a = 0, sleep_off_b = 0;
    u16 pm1a_control_port = 0, pm1b_control_port = 0;
    u16 smi_command_port = 0;
    u8 acpi_enable_value = 0;

    bool has_reset_register = false;
    u8 reset_space = 0; // 0 memory, 1 I/O port
    u64 reset_address = 0;
    u8 reset_value = 0;
};

/// Fills `info` from the tables under `rsdp_address` (0: searched where BIOSes put it). False: no usable tables.
bool parse_acpi(const PhysicalMemory& memory, u64 rsdp_address, AcpiInfo& info);
/// The S5 sleep type in an AML byte stream: the package named _S5_. False if there is none.
bool find_sleep_off(std::span<const u8> aml, u8& type_a, u8& type_b);

/// This machine's, empty with acpi=off. Boot only.
void gather_acpi_info();
const AcpiInfo& acpi_info();

} // namespace martlet
