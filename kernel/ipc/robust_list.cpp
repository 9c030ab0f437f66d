// Robust futexes of a task that ends (get_robust_list(2), Linux Documentation: robust-futex-ABI). The list lies in user
// memory and may hold anything: its length is limited and every read may fail, which ends the walk.
#include "ipc/futex.h"
#include "mm/user_access.h"
#include "proc/task.h"

namespace martlet {

namespace {

constexpr u32 kOwnerDied = 0x4000'0000, kHasWaiters = 0x8000'0000, kOwnerMask = 0x3fff'ffff;
constexpr int kMaximumEntries = 2048;

/// struct robust_list_head.
struct RobustListHead {
    u64 next;
    i64 futex_offset;
    u64 pending;
};

/// The word of a lock that its owner has left behind.
void mark_dead(u64 address, bool is_pending) {
    if (address % sizeof(u32) != 0) return;
    u32 value;
    if (!arch_user_load_u32(address, value)) return;
    for (;;) {
        // Died between taking the lock's word and listing it: a waiter may have been promised a wake-up.
        if (is_pending && value == 0) {
            (void)futex_wake(address, FutexScope::Shared, ~0u, 1);
            return;
        }
        if ((value & kOwnerMask) != static_cast<u32>(current_task().thread_id())) return;
        u32 desired = (value & kHasWaiters) | kOwnerDied;
        bool exchanged = false;
        if (!arch_user_compare_exchange_u32(address, value, desired, exchanged)) return;
        if (!exchanged) continue;
        if (value & kHasWaiters) (void)futex_wake(address, FutexScope::Shared, ~0u, 1);
        return;
    }
}

} // namespace

void release_robust_list(u64 head_address) {
    Result<RobustListHead> head = UserPtr<const RobustListHead>(head_address).load();
    if (!head) return;
    u64 pending = head->pending & ~1ull; // bit 0: a PI lock, which this kernel does not make
    u64 entry = head->next & ~1ull;
    for (int count = 0; entry != head_address && count < kMaximumEntries; ++count) {
        Result<u64> next = UserPtr<const u64>(entry).load();
        if (entry != pending) mark_dead(entry + static_cast<u64>(head->futex_offset), false);
        if (!next) break;
        entry = *next & ~1ull;
    }
    if (pending != 0) mark_dead(pending + static_cast<u64>(head->futex_offset), true);
}

} // namespace martlet
