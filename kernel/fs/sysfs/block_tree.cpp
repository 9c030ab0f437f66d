// Block devices: block/, class/block, dev/block and devices/virtual/block (Linux,
// Documentation/ABI/stable/sysfs-block).
//
// A device's context is its number. What is registered after a directory was first looked into is not shown
// in it.
#include "base/format.h"
#include "block/block_device.h"
#include "dev/device.h"
#include "dev/loop/loop.h"
#include "fs/sysfs/sysfs.h"

namespace martlet {
namespace {

using ulong = unsigned long long;

template <typename Visit> Result<void> for_each_device(Visit visit) {
    u64 number = 0;
    while (Ref<BlockDevice> device = next_block_device(number)) {
        TRY(visit(*device));
        ++number;
    }
    return {};
}

Result<void> show_number(TextBuffer& text, u64 number) {
    text.print("%u:%u\n", device_major(number), device_minor(number));
    return {};
}

Result<void> show_size(TextBuffer& text, u64 number) {
    text.print("%llu\n", static_cast<ulong>(TRY(find_block_device(number))->size_bytes() / kSectorSize));
    return {};
}

Result<void> show_read_only(TextBuffer& text, u64 number) {
    text.append(TRY(find_block_device(number))->is_read_only() ? "1\n" : "0\n");
    return {};
}

Result<void> show_block_size(TextBuffer& text, u64 number) {
    text.print("%u\n", TRY(find_block_device(number))->logical_block_size());
    return {};
}

Result<void> show_event(TextBuffer& text, u64 number) {
    Ref<BlockDevice> device = TRY(find_block_device(number));
    text.print("MAJOR=%u\nMINOR=%u\nDEVNAME=", device_major(number), device_minor(number));
    text.append(device->name());
    text.append("\nDEVTYPE=disk\n");
    return {};
}

Result<void> fill_queue(SysfsDirectory& directory, u64 number) {
    for (const char* name : {"hw_sector_size", "logical_block_size", "minimum_io_size", "physical_block_size"})
        TRY(directory.add_text(name, show_block_size, number));
    for (const char* name : {"discard_granularity", "discard_max_bytes", "discard_zeroes_data",
                             "optimal_io_size", "rotational", "wbt_lat_usec"})
        TRY(directory.add_constant(name, "0"));
    return directory.add_constant("scheduler", "[none]");
}

// loop/ of a loop device that has a file (Documentation/ABI/testing/sysfs-block-loop).
LoopDevice& loop_device(BlockDevice& device) { return static_cast<LoopDevice&>(device); }

bool is_bound_loop(u64 number) {
    auto device = find_block_device(number);
    return device && loop_device(**device).is_bound();
}

Result<void> show_backing_file(TextBuffer& text, u64 number) {
    String path = TRY(loop_device(*TRY(find_block_device(number))).backing_path());
    text.append(path.view());
    text.append("\n");
    return {};
}

template <auto Member> Result<void> show_loop_number(TextBuffer& text, u64 number) {
    text.print("%llu\n", static_cast<ulong>(TRY(loop_device(*TRY(find_block_device(number))).status()).*Member));
    return {};
}

template <u32 Flag> Result<void> show_loop_flag(TextBuffer& text, u64 number) {
    text.append(TRY(loop_device(*TRY(find_block_device(number))).status()).flags & Flag ? "1\n" : "0\n");
    return {};
}

Result<void> fill_loop(SysfsDirectory& directory, u64 number) {
    TRY(directory.add_text("autoclear", show_loop_flag<abi::kLoopAutoclear>, number));
    TRY(directory.add_text("backing_file", show_backing_file, number));
    TRY(directory.add_text("dio", show_loop_flag<abi::kLoopDirect>, number));
    TRY(directory.add_text("offset", show_loop_number<&abi::LoopInfo::offset>, number));
    TRY(directory.add_text("partscan", show_loop_flag<abi::kLoopPartitionScan>, number));
    return directory.add_text("sizelimit", show_loop_number<&abi::LoopInfo::size_limit>, number);
}

Result<void> fill_device(SysfsDirectory& directory, u64 number) {
    for (const char* name : {"alignment_offset", "capability", "discard_alignment", "hidden", "removable"})
        TRY(directory.add_constant(name, "0"));
    TRY(directory.add_text("dev", show_number, number));
    TRY(directory.add_constant("ext_range", "1"));
    TRY(directory.add_directory("holders", fill_nothing));
    if (device_major(number) == kLoopMajor)
        TRY(directory.add_directory_while(is_bound_loop, "loop", fill_loop, number));
    TRY(directory.add_directory("queue", fill_queue, number));
    TRY(directory.add_constant("range", "1"));
    TRY(directory.add_text("ro", show_read_only, number));
    TRY(directory.add_text("size", show_size, number));
    TRY(directory.add_directory("slaves", fill_nothing));
    TRY(directory.add_link("subsystem", "../../../../class/block"));
    return directory.add_text("uevent", show_event, number);
}

/// A link from `depth` levels below the root to the device's directory.
Result<void> add_device_link(SysfsDirectory& directory, std::string_view name, const BlockDevice& device, u64 depth) {
    char target[128];
    usize size = format(target, "%sdevices/virtual/block/%.*s", depth == 1 ? "../" : "../../",
                        static_cast<int>(device.name().size()), device.name().data());
    return directory.add_link(name, {target, size});
}

} // namespace

Result<void> fill_block(SysfsDirectory& directory, u64 depth) {
    return for_each_device(
        [&](BlockDevice& device) { return add_device_link(directory, device.name(), device, depth); });
}

Result<void> fill_block_numbers(SysfsDirectory& directory, u64) {
    return for_each_device([&](BlockDevice& device) {
        char name[32];
        usize size = format(name, "%u:%u", device_major(device.number()), device_minor(device.number()));
        return add_device_link(directory, {name, size}, device, 2);
    });
}

Result<void> fill_virtual_block(SysfsDirectory& directory, u64) {
    return for_each_device([&](BlockDevice& device) {
        return directory.add_directory(device.name(), fill_device, device.number());
    });
}

} // namespace martlet
