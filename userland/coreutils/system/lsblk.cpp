// lsblk: the block devices and their partitions as /sys/block has them (sysfs(5)), with where they are
// mounted.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/human.h"
#include "lib/mounts.h"
#include "lib/numbers.h"
#include "lib/order.h"
#include "lib/path.h"
#include "lib/processes.h"
#include "lib/version_order.h"

#include <algorithm>
#include <dirent.h>
#include <string>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'a', "all", nullptr, "print all devices, also those without contents"},
    {'b', "bytes", nullptr, "print sizes in bytes"},
    {'d', "nodeps", nullptr, "don't print partitions"},
    {'l', "list", nullptr, "a list without the tree"},
    {'n', "noheadings", nullptr, "don't print headings"},
    {'p', "paths", nullptr, "print complete device paths"},
};

struct Settings {
    bool all = false, bytes = false, no_parts = false, list = false, no_headings = false, paths = false;
};

struct Device {
    std::string name, number, removable, read_only, type;
    uint64_t size = 0;
    std::vector<Device> parts;
};

std::string read_word(const std::string& path) {
    std::string text = read_small_file(path.c_str());
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
}

std::vector<std::string> names_in(const std::string& directory) {
    std::vector<std::string> names;
    DIR* stream = opendir(directory.c_str());
    if (!stream) return names;
    while (dirent* entry = readdir(stream))
        if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    closedir(stream);
    sort_items(names, [](const std::string& left, const std::string& right) {
        return compare_versions(left, right) < 0;
    });
    return names;
}

Device read_device(const std::string& directory, const std::string& name) {
    Device device;
    device.name = name;
    device.number = read_word(directory + "/dev");
    device.removable = read_word(directory + "/removable");
    device.read_only = read_word(directory + "/ro");
    device.size = parse_unsigned(read_word(directory + "/size")).value_or(0) * 512;
    device.type = name.starts_with("loop")  ? "loop"
                  : name.starts_with("sr")  ? "rom"
                  : name.starts_with("dm-") ? "dm"
                                            : "disk";
    for (const std::string& part : names_in(directory)) {
        if (!part.starts_with(name)) continue;
        device.parts.push_back(read_device(directory + "/" + part, part));
        device.parts.back().type = "part";
        device.parts.back().removable = device.removable;
    }
    return device;
}

class Table {
public:
    explicit Table(const Settings& settings) : settings_(settings), mounts_(read_mounts()) {
        if (!settings.no_headings)
            rows_.push_back({"NAME", "MAJ:MIN", "RM", "SIZE", "RO", "TYPE", "MOUNTPOINTS"});
    }

    void add(const Device& device, const std::string& lead) {
        std::string size = settings_.bytes ? std::to_string(device.size) : human_size(device.size);
        rows_.push_back({lead + (settings_.paths ? "/dev/" : "") + device.name, device.number,
                         device.removable.empty() ? "0" : device.removable, size,
                         device.read_only.empty() ? "0" : device.read_only, device.type,
                         mount_points(device)});
        if (settings_.no_parts) return;
        for (size_t index = 0; index < device.parts.size(); ++index) {
            bool last = index + 1 == device.parts.size();
            add(device.parts[index], settings_.list ? "" : last ? "└─" : "├─");
        }
    }

    void print() const {
        size_t widths[kColumns] = {};
        for (const Row& row : rows_)
            for (size_t column = 0; column < kColumns; ++column)
                widths[column] = std::max(widths[column], shown_width(row[column]));
        for (const Row& row : rows_) {
            std::string line;
            for (size_t column = 0; column < kColumns; ++column) {
                std::string gap(widths[column] - shown_width(row[column]), ' ');
                bool right = column >= 1 && column <= 4;
                line += (column ? " " : "") + (right ? gap + row[column] : row[column] + gap);
            }
            while (line.ends_with(' ')) line.pop_back();
            out.print("%s\n", line.c_str());
        }
    }

private:
    static constexpr size_t kColumns = 7;
    using Row = std::vector<std::string>;

    static size_t shown_width(std::string_view text) {
        return static_cast<size_t>(
            std::count_if(text.begin(), text.end(), [](char each) { return (each & 0xc0) != 0x80; }));
    }
    std::string mount_points(const Device& device) const {
        std::string text;
        for (const Mount& mount : mounts_)
            if (mount.device == "/dev/" + device.name) text += (text.empty() ? "" : " ") + mount.directory;
        return text;
    }

    const Settings& settings_;
    std::vector<Mount> mounts_;
    std::vector<Row> rows_;
};

int run(Arguments& arguments) {
    Settings settings;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'a': settings.all = true; break;
        case 'b': settings.bytes = true; break;
        case 'd': settings.no_parts = true; break;
        case 'l': settings.list = true; break;
        case 'n': settings.no_headings = true; break;
        case 'p': settings.paths = true; break;
        }
    }
    std::vector<Device> devices;
    for (const std::string& name : names_in("/sys/block"))
        devices.push_back(read_device("/sys/block/" + name, name));
    Table table(settings);
    int status = 0;
    for (const char* operand : arguments.operands()) {
        std::string_view wanted = base_name(operand);
        bool found = false;
        for (const Device& device : devices) {
            if (device.name == wanted) {
                table.add(device, "");
                found = true;
            }
            for (const Device& part : device.parts)
                if (part.name == wanted) {
                    table.add(part, "");
                    found = true;
                }
        }
        if (found) continue;
        warn("%s: not a block device", operand);
        status = 32;
    }
    if (arguments.operands().empty())
        for (const Device& device : devices)
            if (settings.all || device.size > 0) table.add(device, "");
    table.print();
    return status;
}

constexpr Tool kTool = {
    .name = "lsblk",
    .synopsis = "[OPTION]... [DEVICE]...",
    .summary = "List block devices.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
