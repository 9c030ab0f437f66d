// lspci: the devices of the PCI bus as /sys/bus/pci has them. Names come from pci.ids where that file is;
// numbers otherwise.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/order.h"
#include "lib/processes.h"

#include <algorithm>
#include <dirent.h>
#include <stdlib.h>
#include <string>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'n', nullptr, nullptr, "show numbers instead of names (-nn: both)"},
    {'D', nullptr, nullptr, "always show domain numbers"},
    {'i', nullptr, "FILE", "use FILE for the names of devices"},
};

struct Device {
    std::string address;
    unsigned vendor, device, kind, revision;
    std::string vendor_name, device_name, kind_name;
    bool kind_is_group = false; // only the upper half of the class has a name
};

// What the classes are called where there is no file of names.
struct KindName {
    unsigned kind;
    const char* name;
};
constexpr KindName kKinds[] = {
    {0x0100, "SCSI storage controller"},
    {0x0101, "IDE interface"},
    {0x0106, "SATA controller"},
    {0x0108, "Non-Volatile memory controller"},
    {0x0180, "Mass storage controller"},
    {0x0200, "Ethernet controller"},
    {0x0300, "VGA compatible controller"},
    {0x0380, "Display controller"},
    {0x0401, "Multimedia audio controller"},
    {0x0403, "Audio device"},
    {0x0500, "RAM memory"},
    {0x0600, "Host bridge"},
    {0x0601, "ISA bridge"},
    {0x0604, "PCI bridge"},
    {0x0680, "Bridge"},
    {0x0780, "Communication controller"},
    {0x0880, "System peripheral"},
    {0x0c03, "USB controller"},
    {0x0c05, "SMBus"},
};

unsigned read_number(const std::string& path) {
    return static_cast<unsigned>(strtoul(read_small_file(path.c_str()).c_str(), nullptr, 16));
}

std::vector<Device> read_devices() {
    static constexpr const char* kDirectory = "/sys/bus/pci/devices";
    std::vector<Device> devices;
    DIR* stream = opendir(kDirectory);
    if (!stream) die_errno(1, kDirectory);
    while (dirent* entry = readdir(stream)) {
        if (entry->d_name[0] == '.') continue;
        std::string path = std::string(kDirectory) + "/" + entry->d_name + "/";
        devices.push_back({entry->d_name,
                           read_number(path + "vendor"),
                           read_number(path + "device"),
                           read_number(path + "class") >> 8,
                           read_number(path + "revision"),
                           {},
                           {},
                           {},
                           false});
    }
    closedir(stream);
    sort_items(devices, [](const Device& left, const Device& right) { return left.address < right.address; });
    return devices;
}

// pci.ids: "VVVV  vendor", below it "<tab>DDDD  device"; "C KK  class", below it "<tab>SS  subclass".
void read_names(const char* file, std::vector<Device>& devices) {
    Input input;
    if (!input.open(file)) return;
    unsigned vendor = 0, kind = 0;
    bool in_kinds = false;
    while (auto line = input.next_line()) {
        if (line->empty() || (*line)[0] == '#' || line->starts_with("\t\t")) continue;
        bool below = (*line)[0] == '\t', starts_kind = line->starts_with("C ");
        std::string text(line->substr(below ? 1 : starts_kind ? 2 : 0));
        size_t gap = text.find("  ");
        if (gap == std::string::npos) continue;
        auto number = static_cast<unsigned>(strtoul(text.c_str(), nullptr, 16));
        std::string name = text.substr(gap + 2);
        if (!below) {
            in_kinds = starts_kind;
            (in_kinds ? kind : vendor) = number;
        }
        for (Device& device : devices) {
            if (!in_kinds && !below && device.vendor == vendor) device.vendor_name = name;
            if (!in_kinds && below && device.vendor == vendor && device.device == number)
                device.device_name = name;
            if (in_kinds && !below && device.kind >> 8 == kind) {
                device.kind_name = name;
                device.kind_is_group = true;
            }
            if (in_kinds && below && device.kind == (kind << 8 | number)) {
                device.kind_name = name;
                device.kind_is_group = false;
            }
        }
    }
}

int run(Arguments& arguments) {
    unsigned numeric = 0;
    bool domains = false;
    const char* names = "/usr/share/misc/pci.ids";
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'n': ++numeric; break;
        case 'D': domains = true; break;
        case 'i': names = arguments.value(); break;
        }
    }
    if (!arguments.operands().empty()) extra_operand(arguments.operands()[0]);
    std::vector<Device> devices = read_devices();
    if (numeric != 1) read_names(names, devices);
    for (Device& device : devices) {
        bool short_address = !domains && device.address.starts_with("0000:");
        out.print("%s ", device.address.c_str() + (short_address ? 5 : 0));
        if (numeric == 1) {
            out.print("%04x: %04x:%04x", device.kind, device.vendor, device.device);
        } else {
            for (const KindName& each : kKinds)
                if (device.kind_name.empty() && each.kind == device.kind) device.kind_name = each.name;
            if (device.kind_name.empty())
                out.print("Class %04x", device.kind);
            else
                out.write(device.kind_name);
            if (numeric || device.kind_is_group) out.print(" [%04x]", device.kind);
            out.write(": ");
            if (device.vendor_name.empty() && device.device_name.empty()) {
                out.print("Device %04x:%04x", device.vendor, device.device);
            } else {
                out.print("%s ", device.vendor_name.c_str());
                if (device.device_name.empty() && numeric)
                    out.write("Device");
                else if (device.device_name.empty())
                    out.print("Device %04x", device.device);
                else
                    out.write(device.device_name);
            }
            if (numeric) out.print(" [%04x:%04x]", device.vendor, device.device);
        }
        if (device.revision) out.print(" (rev %02x)", device.revision);
        out.put('\n');
    }
    return 0;
}

constexpr Tool kTool = {
    .name = "lspci",
    .synopsis = "[OPTION]...",
    .summary = "List the devices of the PCI bus.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
