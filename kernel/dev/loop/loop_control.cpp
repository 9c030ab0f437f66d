// /dev/loop-control: adds, removes and finds loop devices (loop(4)); eight are there from the start.
#include "base/init.h"
#include "dev/device.h"
#include "dev/loop/loop.h"
#include "vfs/caller.h"

namespace martlet {
namespace {

constexpr u32 kDevicesAtStart = 8;
constexpr u32 kMiscMajor = 10, kControlMinor = 237;

/// Adding and removing one at a time.
Mutex control_lock{LockRank::Mount};

/// The lowest unbound one, made if all are in use.
Result<i64> get_free() {
    MutexGuard guard(control_lock);
    for (u32 index = 0; index < kLoopMinorMax; ++index) {
        auto device = find_loop_device(index);
        if (!device) TRY(LoopDevice::create(index));
        else if ((*device)->is_bound()) continue;
        return index;
    }
    return Error(Errno::ENOSPC);
}

Result<i64> add(i64 wanted) {
    if (wanted < 0) return get_free();
    if (wanted >= kLoopMinorMax) return Error(Errno::EINVAL);
    MutexGuard guard(control_lock);
    TRY(LoopDevice::create(static_cast<u32>(wanted)));
    return wanted;
}

Result<i64> remove(i64 index) {
    if (index < 0 || index >= kLoopMinorMax) return Error(Errno::EINVAL);
    MutexGuard guard(control_lock);
    Ref<LoopDevice> device = TRY(find_loop_device(static_cast<u32>(index)));
    if (device->openers() > 0 || device->is_bound()) return Error(Errno::EBUSY);
    unregister_block_device(*device);
    return index;
}

class LoopControlFile final : public File {
public:
    LoopControlFile(u32 flags, const Path& path) : File(flags, path) {}
    Result<i64> ioctl(u32 command, u64 argument) override {
        switch (command) {
        case abi::kLoopControlAdd: return add(static_cast<i32>(argument));
        case abi::kLoopControlRemove: return remove(static_cast<i32>(argument));
        case abi::kLoopControlGetFree: return get_free();
        default: return Error(Errno::ENOSYS);
        }
    }
};

class LoopControl final : public CharacterDevice {
public:
    LoopControl() : CharacterDevice("loop-control", make_device(kMiscMajor, kControlMinor), 0660) {}
    Result<Ref<File>> open(u32 flags, const Path& path) override { return make_ref<LoopControlFile>(flags, path); }
};

void start_loop_devices() {
    for (u32 index = 0; index < kDevicesAtStart; ++index) (void)LoopDevice::create(index);
    if (auto control = make_ref<LoopControl>()) (void)register_character_device(*std::move(control));
}

INIT_TASK(Devices, start_loop_devices);

} // namespace
} // namespace martlet
