#include "mm/buddy.h"

#include "base/assert.h"

namespace martlet {

namespace {

/// The list links of a free block share Frame::owner: next in the low half, previous in the high half.
u32 next_of(const Frame& frame) { return static_cast<u32>(frame.owner); }
u32 previous_of(const Frame& frame) { return static_cast<u32>(frame.owner >> 32); }
u64 links(u32 next, u32 previous) { return static_cast<u64>(previous) << 32 | next; }

} // namespace

void BuddyAllocator::push(Frame& frame, u32 order) {
    u32 number = static_cast<u32>(frame.number());
    u32 head = heads_[order];
    frame.references.store(0, std::memory_order_relaxed);
    frame.use = FrameUse::Free;
    frame.order = static_cast<u8>(order);
    frame.flags = 0;
    frame.owner = links(head, kNone);
    if (head != kNone) Frame::table()[head].owner = links(next_of(Frame::table()[head]), number);
    heads_[order] = number;
    ++block_counts_[order];
    free_frames_ += 1ull << order;
}

void BuddyAllocator::unlink(Frame& frame, u32 order) {
    u32 next = next_of(frame), previous = previous_of(frame);
    if (next != kNone) Frame::table()[next].owner = links(next_of(Frame::table()[next]), previous);
    if (previous != kNone) Frame::table()[previous].owner = links(next, previous_of(Frame::table()[previous]));
    else heads_[order] = next;
    --block_counts_[order];
    free_frames_ -= 1ull << order;
}

void BuddyAllocator::add_range(u64 first, u64 end) {
    while (first < end) {
        u32 order = kMaxFrameOrder;
        while ((first & ((1ull << order) - 1)) != 0 || first + (1ull << order) > end) --order;
        free(Frame::table()[first], order);
        first += 1ull << order;
    }
}

Frame* BuddyAllocator::allocate(u32 order) {
    u32 found = order;
    while (found <= kMaxFrameOrder && heads_[found] == kNone) ++found;
    if (found > kMaxFrameOrder) return nullptr;
    Frame& frame = Frame::table()[heads_[found]];
    unlink(frame, found);
    // The upper halves go back; the lowest addresses are handed out.
    while (found > order) {
        --found;
        push(Frame::table()[frame.number() + (1ull << found)], found);
    }
    return &frame;
}

void BuddyAllocator::free(Frame& frame, u32 order) {
    u64 number = frame.number();
    while (order < kMaxFrameOrder) {
        Frame& buddy = Frame::table()[number ^ (1ull << order)];
        if (buddy.use != FrameUse::Free || buddy.order != order) break;
        unlink(buddy, order);
        // The upper half stops being a head: a stale "Free" there must not be taken for a block.
        Frame::table()[number | (1ull << order)].use = FrameUse::Cached;
        number &= ~(1ull << order);
        ++order;
    }
    push(Frame::table()[number], order);
}

} // namespace martlet
