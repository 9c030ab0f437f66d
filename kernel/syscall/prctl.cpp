// prctl(2): every operation that the x86-64 of Linux 6.1 knows; the others answer EINVAL, as unknown ones do.
#include <string.h>

#include "arch/context.h"
#include "mm/address_space.h"
#include "proc/process.h"
#include "syscall/capabilities.h"
#include "syscall/seccomp.h"
#include "syscall/system.h"

namespace martlet {

namespace {

enum Option {
    kSetParentDeathSignal = 1,
    kGetParentDeathSignal = 2,
    kGetDumpable = 3,
    kSetDumpable = 4,
    kGetKeepCaps = 7,
    kSetKeepCaps = 8,
    kGetTiming = 13,
    kSetTiming = 14,
    kSetName = 15,
    kGetName = 16,
    kGetSeccomp = 21,
    kSetSeccomp = 22,
    kCapBSetRead = 23,
    kCapBSetDrop = 24,
    kGetTimeStampCounter = 25,
    kSetTimeStampCounter = 26,
    kGetSecureBits = 27,
    kSetSecureBits = 28,
    kSetTimerSlack = 29,
    kGetTimerSlack = 30,
    kPerfEventsDisable = 31,
    kPerfEventsEnable = 32,
    kMachineCheckKill = 33,
    kMachineCheckKillGet = 34,
    kSetMemoryMap = 35,
    kSetChildSubreaper = 36,
    kGetChildSubreaper = 37,
    kSetNoNewPrivs = 38,
    kGetNoNewPrivs = 39,
    kGetTidAddress = 40,
    kSetThpDisable = 41,
    kGetThpDisable = 42,
    kCapAmbient = 47,
    kGetSpeculation = 52,
    kSetSpeculation = 53,
    kSetIoFlusher = 57,
    kGetIoFlusher = 58,
    kSetUserDispatch = 59
};
enum TimeStamps { kTimeStampsWork = 1, kTimeStampsFault = 2 }; // PR_TSC_…
constexpr u64 kDefaultTimerSlackNs = 50'000;

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

/// What to do with memory that a machine check found bad: there is no recovery here, the policy is only kept.
Result<i64> set_machine_check_policy(u64 operation, u64 policy) {
    enum { kClear = 0, kSet = 1, kDefaultPolicy = 2 };
    if (operation == kClear && policy == 0) current_task().machine_check_policy = kDefaultPolicy;
    else if (operation == kSet && policy <= kDefaultPolicy)
        current_task().machine_check_policy = static_cast<u8>(policy);
    else return Error(Errno::EINVAL);
    return 0;
}

/// PR_SET_MM is for restoring checkpoints, which Martlet does not: its layout is execve's.
Result<i64> set_memory_map(u64 operation, u64 argument4, u64 argument5) {
    constexpr u64 kAuxiliaryVector = 12, kMap = 14, kMapSize = 15;
    if (argument5 != 0 ||
        (argument4 != 0 && operation != kAuxiliaryVector && operation != kMap && operation != kMapSize))
        return Error(Errno::EINVAL);
    if (!current_has(Capability::SysResource)) return Error(Errno::EPERM);
    return Error(Errno::EINVAL);
}

/// No mitigation can be chosen: every speculation feature is "not affected", and there is nothing to set.
Result<i64> speculation(int option, u64 which) {
    constexpr u64 kKnownFeatures = 3;
    if (which >= kKnownFeatures) return Error(Errno::ENODEV);
    if (option == kSetSpeculation) return Error(Errno::ENXIO);
    return 0;
}

Result<i64> io_flusher(int option, u64 value) {
    if (!current_has(Capability::SysResource)) return Error(Errno::EPERM);
    if (option == kGetIoFlusher) return value != 0 ? Result<i64>(Error(Errno::EINVAL)) : current_task().is_io_flusher;
    if (value > 1) return Error(Errno::EINVAL);
    current_task().is_io_flusher = value == 1;
    return 0;
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
    case kGetKeepCaps: return task.credentials().securebits & kSecureKeepCapabilities ? 1 : 0;
    case kSetKeepCaps: return set_keep_capabilities(argument2);
    case kGetSecureBits: return task.credentials().securebits;
    case kSetSecureBits: return set_secure_bits(argument2);
    case kCapBSetRead: return read_bounding_capability(argument2);
    case kCapBSetDrop: return drop_bounding_capability(argument2);
    case kCapAmbient: return ambient_capabilities(argument2, argument3, argument4, argument5);
    case kGetTiming: return 0;
    case kSetTiming: return argument2 == 0 ? Result<i64>(0) : Error(Errno::EINVAL);
    case kSetName: return set_name(UserPtr<const char>(argument2));
    case kGetName: return get_name(UserPtr<char>(argument2));
    case kGetSeccomp: return prctl_get_seccomp();
    case kSetSeccomp: return prctl_set_seccomp(argument2, argument3);
    case kGetTimeStampCounter:
        TRY(UserPtr<int>(argument2).store(task.context.hides_time_stamps ? kTimeStampsFault : kTimeStampsWork));
        return 0;
    case kSetTimeStampCounter:
        if (argument2 != kTimeStampsWork && argument2 != kTimeStampsFault) return Error(Errno::EINVAL);
        hide_time_stamps(argument2 == kTimeStampsFault);
        return 0;
    case kSetTimerSlack:
        task.timer_slack_ns = static_cast<i64>(argument2) <= 0 ? kDefaultTimerSlackNs : argument2;
        return 0;
    case kGetTimerSlack: return static_cast<i64>(task.timer_slack_ns);
    case kPerfEventsDisable:
    case kPerfEventsEnable: return 0; // nobody has any
    case kMachineCheckKill:
        if (argument4 != 0 || argument5 != 0) return Error(Errno::EINVAL);
        return set_machine_check_policy(argument2, argument3);
    case kMachineCheckKillGet:
        if (argument2 != 0 || has_extra) return Error(Errno::EINVAL);
        return task.machine_check_policy;
    case kSetMemoryMap: return set_memory_map(argument2, argument4, argument5);
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
    case kSetThpDisable:
        if (has_extra) return Error(Errno::EINVAL);
        task.address_space()->refuses_large_pages = argument2 != 0;
        return 0;
    case kGetThpDisable:
        if (argument2 != 0 || has_extra) return Error(Errno::EINVAL);
        return task.address_space()->refuses_large_pages ? 1 : 0;
    case kGetSpeculation:
        if (has_extra) return Error(Errno::EINVAL);
        return speculation(option, argument2);
    case kSetSpeculation:
        if (argument4 != 0 || argument5 != 0) return Error(Errno::EINVAL);
        return speculation(option, argument2);
    case kSetIoFlusher:
    case kGetIoFlusher:
        if (has_extra) return Error(Errno::EINVAL);
        return io_flusher(option, argument2);
    case kSetUserDispatch:
        TRY(set_user_dispatch(argument2, argument3, argument4, argument5));
        return 0;
    default: return Error(Errno::EINVAL);
    }
}

} // namespace martlet
