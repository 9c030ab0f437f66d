// Calls about making threads and what the kernel keeps for each of them.
#pragma once
#include "abi/process.h"
#include "arch/trap_frame.h"
#include "mm/user_access.h"

namespace martlet {

Result<int> sys_fork(TrapFrame& frame);
Result<int> sys_vfork(TrapFrame& frame);
Result<int> sys_clone(TrapFrame& frame, u64 flags, u64 stack, UserPtr<int> parent_tid, UserPtr<int> child_tid, u64 tls);
Result<int> sys_clone3(TrapFrame& frame, UserPtr<const abi::CloneArguments> arguments, usize size);

Result<int> sys_set_tid_address(u64 address);
Result<void> sys_set_robust_list(u64 head, usize size);
Result<void> sys_get_robust_list(int thread_id, UserPtr<u64> head, UserPtr<usize> size);
Result<void> sys_rseq(u64 area, u32 size, int flags, u32 signature);
Result<int> sys_membarrier(int command, u32 flags, int cpu);

} // namespace martlet
