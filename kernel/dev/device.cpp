// The registry of character devices, ordered by number.
#include "dev/device.h"

#include "base/numbered_registry.h"
#include "sync/spinlock.h"

namespace martlet {
namespace {

SpinLock registry_lock{LockRank::Device};
constinit NumberedRegistry<CharacterDevice> registry GUARDED_BY(registry_lock);
void (*registry_listener)(CharacterDevice&) GUARDED_BY(registry_lock) = nullptr;

} // namespace

Result<void> register_character_device(Ref<CharacterDevice> device) {
    void (*listener)(CharacterDevice&);
    CharacterDevice& added = *device;
    {
        LockGuard guard(registry_lock);
        if (registry.find(device->number())) return Error(Errno::EBUSY);
        TRY(registry.add(std::move(device)));
        listener = registry_listener;
    }
    if (listener) listener(added);
    return {};
}

Result<Ref<CharacterDevice>> find_character_device(u64 number) {
    LockGuard guard(registry_lock);
    CharacterDevice* device = registry.find(number);
    if (!device) return Error(Errno::ENXIO);
    return Ref<CharacterDevice>(*device);
}

void for_each_character_device(void (*visit)(void*, CharacterDevice&), void* context) {
    for (u64 number = 0;; ++number) {
        Ref<CharacterDevice> device;
        {
            LockGuard guard(registry_lock);
            CharacterDevice* next = registry.first_from(number);
            if (!next) return;
            device = Ref<CharacterDevice>(*next);
        }
        number = device->number();
        visit(context, *device); // without the lock: it may sleep
    }
}

void set_character_device_listener(void (*listener)(CharacterDevice&)) {
    LockGuard guard(registry_lock);
    registry_listener = listener;
}

} // namespace martlet
