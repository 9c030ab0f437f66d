// Calls about scheduling policy and processors (sched(7)). One policy runs everything: SCHED_OTHER and its relatives.
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
Result<int> sys_sched_get_priority_max(int policy);
Result<int> sys_sched_get_priority_min(int policy);
Result<void> sys_sched_rr_get_interval(int thread_id, UserPtr<abi::TimeSpec> interval);
Result<void> sys_getcpu(UserPtr<u32> cpu, UserPtr<u32> node);

} // namespace martlet
