// prctl(2): the operations that programs of this system's time use. The others answer EINVAL, as unknown ones do.
#include <string.h>

#include "proc/process.h"
#include "syscall/system.h"

namespace martlet {

namespace {

enum Option { kSetParentDeathSignal = 1, kGetParentDeathSignal = 2, kGetDumpable = 3, kSetDumpable = 4, kGetKeepCaps = 7,
              kSetKeepCaps = 8, kGetTiming = 13, kSetName = 15, kGetName = 16, kCapBSetRead = 23, kCapBSetDrop = 24,
              kGetSecureBits = 27, kSetSecureBits = 28, kSetTimerSlack = 29, kGetTimerSlack = 30, kSetChildSubreaper = 36,
              kGetChildSubreaper = 37, kSetNoNewPrivs = 38, kGetNoNewPrivs = 39, kGetTidAddress = 40,
              kGetThpDisable = 42 };
constexpr u32 kKeepCapabilities = 1u << 4;
constexpr u64 kLastCapability = 40;
constexpr u64 kDefaultTimerSlackNs = 50'000;

Result<void> change_credentials(void (*change)(Credentials&, u64), u64 value) {
    Ref<Credentials> next = TRY(current_task().credentials().clone());
    change(*next, value);
    current_task().set_credentials(std::move(next));
    return {};
}

Result<i64> set_name(UserPtr<const char> from) {
    char name[16];
    usize size = arch_copy_string_from_user(name, from.address(), sizeof name - 1);
    if (size == ~usize{0}) return Error(Errno::EFAULT);
    current_task().set_name({name, size});
    return 0;
}

Result<i64> get_name(UserPtr<char> to) {
    char name[16] = {};
    std::string_view current = current_task().name();
    memcpy(name, current.data(), current.size());
    TRY(to.store_array(name));
    return 0;
}

Result<i64> capability_option(int option, u64 capability) {
    if (capability > kLastCapability) return Error(Errno::EINVAL);
    if (option == kCapBSetRead) return static_cast<i64>((current_task().credentials().bounding >> capability) & 1);
    if (!current_has(Capability::SetPcap)) return Error(Errno::EPERM);
    TRY(change_credentials([](Credentials& next, u64 bit) { next.bounding &= ~(1ull << bit); }, capability));
    return 0;
}

Result<i64> secure_bits_option(int option, u64 value) {
    const Credentials& own = current_task().credentials();
    switch (option) {
    case kGetSecureBits: return own.securebits;
    case kGetKeepCaps: return own.securebits & kKeepCapabilities ? 1 : 0;
    case kSetKeepCaps:
        if (value > 1) return Error(Errno::EINVAL);
        TRY(change_credentials(
            [](Credentials& next, u64 on) {
                next.securebits = on ? next.securebits | kKeepCapabilities : next.securebits & ~kKeepCapabilities;
            },
            value));
        return 0;
    default:
        if (!current_has(Capability::SetPcap) || value > 0xff) return Error(Errno::EPERM);
        TRY(change_credentials([](Credentials& next, u64 bits) { next.securebits = static_cast<u32>(bits); }, value));
        return 0;
    }
}

} // namespace

Result<i64> sys_prctl(int option, u64 argument2, u64 argument3, u64 argument4, u64 argument5) {
    Task& task = current_task();
    Process& process = task.process();
    bool has_extra = argument3 != 0 || argument4 != 0 || argument5 != 0;
    switch (option) {
    case kSetParentDeathSignal:
        if (argument2 > kSignalCount) return Error(Errno::EINVAL);
        task.parent_death_signal = static_cast<int>(argument2);
        return 0;
    case kGetParentDeathSignal:
        TRY(UserPtr<int>(argument2).store(task.parent_death_signal));
        return 0;
    case kGetDumpable: return process.is_dumpable.load() ? 1 : 0;
    case kSetDumpable:
        if (argument2 > 1) return Error(Errno::EINVAL);
        process.is_dumpable = argument2 == 1;
        return 0;
    case kGetKeepCaps:
    case kSetKeepCaps:
    case kGetSecureBits:
    case kSetSecureBits: return secure_bits_option(option, argument2);
    case kGetTiming: return 0;
    case kSetName: return set_name(UserPtr<const char>(argument2));
    case kGetName: return get_name(UserPtr<char>(argument2));
    case kCapBSetRead:
    case kCapBSetDrop: return capability_option(option, argument2);
    case kSetTimerSlack:
        task.timer_slack_ns = argument2 == 0 ? kDefaultTimerSlackNs : argument2;
        return 0;
    case kGetTimerSlack: return static_cast<i64>(task.timer_slack_ns);
    case kSetChildSubreaper:
        process.is_child_subreaper = argument2 != 0;
        return 0;
    case kGetChildSubreaper:
        TRY(UserPtr<int>(argument2).store(process.is_child_subreaper ? 1 : 0));
        return 0;
    case kSetNoNewPrivs:
        if (argument2 != 1 || has_extra) return Error(Errno::EINVAL);
        task.no_new_privileges = true;
        return 0;
    case kGetNoNewPrivs:
        if (argument2 != 0 || has_extra) return Error(Errno::EINVAL);
        return task.no_new_privileges ? 1 : 0;
    case kGetTidAddress:
        TRY(UserPtr<u64>(argument2).store(task.clear_child_tid));
        return 0;
    case kGetThpDisable:
        if (argument2 != 0 || has_extra) return Error(Errno::EINVAL);
        return 0;
    default: return Error(Errno::EINVAL);
    }
}

} // namespace martlet
