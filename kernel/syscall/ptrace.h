// ptrace(2) and its relatives: process_vm_readv(2), process_vm_writev(2), kcmp(2).
#pragma once
#include "mm/user_access.h"
#include "proc/trace/tracing.h"

namespace martlet {

Result<i64> sys_ptrace(u64 request, int thread_id, u64 address, u64 data);
Result<i64> sys_process_vm_readv(int process_id, u64 local, u64 local_count, u64 remote, u64 remote_count, u64 flags);
Result<i64> sys_process_vm_writev(int process_id, u64 local, u64 local_count, u64 remote, u64 remote_count, u64 flags);
Result<int> sys_kcmp(int first, int second, int type, u64 index1, u64 index2);

// The registers of a stopped tracee (ptrace_registers.cpp).

/// A word of struct user. EIO.
Result<u64> peek_user(Task& tracee, u64 offset);
Result<void> poke_user(Task& tracee, u64 offset, u64 value);
Result<void> get_registers(Task& tracee, u64 address);
Result<void> set_registers(Task& tracee, u64 address);
Result<void> get_floating_point_registers(Task& tracee, u64 address);
Result<void> set_floating_point_registers(Task& tracee, u64 address);
/// PTRACE_GETREGSET, PTRACE_SETREGSET: `vector` is the address of a struct iovec. EINVAL, EFAULT.
Result<void> get_register_set(Task& tracee, u64 type, u64 vector);
Result<void> set_register_set(Task& tracee, u64 type, u64 vector);

} // namespace martlet
