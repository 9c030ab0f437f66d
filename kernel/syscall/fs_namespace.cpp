// unshare: what a task shares with others becomes its own.
#include "proc/fork.h"
#include "proc/process.h"
#include "syscall/file_support.h"
#include "syscall/fs.h"

namespace martlet {

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
