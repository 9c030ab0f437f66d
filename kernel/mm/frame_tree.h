// FrameTree: the page frames of one object by index, each with one reference of the tree's.
//
// Locking: a spinlock of its own; frames may be freed and allocated under it. Of two threads that make the same page, the
// first to publish it wins and both get the winner.
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
    /// Puts `fresh`, whose reference it takes over, at `index` unless a frame is there already. Answers the one that is,
    /// with a reference for the caller. May sleep. ENOMEM.
    Result<Frame*> publish(u64 index, Frame* fresh);
    /// Gives up the frames of [first_index, end_index).
    void remove_range(u64 first_index, u64 end_index);
    /// Gives up to `most` frames that nobody else refers to; answers how many.
    u64 remove_unused(u64 most);
    u64 count();

private:
    SpinLock lock_{LockRank::InodeTable};
    RadixTree<Frame> frames_ GUARDED_BY(lock_);
    u64 count_ GUARDED_BY(lock_) = 0;
};

} // namespace martlet
