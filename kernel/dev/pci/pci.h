// PCI: the devices on the buses and their configuration space (PCI Local Bus 3.0, 3.2.2.3.2 and 6.1), by configuration
// mechanism 1. Found once at boot; numbers are then constant, configuration space is read live.
#pragma once
#include <span>

#include "base/result.h"
#include "base/types.h"

namespace martlet {

inline constexpr u32 kPciConfigSize = 256;

struct PciResource {
    u64 start = 0, end = 0, flags = 0; // flags: the BAR's low bits and IORESOURCE_IO (0x100) or _MEM (0x200)
};

struct PciDevice {
    u8 bus, slot, function;
    u16 vendor, device, subsystem_vendor, subsystem_device;
    u32 class_code; // class, subclass, interface
    u8 revision, header_type, interrupt_line;
    PciResource resources[7]; // six base addresses and the expansion ROM
};

std::span<const PciDevice> pci_devices();
/// `offset` is below kPciConfigSize and a multiple of the size.
u32 pci_read_config(const PciDevice& device, u32 offset);
void pci_write_config(const PciDevice& device, u32 offset, u32 value);

} // namespace martlet
