// Futexes: waiting on the value of a user word (futex(2)).
//
// A word is named by its page and offset: private ones by address space and address, shared ones by memory object and
// offset. Waiters hang in a hash table (ipc/futex_table.h); locks with priority inheritance are in ipc/futex_pi.cpp.
#pragma once
#include <span>

#include "base/result.h"
#include "base/types.h"
#include "time/deadline.h"

namespace martlet {

class Task;

enum class FutexScope : u8 { Private, Shared };

struct FutexWord {
    u64 address;
    FutexScope scope;
};

inline constexpr u32 kFutexAnyBit = ~0u;

/// Sleeps while the word holds `expected`. EAGAIN: it does not; ETIMEDOUT; kRestartSys: a signal; EFAULT, EINVAL
/// (alignment, no bit). `bitset` is matched against wake-ups'.
Result<void> futex_wait(FutexWord word, u32 expected, u32 bitset, Deadline deadline);
/// Answers how many were woken, at most `count`. EINVAL: a waiter for a lock with priority inheritance is there.
Result<u32> futex_wake(FutexWord word, u32 bitset, u32 count);
/// Wakes up to `wake_count` waiters and moves up to `move_count` others to `target`. With `expected`, EAGAIN unless the
/// word holds it. Answers woken plus moved.
Result<u32> futex_requeue(FutexWord word, FutexWord target, u32 wake_count, u32 move_count, const u32* expected);

/// futex_waitv(2): sleeps while all words hold what is expected; answers the index of one that was woken.
struct FutexWaitItem {
    FutexWord word;
    u32 expected;
};
inline constexpr usize kMaximumFutexWaitItems = 128;
Result<u32> futex_wait_any(std::span<const FutexWaitItem> items, Deadline deadline);

// Locks with priority inheritance: the word holds the owner's thread id, and bits that send others into the kernel.
inline constexpr u32 kFutexWaiters = 0x8000'0000, kFutexOwnerDied = 0x4000'0000, kFutexOwnerMask = 0x3fff'ffff;

/// EDEADLK: the caller has it, or the owners' chain of waits leads back to it; ESRCH: no such owner; ETIMEDOUT;
/// kRestartNoIntr: a signal; EINVAL: word and kernel disagree.
Result<void> futex_lock_pi(FutexWord word, Deadline deadline);
/// EAGAIN: another thread has it.
Result<void> futex_try_lock_pi(FutexWord word);
/// EPERM: the caller does not have it.
Result<void> futex_unlock_pi(FutexWord word);
/// Waits on `word` to be moved to the lock `target`, and then for the lock. EAGAIN as futex_wait, or woken
/// for no reason.
Result<void> futex_wait_requeue_pi(FutexWord word, u32 expected, FutexWord target, Deadline deadline);
/// Gives the lock `target` to the first waiter if it is free, and moves up to `move_count` more to it.
Result<u32> futex_requeue_pi(FutexWord word, FutexWord target, u32 move_count, u32 expected);

/// Exit of a task: marks its robust futexes as orphaned and wakes a waiter of each (get_robust_list(2)), then gives the
/// locks that others wait for to the next in line.
void release_robust_list(u64 head_address);
void release_pi_locks(Task& task);

} // namespace martlet
