// How much memory may be promised (proc(5), /proc/sys/vm/overcommit_memory): 0 refuses only what could never
// be had, 1 nothing, 2 keeps the sum of all promises below a limit.
//
// Promises are the pages of private writable mappings and of shared anonymous memory, MAP_NORESERVE left out
// (unless the mode is 2). The sum is an atomic that mappings change as they come and go; asking and promising
// are two steps, so CPUs that ask at once may exceed the limit by what they ask for.
#pragma once
#include "base/types.h"

namespace martlet {

/// Whether MAP_NORESERVE means anything: not when the sum of all promises is limited.
bool honours_no_reserve();

/// CommitLimit and Committed_AS of /proc/meminfo.
u64 commit_limit_frames();
u64 committed_frames();
void change_committed(i64 frames);

/// Whether `frames` more may be promised to an address space of `space_frames`. CAP_SYS_ADMIN may use the reserve.
bool may_commit(u64 frames, u64 space_frames, bool may_use_reserve);


} // namespace martlet
