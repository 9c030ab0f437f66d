// Devices: a character (later block) device has a number, a name in /dev and a way to open it.
//
// A driver registers its devices at start; devtmpfs shows every registered device.
#pragma once
#include <string_view>

#include "base/ref.h"
#include "vfs/file.h"

namespace martlet {

/// makedev(3) in the encoding of st_rdev.
constexpr u64 make_device(u32 major, u32 minor) {
    return (minor & 0xff) | (static_cast<u64>(major & 0xfff) << 8) | (static_cast<u64>(minor & ~0xffu) << 12) |
           (static_cast<u64>(major & ~0xfffu) << 32);
}
constexpr u32 device_major(u64 device) { return ((device >> 8) & 0xfff) | ((device >> 32) & ~0xfffu); }
constexpr u32 device_minor(u64 device) { return (device & 0xff) | ((device >> 12) & ~0xffu); }

class CharacterDevice : public RefCounted {
public:
    CharacterDevice(std::string_view name, u64 number, u32 permissions)
        : name_(name), number_(number), permissions_(permissions) {}
    virtual Result<Ref<File>> open(u32 flags, const Path& path) = 0;
    std::string_view name() const { return name_; }
    u64 number() const { return number_; }
    u32 permissions() const { return permissions_; }

private:
    std::string_view name_;
    u64 number_;
    u32 permissions_;
};

Result<void> register_character_device(Ref<CharacterDevice> device);
/// ENXIO if nobody registered that number (opening a node without a driver).
Result<Ref<CharacterDevice>> find_character_device(u64 number);
/// Visits every registered device; devtmpfs builds itself from this.
void for_each_character_device(void (*visit)(void*, CharacterDevice&), void* context);
/// Called for each device registered from now on (the device file system).
void set_character_device_listener(void (*listener)(CharacterDevice&));

} // namespace martlet
