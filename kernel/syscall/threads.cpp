// clone(2), clone3(2), set_tid_address(2), get_robust_list(2), rseq(2), membarrier(2).
#include "syscall/threads.h"

#include <algorithm>

#include "proc/fork.h"
#include "proc/memory_barrier.h"
#include "proc/process_info.h"
#include "proc/rseq.h"

namespace martlet {

Result<int> sys_fork(TrapFrame& frame) { return clone_task({.exit_signal = kSigChld}, frame); }

Result<int> sys_vfork(TrapFrame& frame) {
    return clone_task({.flags = kCloneVfork | kCloneVm, .exit_signal = kSigChld}, frame);
}

Result<int> sys_clone(TrapFrame& frame, u64 flags, u64 stack, UserPtr<int> parent_tid, UserPtr<int> child_tid,
                      u64 tls) {
    constexpr u64 kExitSignalMask = 0xff;
    return clone_task({.flags = flags & 0xffff'ffff & ~kExitSignalMask,
                       .exit_signal = static_cast<int>(flags & kExitSignalMask),
                       .stack_pointer = stack,
                       .parent_tid_address = parent_tid.address(),
                       .child_tid_address = child_tid.address(),
                       .pid_fd_address = parent_tid.address(),
                       .tls = tls},
                      frame);
}

namespace {

/// A structure that may grow: shorter ones are filled with zeros, longer ones must be zero beyond what is
/// known (E2BIG).
Result<abi::CloneArguments> load_clone_arguments(UserPtr<const abi::CloneArguments> from, usize size) {
    if (size > kPageSize) return Error(Errno::E2BIG);
    if (size < abi::kCloneArgumentsSizeV0) return Error(Errno::EINVAL);
    abi::CloneArguments arguments = {};
    usize known = std::min(size, sizeof arguments);
    UserSpan span(from.address(), size);
    TRY(span.copy_to_kernel({reinterpret_cast<u8*>(&arguments), known}));
    for (usize offset = known; offset < size; ++offset)
        if (TRY(UserPtr<const u8>(from.address() + offset).load()) != 0) return Error(Errno::E2BIG);
    return arguments;
}

Result<void> check_clone_arguments(const abi::CloneArguments& arguments, usize size) {
    constexpr u64 kExitSignalMask = 0xff, kMaximumNesting = 32, kMaximumDescriptor = 0x7fff'ffff;
    constexpr u64 kKnownFlags =
        (0xffff'ffff | kCloneClearSigHand | kCloneIntoCgroup) & ~kExitSignalMask & ~kCloneDetached;
    if (arguments.set_tid_size > kMaximumNesting) return Error(Errno::EINVAL);
    if ((arguments.set_tid != 0) != (arguments.set_tid_size != 0)) return Error(Errno::EINVAL);
    if (arguments.exit_signal > kSignalCount) return Error(Errno::EINVAL);
    if ((arguments.flags & kCloneIntoCgroup) &&
        (arguments.cgroup > kMaximumDescriptor || size < abi::kCloneArgumentsSizeV2))
        return Error(Errno::EINVAL);
    if (arguments.flags & ~kKnownFlags) return Error(Errno::EINVAL);
    if ((arguments.flags & (kCloneThread | kCloneParent)) && arguments.exit_signal != 0) return Error(Errno::EINVAL);
    if ((arguments.stack == 0) != (arguments.stack_size == 0)) return Error(Errno::EINVAL);
    if (arguments.stack > kUserEnd || arguments.stack_size > kUserEnd - arguments.stack) return Error(Errno::EINVAL);
    return {};
}

/// set_tid lists the id in each nested pid namespace, and there is one.
Result<int> load_wanted_id(const abi::CloneArguments& arguments) {
    if (arguments.set_tid_size == 0) return 0;
    int wanted = TRY(UserPtr<const int>(arguments.set_tid).load());
    if (arguments.set_tid_size > 1 || wanted < 1 || wanted >= kPidMax) return Error(Errno::EINVAL);
    if (!current_has(Capability::CheckpointRestore) && !current_has(Capability::SysAdmin)) return Error(Errno::EPERM);
    return wanted;
}

} // namespace

Result<int> sys_clone3(TrapFrame& frame, UserPtr<const abi::CloneArguments> from, usize size) {
    abi::CloneArguments arguments = TRY(load_clone_arguments(from, size));
    TRY(check_clone_arguments(arguments, size));
    if (arguments.flags & kCloneIntoCgroup) return Error(Errno::EBADF); // no descriptor is a control group's
    return clone_task({.flags = arguments.flags,
                       .exit_signal = static_cast<int>(arguments.exit_signal),
                       .stack_pointer = arguments.stack + arguments.stack_size,
                       .parent_tid_address = arguments.parent_tid,
                       .child_tid_address = arguments.child_tid,
                       .pid_fd_address = arguments.pid_fd,
                       .tls = arguments.tls,
                       .wanted_id = TRY(load_wanted_id(arguments))},
                      frame);
}

Result<int> sys_set_tid_address(u64 address) {
    current_task().clear_child_tid = address;
    return current_task().thread_id();
}

namespace {
constexpr usize kRobustListHeadSize = 24;
}

Result<void> sys_set_robust_list(u64 head, usize size) {
    if (size != kRobustListHeadSize) return Error(Errno::EINVAL);
    current_task().robust_list = head;
    return {};
}

Result<void> sys_get_robust_list(int thread_id, UserPtr<u64> head, UserPtr<usize> size) {
    Ref<Task> task = thread_id == 0 ? Ref<Task>(current_task()) : find_task(thread_id);
    if (!task) return Error(Errno::ESRCH);
    if (!may_inspect(task->process())) return Error(Errno::EPERM);
    TRY(size.store(kRobustListHeadSize));
    return head.store(task->robust_list);
}

Result<void> sys_rseq(u64 area, u32 size, int flags, u32 signature) {
    constexpr int kUnregister = 1;
    if (flags & ~kUnregister) return Error(Errno::EINVAL);
    return flags & kUnregister ? unregister_rseq(area, size, signature) : register_rseq(area, size, signature);
}

Result<int> sys_membarrier(int command, u32 flags, int cpu) {
    enum {
        kQuery = 0,
        kGlobal = 1 << 0,
        kGlobalExpedited = 1 << 1,
        kRegisterGlobalExpedited = 1 << 2,
        kPrivateExpedited = 1 << 3,
        kRegisterPrivateExpedited = 1 << 4,
        kPrivateExpeditedSyncCore = 1 << 5,
        kRegisterPrivateExpeditedSyncCore = 1 << 6,
        kPrivateExpeditedRseq = 1 << 7,
        kRegisterPrivateExpeditedRseq = 1 << 8,
        kAllCommands = (1 << 9) - 1
    };
    constexpr u32 kFlagCpu = 1;
    if (flags & ~(command == kPrivateExpeditedRseq ? kFlagCpu : 0)) return Error(Errno::EINVAL);
    Result<void> done;
    switch (command) {
    case kQuery: return kAllCommands;
    case kGlobal:
    case kGlobalExpedited: memory_barrier_everywhere(); return 0;
    case kRegisterGlobalExpedited: return 0; // every process is reached
    case kPrivateExpedited: done = private_memory_barrier(BarrierKind::Memory); break;
    case kPrivateExpeditedSyncCore: done = private_memory_barrier(BarrierKind::InstructionStream); break;
    case kPrivateExpeditedRseq:
        done = private_memory_barrier(BarrierKind::RestartSequences,
                                      flags & kFlagCpu ? std::optional(cpu) : std::nullopt);
        break;
    case kRegisterPrivateExpedited: register_private_memory_barrier(BarrierKind::Memory); break;
    case kRegisterPrivateExpeditedSyncCore: register_private_memory_barrier(BarrierKind::InstructionStream); break;
    case kRegisterPrivateExpeditedRseq: register_private_memory_barrier(BarrierKind::RestartSequences); break;
    default: return Error(Errno::EINVAL);
    }
    TRY(done);
    return 0;
}

} // namespace martlet
