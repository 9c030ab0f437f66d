// Calls on process descriptors (pidfd_open(2)).
#pragma once
#include "abi/signal.h"
#include "mm/user_access.h"

namespace martlet {

Result<int> sys_pidfd_open(int process_id, u32 flags);
Result<void> sys_pidfd_send_signal(int fd, int signal, UserPtr<const abi::SignalInfo> information, u32 flags);
Result<int> sys_pidfd_getfd(int fd, int target_fd, u32 flags);

} // namespace martlet
