// The buddy allocator: free blocks of 2^0 … 2^10 frames, split and merged in O(orders).
//
// A free block is described by its first Frame only (use Free, its order, and the links of its list in
// `owner`), so that taking over a large memory touches one Frame per 4 MiB. Every Frame of a partly usable 4
// MiB block must say Reserved before add_range, because merging looks at the neighbour. Not synchronised.
#pragma once
#include "mm/frame.h"

namespace martlet {

class BuddyAllocator {
public:
    static constexpr u64 kLargestBlock = 1ull << kMaxFrameOrder;

    /// Frees the frames [first, end) for the first time.
    void add_range(u64 first, u64 end);
    /// Null when no block is large enough. The frame's fields are the caller's to fill.
    Frame* allocate(u32 order);
    void free(Frame& frame, u32 order);

    u64 free_frames() const { return free_frames_; }
    u64 free_blocks(u32 order) const { return block_counts_[order]; }

private:
    static constexpr u32 kNone = ~0u;
    void push(Frame& frame, u32 order);
    void unlink(Frame& frame, u32 order);

    u32 heads_[kMaxFrameOrder + 1] = {kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone};
    u64 block_counts_[kMaxFrameOrder + 1] = {};
    u64 free_frames_ = 0;
};

} // namespace martlet
