#include "dev/pci/pci.h"

#include "arch/io_port.h"
#include "base/init.h"
#include "base/log.h"
#include "base/vector.h"
#include "sync/spinlock.h"

namespace martlet {
namespace {

constexpr u16 kAddressPort = 0xcf8, kDataPort = 0xcfc;
constexpr u32 kEnable = 1u << 31;
constexpr u32 kVendor = 0x00, kCommand = 0x04, kClass = 0x08, kHeader = 0x0c, kFirstBar = 0x10, kSecondaryBus = 0x18,
              kSubsystem = 0x2c, kRomBar = 0x30, kBridgeRomBar = 0x38, kInterrupt = 0x3c;
constexpr u32 kBridgeHeader = 1;
constexpr u64 kIoSpace = 1, kMemoryType64 = 4, kResourceIo = 0x100, kResourceMemory = 0x200, kResourcePrefetch = 0x2000,
              kResourceReadOnly = 0x4000, kResourceAligned = 0x40000, kResource64 = 0x100000;

SpinLock config_lock{LockRank::Device}; // the address port and the data port belong together
constinit Vector<PciDevice> devices; // written at boot

/// Sizes of base addresses are found by writing ones, with the device's decoding off.
void read_resource(PciDevice& device, u32 index, u32 offset, u32& next_index) {
    next_index = index + 1;
    u32 low = pci_read_config(device, offset);
    bool is_rom = offset == kRomBar || offset == kBridgeRomBar, is_io = !is_rom && (low & kIoSpace);
    bool is_64 = !is_rom && !is_io && (low & 6) == kMemoryType64;
    pci_write_config(device, offset, is_rom ? ~1u : ~0u);
    u64 size_mask = pci_read_config(device, offset);
    pci_write_config(device, offset, low);
    u64 base = low;
    if (is_64) {
        u32 high = pci_read_config(device, offset + 4);
        pci_write_config(device, offset + 4, ~0u);
        size_mask |= static_cast<u64>(pci_read_config(device, offset + 4)) << 32;
        pci_write_config(device, offset + 4, high);
        base |= static_cast<u64>(high) << 32;
        next_index = index + 2;
    }
    u64 address_bits = is_io ? ~3ull : is_rom ? ~0x7ffull : ~15ull;
    size_mask &= address_bits;
    if (size_mask == 0) return;
    if (!is_64) size_mask |= ~0ull << 32;
    if (is_io) size_mask |= ~0ull << 16;
    PciResource& resource = device.resources[index];
    resource.start = base & address_bits;
    resource.end = resource.start + ~size_mask;
    resource.flags = (low & ~address_bits) | kResourceAligned | (is_io ? kResourceIo : kResourceMemory);
    if (is_64) resource.flags |= kResource64;
    if (is_rom) resource.flags |= kResourceReadOnly | kResourcePrefetch;
    else if (!is_io && (low & 8)) resource.flags |= kResourcePrefetch;
    if (is_rom && !(low & 1)) resource = {}; // not decoded: it has no place
}

void read_resources(PciDevice& device) {
    constexpr u32 kDecode = 3; // I/O and memory
    u32 command = pci_read_config(device, kCommand);
    pci_write_config(device, kCommand, command & 0xffff & ~kDecode);
    u32 bars = device.header_type == 0 ? 6 : device.header_type == kBridgeHeader ? 2 : 0;
    for (u32 index = 0, next; index < bars; index = next) read_resource(device, index, kFirstBar + index * 4, next);
    u32 unused;
    if (device.header_type == 0) read_resource(device, 6, kRomBar, unused);
    if (device.header_type == kBridgeHeader) read_resource(device, 6, kBridgeRomBar, unused);
    pci_write_config(device, kCommand, command & 0xffff);
}

bool add_function(u8 bus, u8 slot, u8 function) {
    PciDevice device{.bus = bus,
                     .slot = slot,
                     .function = function,
                     .vendor = 0,
                     .device = 0,
                     .subsystem_vendor = 0,
                     .subsystem_device = 0,
                     .class_code = 0,
                     .revision = 0,
                     .header_type = 0,
                     .interrupt_line = 0,
                     .resources = {}};
    u32 identity = pci_read_config(device, kVendor);
    if ((identity & 0xffff) == 0xffff || identity == 0) return false;
    u32 class_word = pci_read_config(device, kClass), subsystem = pci_read_config(device, kSubsystem);
    device.vendor = static_cast<u16>(identity);
    device.device = static_cast<u16>(identity >> 16);
    device.class_code = class_word >> 8;
    device.revision = static_cast<u8>(class_word);
    device.header_type = pci_read_config(device, kHeader) >> 16 & 0x7f;
    device.interrupt_line = static_cast<u8>(pci_read_config(device, kInterrupt));
    if (device.header_type == 0) {
        device.subsystem_vendor = static_cast<u16>(subsystem);
        device.subsystem_device = static_cast<u16>(subsystem >> 16);
    }
    read_resources(device);
    if (!devices.push_back(device)) log_error("PCI: no memory for device %02x:%02x.%x", bus, slot, function);
    return true;
}

void scan_bus(u8 bus, u32 depth) {
    constexpr u32 kSlots = 32, kFunctions = 8, kMaxDepth = 16, kMultiFunction = 0x80;
    for (u8 slot = 0; slot < kSlots; ++slot) {
        for (u8 function = 0; function < kFunctions; ++function) {
            if (!add_function(bus, slot, function)) {
                if (function == 0) break;
                continue;
            }
            PciDevice found = devices.back();
            u8 secondary = static_cast<u8>(pci_read_config(found, kSecondaryBus) >> 8);
            if (found.header_type == kBridgeHeader && secondary > bus && depth < kMaxDepth)
                scan_bus(secondary, depth + 1);
            if (function == 0 && !(pci_read_config(found, kHeader) >> 16 & kMultiFunction)) break;
        }
    }
}

/// The mechanism is there if the address port keeps what is written.
void find_devices() {
    u32 before = port_read_u32(kAddressPort);
    port_write_u32(kAddressPort, kEnable);
    bool is_there = port_read_u32(kAddressPort) == kEnable;
    port_write_u32(kAddressPort, before);
    if (is_there) scan_bus(0, 0);
    log_info("PCI: %llu devices", static_cast<unsigned long long>(devices.size()));
}
INIT_TASK(Processor, find_devices);

u32 address_of(const PciDevice& device, u32 offset) {
    return kEnable | static_cast<u32>(device.bus) << 16 | static_cast<u32>(device.slot) << 11 |
           static_cast<u32>(device.function) << 8 | (offset & 0xfc);
}

} // namespace

std::span<const PciDevice> pci_devices() { return devices.span(); }

u32 pci_read_config(const PciDevice& device, u32 offset) {
    IrqLockGuard guard(config_lock);
    port_write_u32(kAddressPort, address_of(device, offset));
    return port_read_u32(kDataPort);
}

void pci_write_config(const PciDevice& device, u32 offset, u32 value) {
    IrqLockGuard guard(config_lock);
    port_write_u32(kAddressPort, address_of(device, offset));
    port_write_u32(kDataPort, value);
}

} // namespace martlet
