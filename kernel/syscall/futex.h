// futex(2).
#pragma once
#include "mm/user_access.h"

namespace martlet {

/// `timeout` is a pointer for waits and a number (the count of waiters to move) for requeues.
Result<u32> sys_futex(u64 address, int operation, u32 value, u64 timeout, u64 address2, u32 value3);

} // namespace martlet
