// class/, dev/ and the character devices below devices/virtual and devices/platform.
//
// A device's context is its number; the registry of devices (dev/device.h) has the rest.
#include "base/format.h"
#include "dev/device.h"
#include "dev/vt/active_terminal.h"
#include "fs/sysfs/sysfs.h"

namespace martlet {
namespace {

struct DeviceClass {
    const char* name;
    u32 first_major, last_major;
};
constexpr DeviceClass kClasses[] = {{"mem", 1, 1}, {"tty", 4, 5}, {"misc", 10, 10}};

const DeviceClass* class_of(u64 number) {
    for (const DeviceClass& each : kClasses)
        if (device_major(number) >= each.first_major && device_major(number) <= each.last_major) return &each;
    return nullptr;
}

bool is_serial(const CharacterDevice& device) { return device.name().starts_with("ttyS"); }

Result<void> show_number(TextBuffer& text, u64 number) {
    text.print("%u:%u\n", device_major(number), device_minor(number));
    return {};
}

Result<void> show_event(TextBuffer& text, u64 number) {
    Ref<CharacterDevice> device = TRY(find_character_device(number));
    text.print("MAJOR=%u\nMINOR=%u\nDEVNAME=", device_major(number), device_minor(number));
    text.append(device->name());
    text.append("\n");
    if (device->permissions() != 0600 && device->permissions() != 0620)
        text.print("DEVMODE=0%o\n", device->permissions());
    return {};
}

Result<void> show_active_terminal(TextBuffer& text, u64) {
    text.print("tty%u\n", active_virtual_terminal());
    return {};
}

Result<void> fill_device(SysfsDirectory& directory, u64 number) {
    TRY(directory.add_text("dev", show_number, number));
    TRY(directory.add_text("uevent", show_event, number));
    if (number == make_device(4, 0)) {
        ActiveTerminalChanges& changes = active_terminal_changes();
        TRY(directory.add_watched_text("active", show_active_terminal, changes.count, changes.queue));
    }
    const DeviceClass* group = class_of(number);
    if (!group) return {};
    Ref<CharacterDevice> device = TRY(find_character_device(number));
    char target[48];
    // devices/virtual/CLASS/NAME, or devices/platform/serial8250/tty/NAME
    usize size = format(target, "%s../../../../class/%s", is_serial(*device) ? "../" : "", group->name);
    return directory.add_link("subsystem", {target, size});
}

/// Calls add(device) for every registered device until one fails.
template <typename Add> Result<void> for_each_device(Add add) {
    struct Context {
        Add& add;
        Result<void> result;
    } context{add, {}};
    for_each_character_device(
        [](void* opaque, CharacterDevice& device) {
            auto& to = *static_cast<Context*>(opaque);
            if (to.result) to.result = to.add(device);
        },
        &context);
    return context.result;
}

/// The device's name as one component: "input/mice" is "input!mice", as Linux has it.
std::string_view component_of(const CharacterDevice& device, char (&buffer)[64]) {
    usize size = device.name().copy(buffer, sizeof buffer);
    for (char& character : std::span(buffer).first(size))
        if (character == '/') character = '!';
    return {buffer, size};
}

/// The directory of the device, from the root of sysfs.
usize describe_place(const CharacterDevice& device, const DeviceClass& group, std::span<char> to) {
    char name[64];
    std::string_view component = component_of(device, name);
    return format(to, is_serial(device) ? "devices/platform/serial8250/%s/%.*s" : "devices/virtual/%s/%.*s", group.name,
                  static_cast<int>(component.size()), component.data());
}

Result<void> fill_one_class(SysfsDirectory& directory, u64 index) {
    return for_each_device([&](CharacterDevice& device) -> Result<void> {
        if (class_of(device.number()) != &kClasses[index]) return {};
        char target[128] = "../../", name[64];
        usize size = 6 + describe_place(device, kClasses[index], std::span(target).subspan(6));
        return directory.add_link(component_of(device, name), {target, size});
    });
}

Result<void> fill_devices_of_class(SysfsDirectory& directory, u64 index, bool wants_serial) {
    return for_each_device([&](CharacterDevice& device) -> Result<void> {
        if (class_of(device.number()) != &kClasses[index] || is_serial(device) != wants_serial) return {};
        char name[64];
        return directory.add_directory(component_of(device, name), fill_device, device.number());
    });
}
Result<void> fill_virtual_class(SysfsDirectory& directory, u64 index) {
    return fill_devices_of_class(directory, index, false);
}
Result<void> fill_serial_class(SysfsDirectory& directory, u64 index) {
    return fill_devices_of_class(directory, index, true);
}

Result<void> fill_serial(SysfsDirectory& directory, u64) {
    constexpr u64 kTtyClass = 1;
    return directory.add_directory("tty", fill_serial_class, kTtyClass);
}

Result<void> fill_character_numbers(SysfsDirectory& directory, u64) {
    return for_each_device([&](CharacterDevice& device) -> Result<void> {
        const DeviceClass* group = class_of(device.number());
        if (!group) return {};
        char name[32], target[128] = "../../";
        usize name_size = format(name, "%u:%u", device_major(device.number()), device_minor(device.number()));
        usize size = 6 + describe_place(device, *group, std::span(target).subspan(6));
        return directory.add_link({name, name_size}, {target, size});
    });
}

} // namespace

Result<void> fill_class(SysfsDirectory& directory, u64) {
    TRY(directory.add_directory("block", fill_block, 2));
    for (const char* name : {"graphics", "input", "net", "vc"}) TRY(directory.add_directory(name, fill_nothing));
    for (u64 index = 0; index < std::size(kClasses); ++index)
        TRY(directory.add_directory(kClasses[index].name, fill_one_class, index));
    return {};
}

Result<void> fill_device_numbers(SysfsDirectory& directory, u64) {
    TRY(directory.add_directory("block", fill_block_numbers));
    return directory.add_directory("char", fill_character_numbers);
}

Result<void> fill_virtual(SysfsDirectory& directory, u64) {
    TRY(directory.add_directory("block", fill_virtual_block));
    for (u64 index = 0; index < std::size(kClasses); ++index)
        TRY(directory.add_directory(kClasses[index].name, fill_virtual_class, index));
    return {};
}

Result<void> fill_platform(SysfsDirectory& directory, u64) {
    return directory.add_directory("serial8250", fill_serial);
}

} // namespace martlet
