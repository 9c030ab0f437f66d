// seccomp(2), and the operations of prctl(2) on it.
#pragma once
#include "mm/user_access.h"

namespace martlet {

Result<int> sys_seccomp(u32 operation, u32 flags, u64 arguments);
Result<i64> prctl_set_seccomp(u64 mode, u64 program);
Result<i64> prctl_get_seccomp();

} // namespace martlet
