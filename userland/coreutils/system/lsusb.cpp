// lsusb: the devices of the USB as /sys/bus/usb has them, with the names that they give themselves.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/order.h"
#include "lib/processes.h"

#include <algorithm>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string>
#include <tuple>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'d', nullptr, "VENDOR:PRODUCT",
     "show only devices with these numbers (hexadecimal; one may be left out)"},
    {'s', nullptr, "BUS:DEVICE", "show only the device with these numbers (decimal; one may be left out)"},
};

struct Device {
    long bus, number, vendor, product;
    std::string name;
};

std::string read_line(const std::string& path) {
    std::string line = read_small_file(path.c_str());
    line.resize(std::min(line.find('\n'), line.size()));
    return line;
}

std::vector<Device> read_devices() {
    static constexpr const char* kDirectory = "/sys/bus/usb/devices";
    std::vector<Device> devices;
    DIR* stream = opendir(kDirectory);
    if (!stream && errno == ENOENT) return devices; // no USB here
    if (!stream) die_errno(1, kDirectory);
    while (dirent* entry = readdir(stream)) {
        std::string path = std::string(kDirectory) + "/" + entry->d_name + "/",
                    vendor = read_line(path + "idVendor");
        if (entry->d_name[0] == '.' || vendor.empty()) continue; // an interface has none
        std::string maker = read_line(path + "manufacturer"), product = read_line(path + "product");
        devices.push_back({strtol(read_line(path + "busnum").c_str(), nullptr, 10),
                           strtol(read_line(path + "devnum").c_str(), nullptr, 10),
                           strtol(vendor.c_str(), nullptr, 16),
                           strtol(read_line(path + "idProduct").c_str(), nullptr, 16),
                           maker + (maker.empty() || product.empty() ? "" : " ") + product});
    }
    closedir(stream);
    sort_items(devices, [](const Device& left, const Device& right) {
        return std::tie(left.bus, left.number) < std::tie(right.bus, right.number);
    });
    return devices;
}

// "A:B" in `base`; -1 for a part that is not given. Without a colon the number is the second part.
struct Wanted {
    long first = -1, second = -1;
};
Wanted parse_pair(const char* text, int base) {
    Wanted wanted;
    char* end = const_cast<char*>(text);
    auto number = [&](const char* from) {
        long value = strtol(from, &end, base);
        return end == from ? -1 : value;
    };
    wanted.second = number(text);
    if (*end == ':') {
        wanted.first = wanted.second;
        wanted.second = number(end + 1);
    }
    if (*end != '\0' && *end != ':') usage_error("invalid numbers '%s'", text);
    return wanted;
}

bool is_wanted(Wanted wanted, long first, long second) {
    return (wanted.first < 0 || wanted.first == first) && (wanted.second < 0 || wanted.second == second);
}

int run(Arguments& arguments) {
    Wanted kind, place;
    bool filtered = false, found = false;
    while (auto option = arguments.next_option()) {
        filtered = true;
        (*option == 'd' ? kind : place) = parse_pair(arguments.value(), *option == 'd' ? 16 : 10);
    }
    if (!arguments.operands().empty()) extra_operand(arguments.operands()[0]);
    for (const Device& device : read_devices()) {
        if (!is_wanted(kind, device.vendor, device.product) || !is_wanted(place, device.bus, device.number))
            continue;
        found = true;
        out.print("Bus %03ld Device %03ld: ID %04lx:%04lx%s%s\n", device.bus, device.number, device.vendor,
                  device.product, device.name.empty() ? "" : " ", device.name.c_str());
    }
    return filtered && !found;
}

constexpr Tool kTool = {
    .name = "lsusb",
    .synopsis = "[OPTION]...",
    .summary = "List the devices of the USB.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
