// FrameTree: the page frames of one object by index, each with one reference of the tree's.
//
// Locking: a spinlock of its own; frames may be freed and allocated under it. Of two threads that make the
// same page, the first to publish it wins and both get the winner.
#pragma once
#include "base/radix_tree.h"
#include "mm/frame.h"
#include "sync/spinlock.h"

namespace martlet {

class FrameTree : NonCopyable {
public:
    FrameTree() = default;
    ~FrameTree() { remove_range(0, ~0ull); }

    /// The frame at `index` with a reference for the caller; null if there is none. Never sleeps.
    Frame* find(u64 index);
    /// Puts `fresh`, whose reference it takes over, at `index` unless a frame is there already. Answers the
    /// one that is, with a reference for the caller. May sleep. ENOMEM.
    Result<Frame*> publish(u64 index, Frame* fresh);
    /// Gives up the frames of [first_index, end_index).
    void remove_range(u64 first_index, u64 end_index);
    /// Gives up to `most` frames of the range that nobody else refers to; answers how many.
    u64 remove_unused(u64 most, u64 first_index, u64 end_index);
    /// Of all, going on where the last call ended.
    u64 remove_unused(u64 most);
    u64 count() const { return count_.load(std::memory_order_relaxed); }

private:
    SpinLock lock_{LockRank::InodeTable};
    RadixTree<Frame> frames_ GUARDED_BY(lock_);
    u64 remove_unused_locked(u64 most, u64 first_index, u64 end_index) REQUIRES(lock_);
    std::atomic<u64> count_ = 0;     // written under lock_
    u64 hand_ GUARDED_BY(lock_) = 0; // where remove_unused goes on
};

} // namespace martlet
