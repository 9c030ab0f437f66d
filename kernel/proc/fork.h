// New tasks and processes: fork(2), vfork(2), clone(2), clone3(2).
#pragma once
#include "arch/trap_frame.h"
#include "proc/process.h"

namespace martlet {

inline constexpr u64 kCloneVm = 0x100, kCloneFs = 0x200, kCloneFiles = 0x400, kCloneSigHand = 0x800,
                     kClonePidFd = 0x1000, kClonePtrace = 0x2000, kCloneVfork = 0x4000, kCloneParent = 0x8000,
                     kCloneThread = 0x10000, kCloneNewNs = 0x20000, kCloneSysVSem = 0x40000, kCloneSetTls = 0x80000,
                     kCloneParentSetTid = 0x100000, kCloneChildClearTid = 0x200000, kCloneDetached = 0x400000,
                     kCloneUntraced = 0x800000, kCloneChildSetTid = 0x1000000, kCloneNewCgroup = 0x2000000,
                     kCloneNewUts = 0x4000000, kCloneNewIpc = 0x8000000, kCloneNewUser = 0x10000000,
                     kCloneNewPid = 0x20000000, kCloneNewNet = 0x40000000, kCloneIo = 0x80000000,
                     kCloneClearSigHand = 0x100000000, kCloneIntoCgroup = 0x200000000;

struct CloneRequest {
    u64 flags = 0;
    int exit_signal = 0;
    u64 stack_pointer = 0; // 0: the caller's
    u64 parent_tid_address = 0, child_tid_address = 0, pid_fd_address = 0;
    u64 tls = 0;
    int wanted_id = 0; // 0: any
};

/// Answers the new task's id to the parent; the child answers 0 from the same call. EAGAIN (limits), ENOMEM, EINVAL
/// (combination of flags), EEXIST (the wanted id is taken), kRestartNoIntr (a signal arrived first).
Result<int> clone_task(const CloneRequest& request, const TrapFrame& frame);

} // namespace martlet
