// Calls about resource limits, usage and priorities.
#pragma once
#include "abi/process.h"
#include "mm/user_access.h"
#include "proc/resource_limits.h"

namespace martlet {

Result<void> sys_getrlimit(u32 resource, UserPtr<ResourceLimit> limit);
Result<void> sys_setrlimit(u32 resource, UserPtr<const ResourceLimit> limit);
Result<void> sys_prlimit64(int process_id, u32 resource, UserPtr<const ResourceLimit> limit,
                           UserPtr<ResourceLimit> old);
Result<void> sys_getrusage(int who, UserPtr<abi::ResourceUsage> usage);
Result<i64> sys_times(UserPtr<abi::ProcessTimes> times);
Result<int> sys_getpriority(int which, int who);
Result<void> sys_setpriority(int which, int who, int nice);
Result<int> sys_ioprio_get(int which, int who);
Result<void> sys_ioprio_set(int which, int who, int priority);

} // namespace martlet
