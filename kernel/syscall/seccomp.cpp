#include "syscall/seccomp.h"

#include "proc/seccomp/seccomp.h"

namespace martlet {

namespace {

constexpr u32 kSynchroniseThreads = 1, kLog = 2, kSpeculationAllow = 4, kSynchroniseEsrch = 0x10;

struct ProgramArgument { // struct sock_fprog
    u16 count;
    u16 padding[3];
    u64 instructions;
};

Result<int> set_filter(u32 flags, u64 address) {
    // A listener for SECCOMP_RET_USER_NOTIF is not there.
    if (flags & ~(kSynchroniseThreads | kLog | kSpeculationAllow | kSynchroniseEsrch)) return Error(Errno::EINVAL);
    auto argument = TRY(UserPtr<const ProgramArgument>(address).load());
    if (argument.count == 0 || argument.count > kBpfMaximumInstructions) return Error(Errno::EINVAL);
    Vector<BpfInstruction> program;
    TRY(program.resize(argument.count));
    TRY(UserPtr<BpfInstruction>(argument.instructions).load_array(program.span()));
    SeccompScope scope = flags & kSynchroniseThreads ? SeccompScope::Process : SeccompScope::Task;
    int result = TRY(attach_filter(std::move(program), scope));
    if (result != 0 && (flags & kSynchroniseEsrch)) return Error(Errno::ESRCH);
    return result;
}

Result<int> is_action_available(u64 address) {
    switch (TRY(UserPtr<const u32>(address).load())) {
    case kSeccompKillProcess:
    case kSeccompKillThread:
    case kSeccompTrap:
    case kSeccompErrno:
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
        constexpr u16 kSizes[3] = {80, 24, 64};
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
