#include "syscall/seccomp.h"

#include "proc/process.h"
#include "proc/seccomp/seccomp.h"
#include "vfs/fd_table.h"

namespace martlet {

namespace {

constexpr u32 kSynchroniseThreads = 1, kLog = 2, kSpeculationAllow = 4, kNewListener = 8, kSynchroniseEsrch = 0x10,
              kWaitKillable = 0x20;

Result<Ref<SeccompFilter>> load_filter(u64 address) {
    auto argument = TRY(UserPtr<const BpfProgramArgument>(address).load());
    if (argument.count == 0 || argument.count > kBpfMaximumInstructions) return Error(Errno::EINVAL);
    Ref<SeccompFilter> filter = TRY(make_ref<SeccompFilter>());
    TRY(filter->program.resize(argument.count));
    TRY(UserPtr<BpfInstruction>(argument.instructions).load_array(filter->program.span()));
    return filter;
}

/// Attaches it with a listener, whose descriptor is the answer.
Result<int> attach_with_listener(Ref<SeccompFilter> filter, SeccompScope scope, ReceivedWait received_wait) {
    Ref<SeccompListener> listener = TRY(make_ref<SeccompListener>(received_wait));
    filter->listener = listener;
    int fd = TRY(SeccompListener::open(std::move(listener)));
    auto attached = attach_filter(std::move(filter), scope);
    if (attached && *attached == 0) return fd;
    (void)current_task().files().close(fd);
    return Error(attached ? Errno::ESRCH : attached.error());
}

Result<int> set_filter(u32 flags, u64 address) {
    if (flags & ~(kSynchroniseThreads | kLog | kSpeculationAllow | kNewListener | kSynchroniseEsrch | kWaitKillable))
        return Error(Errno::EINVAL);
    // A listener's answer is a descriptor, which could be taken for a thread's id.
    if ((flags & kSynchroniseThreads) && (flags & kNewListener) && !(flags & kSynchroniseEsrch))
        return Error(Errno::EINVAL);
    if ((flags & kWaitKillable) && !(flags & kNewListener)) return Error(Errno::EINVAL);
    Ref<SeccompFilter> filter = TRY(load_filter(address));
    filter->is_logged = (flags & kLog) != 0;
    SeccompScope scope = flags & kSynchroniseThreads ? SeccompScope::Process : SeccompScope::Task;
    if (flags & kNewListener)
        return attach_with_listener(std::move(filter), scope,
                                    flags & kWaitKillable ? ReceivedWait::Killable
                                                          : ReceivedWait::Interruptible);
    int result = TRY(attach_filter(std::move(filter), scope));
    if (result != 0 && (flags & kSynchroniseEsrch)) return Error(Errno::ESRCH);
    return result;
}

Result<int> is_action_available(u64 address) {
    switch (TRY(UserPtr<const u32>(address).load())) {
    case kSeccompKillProcess:
    case kSeccompKillThread:
    case kSeccompTrap:
    case kSeccompErrno:
    case kSeccompNotify:
    case kSeccompTrace:
    case kSeccompLog:
    case kSeccompAllow: return 0;
    default: return Error(Errno::EOPNOTSUPP);
    }
}

} // namespace

Result<int> sys_seccomp(u32 operation, u32 flags, u64 arguments) {
    enum { kSetStrict, kSetFilter, kGetActionAvailable, kGetNotificationSizes };
    switch (operation) {
    case kSetStrict:
        if (flags != 0 || arguments != 0) return Error(Errno::EINVAL);
        TRY(enter_strict_mode());
        return 0;
    case kSetFilter: return set_filter(flags, arguments);
    case kGetActionAvailable:
        if (flags != 0) return Error(Errno::EINVAL);
        return is_action_available(arguments);
    case kGetNotificationSizes: {
        if (flags != 0) return Error(Errno::EINVAL);
        constexpr u16 kSizes[3] = {sizeof(SeccompNotification), sizeof(SeccompAnswer), sizeof(SeccompCall)};
        TRY(UserPtr<u16>(arguments).store_array(kSizes));
        return 0;
    }
    default: return Error(Errno::EINVAL);
    }
}

Result<i64> prctl_set_seccomp(u64 mode, u64 program) {
    constexpr u64 kStrict = 1, kFilter = 2;
    if (mode == kStrict) {
        TRY(enter_strict_mode());
        return 0;
    }
    if (mode == kFilter) return TRY(set_filter(0, program));
    return Error(Errno::EINVAL);
}

Result<i64> prctl_get_seccomp() { return static_cast<i64>(current_task().seccomp.mode.load()); }

} // namespace martlet
