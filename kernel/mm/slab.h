// Slabs: runs of frames cut into blocks of one size class.
//
// A slab's bookkeeping lives in its first Frame: `owner` holds the list links (frame numbers), `index` the
// free list and counts, `unused` the size class. A free block's first two bytes name the next free block. Not
// synchronised.
#pragma once
#include "mm/frame.h"
#include "mm/size_classes.h"

namespace martlet {

inline constexpr u8 kHeapFlagLarge = 1; // a large block, not a slab; Frame::index is its count of frames

class SlabClass {
public:
    void init(u32 size_class) { size_class_ = size_class; }
    /// A block of a slab that has one, or null: then give it a new slab with add_slab.
    void* allocate();
    void add_slab(Frame& first);
    /// Answers a slab that became empty and should be freed by the caller, or null. One empty slab is kept.
    Frame* free(Frame& slab, void* block);

    u64 slab_count() const { return slab_count_; }

private:
    void link(Frame& slab);
    void unlink(Frame& slab);

    u32 size_class_ = 0;
    u32 partial_ = kNone; // slabs with free blocks
    u32 empty_slabs_ = 0;
    u64 slab_count_ = 0;
    static constexpr u32 kNone = ~0u;
};

/// The first frame of the slab or large block that holds `pointer`.
Frame& heap_head_frame(const void* pointer);

} // namespace martlet
