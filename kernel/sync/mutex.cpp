#include "sync/mutex.h"

#include "sched/scheduler.h"

namespace martlet {

#ifdef MARTLET_DEBUG
static void note_mutex_acquired(Thread& thread, LockRank rank, u32& count, u8* ranks) {
    if (count > 0 && ranks[count - 1] > static_cast<u8>(rank))
        panic("lock order: mutex of rank %u taken while rank %u is held by %.*s", static_cast<u32>(rank),
              ranks[count - 1], static_cast<int>(thread.name().size()), thread.name().data());
    ASSERT(count < 16);
    ranks[count++] = static_cast<u8>(rank);
}

static void note_mutex_released(LockRank rank, u32& count, u8* ranks) {
    for (u32 index = count; index-- > 0;) {
        if (ranks[index] != static_cast<u8>(rank)) continue;
        for (u32 next = index + 1; next < count; ++next) ranks[next - 1] = ranks[next];
        --count;
        return;
    }
}
#endif

/// An owner that runs is about to let go: waiting for that costs less than two switches. The owner is only
/// compared, never looked into: it may be gone by now.
bool Mutex::take_while_owner_runs(Thread* self) {
    constexpr u32 kMaxSpins = 1000, kSpinsPerLook = 8;
    if (online_cpu_count() == 1) return false;
    for (u32 spins = 0; spins < kMaxSpins; ++spins) {
        Thread* owner = owner_.load(std::memory_order_relaxed);
        if (!owner) {
            if (owner_.compare_exchange_strong(owner, self, std::memory_order_acquire)) return true;
        } else if (spins % kSpinsPerLook == 0 && !Scheduler::is_running(owner)) {
            return false;
        }
        cpu_relax();
    }
    return false;
}

[[gnu::noinline]] void Mutex::wait_for_owner(Thread* self) {
    if (take_while_owner_runs(self)) return;
    waiters_.wait_uninterruptible([&] {
        Thread* free = nullptr;
        return owner_.compare_exchange_strong(free, self, std::memory_order_acquire);
    });
}

void Mutex::lock() {
    might_sleep();
    Thread* self = current_thread();
    DEBUG_ASSERT(owner_.load(std::memory_order_relaxed) != self || self == nullptr);
    Thread* expected = nullptr;
    if (!owner_.compare_exchange_strong(expected, self, std::memory_order_acquire)) [[unlikely]] wait_for_owner(self);
#ifdef MARTLET_DEBUG
    note_mutex_acquired(*self, rank_, self->held_mutex_count_, self->held_mutex_ranks_);
#endif
}

bool Mutex::try_lock() {
    Thread* expected = nullptr;
    if (!owner_.compare_exchange_strong(expected, current_thread(), std::memory_order_acquire)) return false;
#ifdef MARTLET_DEBUG
    note_mutex_acquired(*current_thread(), rank_, current_thread()->held_mutex_count_,
                        current_thread()->held_mutex_ranks_);
#endif
    return true;
}

void Mutex::unlock() {
    DEBUG_ASSERT(is_held_by_current_thread());
#ifdef MARTLET_DEBUG
    note_mutex_released(rank_, current_thread()->held_mutex_count_, current_thread()->held_mutex_ranks_);
#endif
    owner_.store(nullptr, std::memory_order_seq_cst);
    if (waiters_.has_waiters()) waiters_.wake_one();
}

bool Mutex::is_held_by_current_thread() const { return owner_.load(std::memory_order_relaxed) == current_thread(); }

} // namespace martlet
