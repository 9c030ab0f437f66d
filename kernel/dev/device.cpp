// The registry of character devices, ordered by number.
#include "dev/device.h"

#include "base/vector.h"
#include "sync/spinlock.h"

namespace martlet {
namespace {

SpinLock registry_lock{LockRank::Device};
[[clang::no_destroy]] constinit Vector<Ref<CharacterDevice>> registry GUARDED_BY(registry_lock);
void (*registry_listener)(CharacterDevice&) GUARDED_BY(registry_lock) = nullptr;

/// The place of the first device whose number is not below `number`.
usize lower_bound(u64 number) REQUIRES(registry_lock) {
    usize low = 0, high = registry.size();
    while (low < high) {
        usize middle = (low + high) / 2;
        if (registry[middle]->number() < number) low = middle + 1;
        else high = middle;
    }
    return low;
}

} // namespace

Result<void> register_character_device(Ref<CharacterDevice> device) {
    void (*listener)(CharacterDevice&);
    CharacterDevice& added = *device;
    {
        LockGuard guard(registry_lock);
        usize place = lower_bound(device->number());
        if (place < registry.size() && registry[place]->number() == device->number()) return Error(Errno::EBUSY);
        TRY(registry.push_back(nullptr));
        for (usize index = registry.size() - 1; index > place; --index) registry[index] = std::move(registry[index - 1]);
        registry[place] = std::move(device);
        listener = registry_listener;
    }
    if (listener) listener(added);
    return {};
}

Result<Ref<CharacterDevice>> find_character_device(u64 number) {
    LockGuard guard(registry_lock);
    usize place = lower_bound(number);
    if (place == registry.size() || registry[place]->number() != number) return Error(Errno::ENXIO);
    return registry[place];
}

void for_each_character_device(void (*visit)(void*, CharacterDevice&), void* context) {
    for (u64 number = 0;; ++number) {
        Ref<CharacterDevice> device;
        {
            LockGuard guard(registry_lock);
            usize place = lower_bound(number);
            if (place == registry.size()) return;
            device = registry[place];
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
