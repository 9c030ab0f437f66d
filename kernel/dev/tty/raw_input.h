// RawInputRing: bytes from the line with their errors, from interrupt handlers to the console thread.
#pragma once
#include "dev/tty/line_discipline.h"
#include "sync/spinlock.h"

namespace martlet {

struct RawInput {
    u8 byte;
    InputEvent event;
};

template <u32 kCapacity> class RawInputRing : NonCopyable {
public:
    using Item = RawInput;
    static constexpr usize kRingCapacity = kCapacity;

    usize room() const { return kCapacity - count(); }
    usize count() const {
        return head_.load(std::memory_order_acquire) - tail_.load(std::memory_order_acquire);
    }
    /// False: the ring is full, the byte is lost. Any context.
    bool push(u8 byte, InputEvent event) {
        IrqLockGuard guard(lock_);
        if (room() == 0) return false;
        u32 head = head_.load(std::memory_order_relaxed);
        items_[head % kCapacity] = {byte, event};
        head_.store(head + 1, std::memory_order_release);
        return true;
    }
    /// One consumer at a time.
    usize pop(std::span<Item> to) {
        u32 tail = tail_.load(std::memory_order_relaxed);
        usize available = head_.load(std::memory_order_acquire) - tail;
        usize taken = available < to.size() ? available : to.size();
        for (usize index = 0; index < taken; ++index) to[index] = items_[(tail + index) % kCapacity];
        tail_.store(static_cast<u32>(tail + taken), std::memory_order_release);
        return taken;
    }

private:
    SpinLock lock_{LockRank::Leaf}; // among producers
    std::atomic<u32> head_ = 0, tail_ = 0;
    Item items_[kCapacity] = {};
};

} // namespace martlet
