// Futexes: waiting on the value of a user word (futex(2)).
//
// A word is named by its page and offset: private ones by address space and address, shared ones by memory object and
// offset. Waiters hang in a hash table of queues; a bucket's lock guards its list and orders wake-ups after value checks.
#pragma once
#include "base/result.h"
#include "base/types.h"
#include "time/deadline.h"

namespace martlet {

enum class FutexScope : u8 { Private, Shared };

/// Sleeps while the word holds `expected`. EAGAIN: it does not; ETIMEDOUT; kRestartSys: a signal; EFAULT, EINVAL
/// (alignment). `bitset` is matched against wake-ups'.
Result<void> futex_wait(u64 address, u32 expected, FutexScope scope, u32 bitset, Deadline deadline);
/// Answers how many were woken, at most `count`.
Result<u32> futex_wake(u64 address, FutexScope scope, u32 bitset, u32 count);
/// Wakes up to `wake_count` waiters and moves up to `move_count` others to `target`. With `compare`, EAGAIN unless the word
/// holds `expected`. Answers woken plus moved.
Result<u32> futex_requeue(u64 address, u64 target, FutexScope scope, u32 wake_count, u32 move_count, bool compare,
                          u32 expected);

/// Exit of a task: marks its robust futexes as orphaned and wakes a waiter of each (get_robust_list(2)).
void release_robust_list(u64 head_address);

} // namespace martlet
