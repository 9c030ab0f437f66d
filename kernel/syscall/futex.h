// futex(2), futex_waitv(2).
#pragma once
#include "abi/process.h"
#include "abi/time.h"
#include "mm/user_access.h"

namespace martlet {

/// `timeout` is a pointer for waits and a number (the count of waiters to move) for requeues.
Result<u32> sys_futex(u64 address, int operation, u32 value, u64 timeout, u64 address2, u32 value3);
Result<u32> sys_futex_waitv(UserPtr<const abi::FutexWaitItem> items, u32 count, u32 flags,
                            UserPtr<const abi::TimeSpec> timeout, int clock);

} // namespace martlet
