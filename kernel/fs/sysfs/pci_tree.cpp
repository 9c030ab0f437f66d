// bus/ and the PCI devices (Linux, Documentation/ABI/testing/sysfs-bus-pci, PCI/sysfs-pci.rst): what lspci reads.
#include <algorithm>

#include "arch/cpu.h"
#include "base/format.h"
#include "dev/pci/pci.h"
#include "fs/sysfs/sysfs.h"
#include "vfs/caller.h"
#include "vfs/io_cursor.h"

namespace martlet {
namespace {

using ulong = unsigned long long;

/// A device's context is its index.
const PciDevice& device_at(u64 index) { return pci_devices()[index]; }

usize print_address(const PciDevice& device, std::span<char> to) {
    return format(to, "0000:%02x:%02x.%u", device.bus, device.slot, device.function);
}

template <auto Member, u32 kDigits> Result<void> show_hexadecimal(TextBuffer& text, u64 index) {
    text.print("0x%0*x\n", kDigits, static_cast<u32>(device_at(index).*Member));
    return {};
}

Result<void> show_interrupt(TextBuffer& text, u64 index) {
    u32 line = device_at(index).interrupt_line;
    text.print("%u\n", line == 0xff ? 0 : line);
    return {};
}

/// Six base addresses, the ROM, then the windows of bridges, which are not looked at.
Result<void> show_resources(TextBuffer& text, u64 index) {
    constexpr u32 kLines = 13;
    const PciDevice& device = device_at(index);
    for (u32 line = 0; line < kLines; ++line) {
        PciResource resource;
        if (line < std::size(device.resources)) resource = device.resources[line];
        text.print("0x%016llx 0x%016llx 0x%016llx\n", static_cast<ulong>(resource.start),
                   static_cast<ulong>(resource.end), static_cast<ulong>(resource.flags));
    }
    return {};
}

Result<void> show_alias(TextBuffer& text, u64 index) {
    const PciDevice& device = device_at(index);
    text.print("pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X\n", device.vendor, device.device,
               device.subsystem_vendor, device.subsystem_device, device.class_code >> 16,
               device.class_code >> 8 & 0xff, device.class_code & 0xff);
    return {};
}

Result<void> show_event(TextBuffer& text, u64 index) {
    const PciDevice& device = device_at(index);
    char address[16];
    print_address(device, address);
    text.print("PCI_CLASS=%X\nPCI_ID=%04X:%04X\nPCI_SUBSYS_ID=%04X:%04X\nPCI_SLOT_NAME=%s\nMODALIAS=",
               device.class_code, device.vendor, device.device, device.subsystem_vendor,
               device.subsystem_device, address);
    return show_alias(text, index);
}

Result<void> show_online(TextBuffer& text, u64 as_list) {
    u64 mask = online_cpu_count() >= 64 ? ~0ull : (1ull << online_cpu_count()) - 1;
    if (as_list) {
        print_bit_list(text, mask);
        text.append("\n");
    } else {
        print_bit_mask(text, mask);
    }
    return {};
}

/// The first 64 bytes are for everybody, as on Linux: reading others may disturb a device.
Result<usize> read_config(IoCursor& to, u64 offset, u64 index) {
    u32 limit = current_credentials().has(Capability::SysAdmin) ? kPciConfigSize : 64;
    usize total = 0;
    while (to.remaining() > 0 && offset < limit) {
        u32 word = pci_read_config(device_at(index), static_cast<u32>(offset) & ~3u);
        u32 skipped = offset & 3;
        usize count = std::min<usize>({4 - skipped, to.remaining(), limit - offset});
        auto copied = to.put(reinterpret_cast<const u8*>(&word) + skipped, count);
        if (!copied) return total > 0 ? Result<usize>(total) : copied;
        total += *copied;
        offset += *copied;
        if (*copied < count) break;
    }
    return total;
}

Result<void> fill_pci_device(SysfsDirectory& directory, u64 index) {
    TRY(directory.add_text("class", show_hexadecimal<&PciDevice::class_code, 6>, index));
    TRY(directory.add_binary("config", read_config, index, kPciConfigSize, 0644));
    TRY(directory.add_text("device", show_hexadecimal<&PciDevice::device, 4>, index));
    TRY(directory.add_text("irq", show_interrupt, index));
    TRY(directory.add_text("local_cpulist", show_online, 1));
    TRY(directory.add_text("local_cpus", show_online, 0));
    TRY(directory.add_text("modalias", show_alias, index));
    TRY(directory.add_constant("numa_node", "-1"));
    TRY(directory.add_text("resource", show_resources, index));
    TRY(directory.add_text("revision", show_hexadecimal<&PciDevice::revision, 2>, index));
    TRY(directory.add_link("subsystem", "../../../bus/pci"));
    TRY(directory.add_text("subsystem_device", show_hexadecimal<&PciDevice::subsystem_device, 4>, index));
    TRY(directory.add_text("subsystem_vendor", show_hexadecimal<&PciDevice::subsystem_vendor, 4>, index));
    TRY(directory.add_text("uevent", show_event, index));
    return directory.add_text("vendor", show_hexadecimal<&PciDevice::vendor, 4>, index);
}

Result<void> fill_pci_links(SysfsDirectory& directory, u64) {
    for (const PciDevice& device : pci_devices()) {
        char name[16], target[64];
        usize size = print_address(device, name), target_size = format(target, "../../../devices/pci0000:00/%s", name);
        TRY(directory.add_link({name, size}, {target, target_size}));
    }
    return {};
}

Result<void> fill_pci(SysfsDirectory& directory, u64) {
    TRY(directory.add_directory("devices", fill_pci_links));
    TRY(directory.add_directory("drivers", fill_nothing));
    return directory.add_directory("slots", fill_nothing);
}

Result<void> fill_processor_links(SysfsDirectory& directory, u64) {
    for (u32 cpu = 0; cpu < online_cpu_count(); ++cpu) {
        char name[16], target[64];
        usize size = format(name, "cpu%u", cpu), target_size = format(target, "../../../devices/system/cpu/cpu%u", cpu);
        TRY(directory.add_link({name, size}, {target, target_size}));
    }
    return {};
}

Result<void> fill_processor_bus(SysfsDirectory& directory, u64) {
    return directory.add_directory("devices", fill_processor_links);
}

Result<void> fill_node_links(SysfsDirectory& directory, u64) {
    return directory.add_link("node0", "../../../devices/system/node/node0");
}

Result<void> fill_node_bus(SysfsDirectory& directory, u64) {
    return directory.add_directory("devices", fill_node_links);
}

} // namespace

/// Devices behind bridges lie beside them: one directory shows all.
Result<void> fill_pci_root(SysfsDirectory& directory, u64) {
    for (u64 index = 0; index < pci_devices().size(); ++index) {
        char name[16];
        usize size = print_address(device_at(index), name);
        TRY(directory.add_directory({name, size}, fill_pci_device, index));
    }
    return {};
}

Result<void> fill_bus(SysfsDirectory& directory, u64) {
    TRY(directory.add_directory("cpu", fill_processor_bus));
    TRY(directory.add_directory("node", fill_node_bus));
    return directory.add_directory("pci", fill_pci);
}

} // namespace martlet
