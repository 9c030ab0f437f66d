// Robust futexes of a task that ends (get_robust_list(2), Linux Documentation: robust-futex-ABI). The list lies in user
// memory and may hold anything: its length is limited and every read may fail, which ends the walk.
#include "ipc/futex.h"
#include "mm/user_access.h"
#include "proc/task.h"

namespace martlet {

namespace {

constexpr int kMaximumEntries = 2048;

/// struct robust_list_head.
struct RobustListHead {
    u64 next;
    i64 futex_offset;
    u64 pending;
};

/// An address with bit 0 set for a lock with priority inheritance.
struct Entry {
    explicit Entry(u64 word) : address(word & ~1ull), is_pi((word & 1) != 0) {}
    u64 address;
    bool is_pi;
};

enum class Listing : u8 { Listed, Pending };

/// The word of a lock that its owner has left behind. One with priority inheritance needs no wake-up: release_pi_locks
/// hands it over.
void mark_dead(u64 address, bool is_pi, Listing listing) {
    if (address % sizeof(u32) != 0) return;
    u32 value;
    if (!arch_user_load_u32(address, value)) return;
    for (;;) {
        // Died between taking the lock's word and listing it: a waiter may have been promised a wake-up.
        if (listing == Listing::Pending && !is_pi && value == 0) {
            (void)futex_wake({address, FutexScope::Shared}, kFutexAnyBit, 1);
            return;
        }
        if ((value & kFutexOwnerMask) != static_cast<u32>(current_task().thread_id())) return;
        u32 desired = (value & kFutexWaiters) | kFutexOwnerDied;
        bool exchanged = false;
        if (!arch_user_compare_exchange_u32(address, value, desired, exchanged)) return;
        if (!exchanged) continue;
        if ((value & kFutexWaiters) && !is_pi) (void)futex_wake({address, FutexScope::Shared}, kFutexAnyBit, 1);
        return;
    }
}

} // namespace

void release_robust_list(u64 head_address) {
    Result<RobustListHead> head = UserPtr<const RobustListHead>(head_address).load();
    if (!head) return;
    u64 offset = static_cast<u64>(head->futex_offset);
    Entry pending(head->pending), entry(head->next);
    for (int count = 0; entry.address != head_address && count < kMaximumEntries; ++count) {
        Result<u64> next = UserPtr<const u64>(entry.address).load();
        if (entry.address != pending.address) mark_dead(entry.address + offset, entry.is_pi, Listing::Listed);
        if (!next) break;
        entry = Entry(*next);
    }
    if (pending.address != 0) mark_dead(pending.address + offset, pending.is_pi, Listing::Pending);
}

} // namespace martlet
