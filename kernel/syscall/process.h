// Calls about the life and relations of processes.
#pragma once
#include "abi/process.h"
#include "abi/signal.h"
#include "arch/trap_frame.h"
#include "mm/user_access.h"

namespace martlet {

Result<int> sys_fork(TrapFrame& frame);
Result<int> sys_vfork(TrapFrame& frame);
Result<int> sys_clone(TrapFrame& frame, u64 flags, u64 stack, UserPtr<int> parent_tid, UserPtr<int> child_tid, u64 tls);
Result<int> sys_clone3(TrapFrame& frame, UserPtr<const abi::CloneArguments> arguments, usize size);
Result<void> sys_execve(TrapFrame& frame, UserString path, UserPtr<const u64> arguments, UserPtr<const u64> environment);
Result<void> sys_execveat(TrapFrame& frame, int directory_fd, UserString path, UserPtr<const u64> arguments,
                          UserPtr<const u64> environment, int flags);
Result<void> sys_exit(int status);
Result<void> sys_exit_group(int status);
Result<int> sys_wait4(int process_id, UserPtr<int> status, int options, UserPtr<abi::ResourceUsage> usage);
Result<void> sys_waitid(int id_type, int id, UserPtr<abi::SignalInfo> information, int options,
                        UserPtr<abi::ResourceUsage> usage);

Result<int> sys_getpid();
Result<int> sys_gettid();
Result<int> sys_getppid();
Result<void> sys_setpgid(int process_id, int group_id);
Result<int> sys_getpgid(int process_id);
Result<int> sys_getpgrp();
Result<int> sys_setsid();
Result<void> sys_vhangup();
Result<int> sys_getsid(int process_id);

Result<int> sys_set_tid_address(u64 address);
Result<void> sys_set_robust_list(u64 head, usize size);
Result<void> sys_get_robust_list(int thread_id, UserPtr<u64> head, UserPtr<usize> size);

/// struct rusage of what the kernel counts.
abi::ResourceUsage to_user_usage(const struct ResourceUsage& usage);

} // namespace martlet
