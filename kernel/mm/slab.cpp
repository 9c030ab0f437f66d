#include "mm/slab.h"

#include "base/assert.h"

namespace martlet {

namespace {

constexpr u16 kNoBlock = 0xffff;

/// What Frame::index of a slab holds.
struct SlabState {
    u16 free_head;  // number of the first free block
    u16 free_count;
    u16 untouched;  // blocks from here on were never used and are not on the free list
    u16 padding;
};
static_assert(sizeof(SlabState) == sizeof(u64));

SlabState state_of(const Frame& slab) { return __builtin_bit_cast(SlabState, slab.index); }
void set_state(Frame& slab, SlabState state) { slab.index = __builtin_bit_cast(u64, state); }

u32 next_of(const Frame& frame) { return static_cast<u32>(frame.owner); }
u32 previous_of(const Frame& frame) { return static_cast<u32>(frame.owner >> 32); }
u64 links(u32 next, u32 previous) { return static_cast<u64>(previous) << 32 | next; }

u32 blocks_per_slab(u32 size_class) {
    return static_cast<u32>((kPageSize << kSizeClasses[size_class].slab_order) / kSizeClasses[size_class].block_size);
}

} // namespace

Frame& heap_head_frame(const void* pointer) {
    Frame& frame = frame_of_pointer(pointer);
    return Frame::table()[align_down(frame.number(), 1ull << frame.order)];
}

void SlabClass::link(Frame& slab) {
    slab.owner = links(partial_, kNone);
    u32 number = static_cast<u32>(slab.number());
    if (partial_ != kNone) Frame::table()[partial_].owner = links(next_of(Frame::table()[partial_]), number);
    partial_ = number;
}

void SlabClass::unlink(Frame& slab) {
    u32 next = next_of(slab), previous = previous_of(slab);
    if (next != kNone) Frame::table()[next].owner = links(next_of(Frame::table()[next]), previous);
    if (previous != kNone) Frame::table()[previous].owner = links(next, previous_of(Frame::table()[previous]));
    else partial_ = next;
}

void SlabClass::add_slab(Frame& first) {
    u32 frames = 1u << kSizeClasses[size_class_].slab_order;
    for (u32 index = 0; index < frames; ++index) {
        Frame& frame = (&first)[index];
        frame.order = kSizeClasses[size_class_].slab_order;
        frame.use = FrameUse::Heap;
        frame.flags = 0;
        frame.unused = static_cast<u8>(size_class_);
    }
    set_state(first, {kNoBlock, static_cast<u16>(blocks_per_slab(size_class_)), 0, 0});
    ++empty_slabs_;
    ++slab_count_;
    link(first);
}

void* SlabClass::allocate() {
    if (partial_ == kNone) return nullptr;
    Frame& slab = Frame::table()[partial_];
    SlabState state = state_of(slab);
    auto* base = static_cast<u8*>(slab.data());
    u16 number = state.free_head;
    if (number != kNoBlock)
        state.free_head = *reinterpret_cast<u16*>(base + number * kSizeClasses[size_class_].block_size);
    else number = state.untouched++;
    if (state.free_count == blocks_per_slab(size_class_)) --empty_slabs_;
    --state.free_count;
    set_state(slab, state);
    if (state.free_count == 0) unlink(slab);
    return base + number * kSizeClasses[size_class_].block_size;
}

Frame* SlabClass::free(Frame& slab, void* block) {
    usize offset = static_cast<usize>(static_cast<u8*>(block) - static_cast<u8*>(slab.data()));
    u16 number = static_cast<u16>(offset / kSizeClasses[size_class_].block_size);
    ASSERT(offset % kSizeClasses[size_class_].block_size == 0);
    SlabState state = state_of(slab);
    *static_cast<u16*>(block) = state.free_head;
    state.free_head = number;
    ++state.free_count;
    set_state(slab, state);
    if (state.free_count == 1) link(slab);
    if (state.free_count != blocks_per_slab(size_class_)) return nullptr;
    if (empty_slabs_ == 0) {
        ++empty_slabs_;
        return nullptr;
    }
    unlink(slab);
    --slab_count_;
    return &slab;
}

} // namespace martlet
