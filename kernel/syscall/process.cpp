#include "syscall/process.h"

#include <string.h>

#include "base/format.h"
#include "proc/exec/string_sources.h"
#include "proc/exit.h"
#include "proc/pidfd.h"
#include "proc/process_group.h"
#include "proc/process_info.h"
#include "proc/wait.h"
#include "vfs/fd_table.h"
#include "vfs/path_walk.h"

namespace martlet {

Result<void> sys_execve(TrapFrame& frame, UserString path, UserPtr<const u64> arguments,
                        UserPtr<const u64> environment) {
    String name = TRY(copy_user_path(path));
    UserStrings argument_strings(arguments), environment_strings(environment);
    return execute(frame, {.program = {.start = Path(), .name = name},
                           .walk_flags = kWalkFollow,
                           .display_name = name,
                           .is_name_lost = false,
                           .arguments = argument_strings,
                           .environment = environment_strings});
}

Result<void> sys_execveat(TrapFrame& frame, int directory_fd, UserString path, UserPtr<const u64> arguments,
                          UserPtr<const u64> environment, int flags) {
    constexpr int kAtSymlinkNoFollow = 0x100, kAtEmptyPath = 0x1000, kAtCurrentDirectory = -100;
    String name = TRY(copy_user_path(path));
    if (name.is_empty() && !(flags & kAtEmptyPath)) return Error(Errno::ENOENT);
    if (flags & ~(kAtSymlinkNoFollow | kAtEmptyPath)) return Error(Errno::EINVAL);
    UserStrings argument_strings(arguments), environment_strings(environment);
    u32 walk_flags = (flags & kAtSymlinkNoFollow ? 0 : kWalkFollow) | (flags & kAtEmptyPath ? kWalkEmpty : 0);
    ExecRequest request = {.program = {.start = Path(), .name = name},
                           .walk_flags = walk_flags,
                           .display_name = name,
                           .is_name_lost = false,
                           .arguments = argument_strings,
                           .environment = environment_strings};
    if (name.view().starts_with('/') || directory_fd == kAtCurrentDirectory) return execute(frame, request);
    FdTable& files = current_task().files();
    request.program.start = TRY(files.get(directory_fd, Rights::Execute))->path();
    request.is_name_lost = TRY(files.close_on_exec(directory_fd)) == CloseOnExec::Yes;
    constexpr usize kPrefixSize = sizeof "/dev/fd/-2147483648/";
    Own<char[]> display(new (std::nothrow) char[kPrefixSize + name.size()]);
    if (!display) return Error(Errno::ENOMEM);
    usize size = format({display.get(), kPrefixSize + name.size()}, name.is_empty() ? "/dev/fd/%d%s" : "/dev/fd/%d/%s",
                        directory_fd, name.c_str());
    request.display_name = {display.get(), size};
    return execute(frame, request);
}

Result<void> sys_exit(int status) { exit_task((status & 0xff) << 8); }
Result<void> sys_exit_group(int status) { exit_process((status & 0xff) << 8); }

abi::ResourceUsage to_user_usage(const ResourceUsage& usage) {
    abi::ResourceUsage shown = {};
    shown.user_time = abi::TimeVal::from_ns(usage.user_time_ns);
    shown.system_time = abi::TimeVal::from_ns(usage.system_time_ns);
    shown.maximum_resident_kib = static_cast<i64>(usage.peak_resident_pages * kPageSize / kKiB);
    shown.minor_faults = static_cast<i64>(usage.minor_faults);
    shown.major_faults = static_cast<i64>(usage.major_faults);
    shown.voluntary_switches = static_cast<i64>(usage.voluntary_switches);
    shown.involuntary_switches = static_cast<i64>(usage.involuntary_switches);
    return shown;
}

Result<int> sys_wait4(int process_id, UserPtr<int> status, int options, UserPtr<abi::ResourceUsage> usage) {
    u32 wanted = static_cast<u32>(options);
    constexpr u32 kAllowed = kWaitNoHang | kWaitStopped | kWaitContinued | kWaitNoThread | kWaitAll | kWaitClone;
    if (wanted & ~kAllowed) return Error(Errno::EINVAL);
    if (process_id == INT32_MIN) return Error(Errno::ESRCH);
    WaitRequest request = {.options = wanted | kWaitExited};
    if (process_id > 0) request.target = WaitTarget::Process, request.id = process_id;
    else if (process_id == 0) request.target = WaitTarget::Group, request.id = TRY(sys_getpgrp());
    else if (process_id < -1) request.target = WaitTarget::Group, request.id = -process_id;
    WaitOutcome outcome = TRY(wait_for_child(request));
    if (outcome.process_id != 0) {
        if (status) TRY(status.store(outcome.status));
        if (usage) TRY(usage.store(to_user_usage(outcome.usage)));
    }
    return outcome.process_id;
}

Result<void> sys_waitid(int id_type, int id, UserPtr<abi::SignalInfo> information, int options,
                        UserPtr<abi::ResourceUsage> usage) {
    enum { kAll = 0, kProcess = 1, kGroup = 2, kPidFd = 3 };
    u32 wanted = static_cast<u32>(options);
    constexpr u32 kEvents = kWaitExited | kWaitStopped | kWaitContinued;
    constexpr u32 kAllowed = kEvents | kWaitNoHang | kWaitNoWait | kWaitNoThread | kWaitAll | kWaitClone;
    if ((wanted & ~kAllowed) || !(wanted & kEvents)) return Error(Errno::EINVAL);
    WaitRequest request = {.id = id, .options = wanted};
    bool is_nonblocking = false; // a pidfd's O_NONBLOCK: EAGAIN instead of waiting
    switch (id_type) {
    case kAll: break;
    case kProcess:
        if (id <= 0) return Error(Errno::EINVAL);
        request.target = WaitTarget::Process;
        break;
    case kGroup:
        if (id < 0) return Error(Errno::EINVAL);
        request.target = WaitTarget::Group;
        if (id == 0) request.id = TRY(sys_getpgrp());
        break;
    case kPidFd: {
        if (id < 0) return Error(Errno::EINVAL);
        request.target = WaitTarget::Exactly;
        request.process = TRY(process_of_descriptor(id, Rights::Wait));
        is_nonblocking = TRY(current_task().files().get(id, Rights::Wait))->is_nonblocking() && !(wanted & kWaitNoHang);
        if (is_nonblocking) request.options |= kWaitNoHang;
        break;
    }
    default: return Error(Errno::EINVAL);
    }
    WaitOutcome outcome = TRY(wait_for_child(request));
    if (is_nonblocking && outcome.process_id == 0) return Error(Errno::EAGAIN);
    if (usage && outcome.process_id != 0) TRY(usage.store(to_user_usage(outcome.usage)));
    if (!information) return {};
    abi::SignalInfo info;
    if (outcome.process_id != 0) {
        info.signal = kSigChld;
        info.code = outcome.code;
        info.child = {};
        info.child.process_id = outcome.process_id;
        info.child.user_id = outcome.user_id;
        switch (outcome.code) {
        case abi::kCldExited: info.child.status = outcome.status >> 8; break;
        case abi::kCldTrapped:
        case abi::kCldStopped: info.child.status = outcome.status >> 8; break;
        case abi::kCldContinued: info.child.status = kSigCont; break;
        default: info.child.status = outcome.status & 0x7f;
        }
    }
    // Up to si_status, as Linux: the rest of the caller's structure stays as it is.
    constexpr usize kStoredSize = offsetof(abi::SignalInfo, raw) + 12;
    return UserSpan(information.address(), kStoredSize)
        .copy_from_kernel({reinterpret_cast<const u8*>(&info), kStoredSize});
}

Result<int> sys_getpid() { return current_process().id(); }
Result<int> sys_gettid() { return current_task().thread_id(); }

Result<int> sys_getppid() {
    IrqLockGuard guard(process_tree_lock);
    Process* parent = current_process().parent;
    return parent ? parent->id() : 0;
}

Result<void> sys_setpgid(int process_id, int group_id) { return set_process_group(process_id, group_id); }

namespace {

/// Null once the process has been waited for.
Ref<ProcessGroup> group_of(Process& process) {
    IrqLockGuard guard(process_tree_lock);
    return process.group;
}

} // namespace

Result<int> sys_getpgid(int process_id) {
    if (process_id == 0) return group_of(current_process())->id;
    Ref<Process> process = find_process_of(process_id);
    Ref<ProcessGroup> group = process ? group_of(*process) : nullptr;
    if (!group) return Error(Errno::ESRCH);
    return group->id;
}

Result<int> sys_getpgrp() { return sys_getpgid(0); }
Result<int> sys_setsid() { return create_session(); }

/// vhangup(2): the caller's terminal, as if its line had gone.
Result<void> sys_vhangup() {
    if (!current_has(Capability::SysTtyConfig)) return Error(Errno::EPERM);
    Ref<ControllingTerminal> terminal = current_controlling_terminal();
    if (!terminal) return {};
    signal_session_leader_hang_up(*terminal);
    terminal->hang_up();
    return {};
}

Result<int> sys_getsid(int process_id) {
    Ref<Process> process = process_id == 0 ? Ref<Process>(current_process()) : find_process_of(process_id);
    Ref<ProcessGroup> group = process ? group_of(*process) : nullptr;
    if (!group) return Error(Errno::ESRCH);
    return group->session->id;
}

} // namespace martlet
