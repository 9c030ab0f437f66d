// Calls about the life and relations of processes.
#pragma once
#include "abi/process.h"
#include "abi/signal.h"
#include "arch/trap_frame.h"
#include "mm/user_access.h"

namespace martlet {

Result<void> sys_execve(TrapFrame& frame, UserString path, UserPtr<const u64> arguments,
                        UserPtr<const u64> environment);
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

/// struct rusage of what the kernel counts.
abi::ResourceUsage to_user_usage(const struct ResourceUsage& usage);

} // namespace martlet
