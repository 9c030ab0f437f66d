// How much memory may be promised (proc(5), /proc/sys/vm/overcommit_memory): 0 refuses only what could never be had, 1
// nothing, 2 keeps the sum of all promises below a limit.
//
// Promises are the pages of private writable mappings and of shared anonymous memory, MAP_NORESERVE left out (unless the
// mode is 2). The sum is an atomic that mappings change as they come and go; asking and promising are two steps, so
// CPUs that ask at once may exceed the limit by what they ask for.
#pragma once
#include <atomic>

#include "base/types.h"

namespace martlet {

enum class OvercommitMode : u8 { Heuristic, Always, Never };

/// /proc/sys/vm/overcommit_memory, overcommit_ratio, overcommit_kbytes, admin_reserve_kbytes, user_reserve_kbytes.
struct OvercommitSettings {
    std::atomic<OvercommitMode> mode = OvercommitMode::Heuristic;
    std::atomic<u64> ratio_percent = 50;
    std::atomic<u64> limit_kbytes = 0; // not 0: instead of the ratio
    std::atomic<u64> admin_reserve_kbytes = 8192, user_reserve_kbytes = 131072;
};
extern constinit OvercommitSettings overcommit_settings;

/// CommitLimit and Committed_AS of /proc/meminfo.
u64 commit_limit_frames();
u64 committed_frames();
void change_committed(i64 frames);

/// Whether `frames` more may be promised to an address space of `space_frames`. CAP_SYS_ADMIN may use the reserve.
bool may_commit(u64 frames, u64 space_frames, bool may_use_reserve);


} // namespace martlet
