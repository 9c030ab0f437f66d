#include "syscall/pidfd.h"

#include "proc/pidfd.h"
#include "proc/process_info.h"
#include "proc/resource_limits.h"
#include "proc/signal.h"
#include "vfs/fd_table.h"
#include "vfs/inode.h"

namespace martlet {

namespace {

/// ESRCH once the process has been waited for.
Result<void> check_exists(Process& process) {
    IrqLockGuard guard(process_tree_lock);
    if (process.state == ProcessState::Reaped) return Error(Errno::ESRCH);
    return {};
}

/// Of a pidfd, or of the open directory /proc/PID. EBADF, EACCES.
Result<Ref<Process>> process_to_signal(int fd) {
    auto process = process_of_descriptor(fd, Rights::Signal);
    if (process || process.error() != Errno::EBADF) return process;
    Ref<File> file = TRY(current_task().files().get(fd, Rights::Signal));
    Process* owner = file->inode() && !(file->flags() & kOpenPath) ? file->inode()->process() : nullptr;
    if (!owner) return Error(Errno::EBADF);
    return Ref<Process>(*owner);
}

} // namespace

Result<int> sys_pidfd_open(int process_id, u32 flags) {
    if ((flags & ~kOpenNonBlock) || process_id <= 0) return Error(Errno::EINVAL);
    Ref<Process> process = find_process(process_id);
    // A thread that does not lead its process, or a group without one.
    if (!process) return Error(find_task(process_id) ? Errno::EINVAL : Errno::ESRCH);
    Ref<File> file = TRY(create_pidfd(std::move(process), flags));
    return current_task().files().install(std::move(file), CloseOnExec::Yes, current_limit(Resource::OpenFiles));
}

Result<void> sys_pidfd_send_signal(int fd, int signal, UserPtr<const abi::SignalInfo> information, u32 flags) {
    if (flags != 0) return Error(Errno::EINVAL);
    Ref<Process> process = TRY(process_to_signal(fd));
    abi::SignalInfo info;
    if (information) {
        info = TRY(information.load());
        if (info.signal != signal) return Error(Errno::EINVAL);
        // Nobody may pretend to be the kernel or kill() towards another process.
        bool looks_official = info.code >= 0 || info.code == abi::kSiTkill;
        if (looks_official && process.get() != &current_process()) return Error(Errno::EPERM);
    } else {
        info.signal = signal;
        info.code = abi::kSiUser;
        info.sender = {};
        info.sender.process_id = current_process().id();
        info.sender.user_id = current_task().credentials().real_uid;
    }
    TRY(check_exists(*process));
    if (signal != 0 && !is_valid_signal(signal)) return Error(Errno::EINVAL);
    {
        IrqLockGuard guard(process_tree_lock);
        if (!may_signal(current_task().credentials(), *process, signal)) return Error(Errno::EPERM);
    }
    if (signal == 0) return {};
    return send_signal(*process, info);
}

Result<int> sys_pidfd_getfd(int fd, int target_fd, u32 flags) {
    if (flags != 0) return Error(Errno::EINVAL);
    Ref<Process> process = TRY(process_of_descriptor(fd, Rights::Manage));
    TRY(check_exists(*process));
    if (!may_inspect(*process, InspectBy::RealIds)) return Error(Errno::EPERM);
    Ref<FdTable> files = process_files(*process);
    if (!files) return Error(Errno::ESRCH);
    Descriptor taken = TRY(files->descriptor(target_fd, Rights::Transfer));
    return current_task().files().install(std::move(taken), CloseOnExec::Yes, current_limit(Resource::OpenFiles));
}

} // namespace martlet
