// Calls about scheduling policy and processors (sched(7)).
#pragma once
#include "abi/time.h"
#include "mm/user_access.h"

namespace martlet {

Result<void> sys_sched_yield();
Result<int> sys_sched_getaffinity(int thread_id, u32 size, UserPtr<u64> mask);
Result<void> sys_sched_setaffinity(int thread_id, u32 size, UserPtr<const u64> mask);
Result<int> sys_sched_getscheduler(int thread_id);
Result<void> sys_sched_setscheduler(int thread_id, int policy, UserPtr<const int> priority);
Result<void> sys_sched_getparam(int thread_id, UserPtr<int> priority);
Result<void> sys_sched_setparam(int thread_id, UserPtr<const int> priority);

/// struct sched_attr (sched_setattr(2)); its first version ends before the utilisation clamps.
struct SchedulingAttributes {
    u32 size, policy;
    u64 flags;
    i32 nice;
    u32 priority;
    u64 runtime_ns, deadline_ns, period_ns;
    u32 minimum_utilisation, maximum_utilisation;
};
inline constexpr u32 kSchedulingAttributesSize0 = 48;
static_assert(sizeof(SchedulingAttributes) == 56);
Result<void> sys_sched_setattr(int thread_id, UserPtr<SchedulingAttributes> attributes, u32 flags);
Result<void> sys_sched_getattr(int thread_id, UserPtr<SchedulingAttributes> attributes, u32 size, u32 flags);
Result<int> sys_sched_get_priority_max(int policy);
Result<int> sys_sched_get_priority_min(int policy);
Result<void> sys_sched_rr_get_interval(int thread_id, UserPtr<abi::TimeSpec> interval);
Result<void> sys_getcpu(UserPtr<u32> cpu, UserPtr<u32> node);

} // namespace martlet
