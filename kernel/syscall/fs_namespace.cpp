// unshare: what a task shares with others becomes its own; setns: the name spaces of somebody else become.
#include "fs/proc/namespace_links.h"
#include "proc/fork.h"
#include "proc/pidfd.h"
#include "proc/process.h"
#include "proc/process_info.h"
#include "syscall/file_support.h"
#include "syscall/fs.h"

namespace martlet {
namespace {

constexpr u64 kCloneNewTime = 0x80;
constexpr u64 kAllNameSpaces = kCloneNewNs | kCloneNewCgroup | kCloneNewUts | kCloneNewIpc | kCloneNewUser |
                               kCloneNewPid | kCloneNewNet | kCloneNewTime;

/// Of every kind but mounts there is one name space, in which the caller is already. EINVAL: that of users cannot be
/// entered again, and mounts not by who shares root and working directory. EPERM; EUSERS: threads share their clocks.
Result<void> enter(u64 kinds, Ref<MountNamespace> mounts) {
    if (kinds & kCloneNewUser) return Error(Errno::EINVAL);
    const Credentials& credentials = current_credentials();
    if (!credentials.has(Capability::SysAdmin)) return Error(Errno::EPERM);
    if ((kinds & kCloneNewNs) && !credentials.has(Capability::SysChroot)) return Error(Errno::EPERM);
    bool is_shared = current_task().fs_context().users.load(std::memory_order_relaxed) > 1;
    if ((kinds & kCloneNewNs) && is_shared) return Error(Errno::EINVAL);
    if ((kinds & kCloneNewTime) && current_process().live_tasks.load(std::memory_order_relaxed) > 1)
        return Error(Errno::EUSERS);
    if (!(kinds & kCloneNewNs)) return {};
    TRY(unshare_fs_context()); // from those who only look
    current_task().fs_context().enter_name_space(std::move(mounts));
    return {};
}

/// Some of the name spaces of a process. EINVAL, ESRCH, EPERM.
Result<void> enter_those_of(Process& process, u64 kinds) {
    if (kinds == 0 || (kinds & ~kAllNameSpaces)) return Error(Errno::EINVAL);
    Ref<FsContext> context = process_fs_context(process);
    if (!context) return Error(Errno::ESRCH);
    if (!may_inspect(process, InspectBy::RealIds)) return Error(Errno::EPERM);
    return enter(kinds, context->counted_name_space());
}

} // namespace

Result<void> sys_setns(int fd, u32 kinds) {
    Ref<File> file = TRY(get_open_file(fd, Rights::None));
    if (Process* process = file->process()) return enter_those_of(*process, kinds);
    NameSpaceFile* name_space = file->as<NameSpaceFile>();
    if (!name_space || (kinds != 0 && kinds != name_space->clone_flag())) return Error(Errno::EINVAL);
    return enter(name_space->clone_flag(), name_space->mounts());
}

Result<void> sys_unshare(u64 flags) {
    constexpr u64 kMemoryAndThreads = kCloneVm | kCloneSigHand | kCloneThread;
    constexpr u64 kKnown = kCloneFs | kCloneFiles | kCloneSysVSem | kCloneNewNs | kMemoryAndThreads;
    if (flags & ~kKnown) return Error(Errno::EINVAL);
    // Memory and signal handlers cannot be parted: only a process of one thread, which shares none, may ask.
    if ((flags & kMemoryAndThreads) && current_process().live_tasks.load(std::memory_order_relaxed) > 1)
        return Error(Errno::EINVAL);
    if ((flags & kCloneNewNs) && !current_credentials().has(Capability::SysAdmin)) return Error(Errno::EPERM);
    if (flags & (kCloneFs | kCloneNewNs)) TRY(unshare_fs_context());
    if (flags & kCloneNewNs) TRY(current_task().fs_context().copy_name_space());
    if (flags & kCloneFiles) TRY(unshare_files());
    return {};
}

} // namespace martlet
