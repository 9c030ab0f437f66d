#include "mm/frame_tree.h"

namespace martlet {

Frame* FrameTree::find(u64 index) {
    LockGuard guard(lock_);
    Frame* frame = frames_.get(index);
    if (frame) frame->acquire();
    return frame;
}

Result<Frame*> FrameTree::publish(u64 index, Frame* fresh) {
    RadixReserve reserve;
    for (;;) {
        u32 needed;
        {
            LockGuard guard(lock_);
            if (Frame* winner = frames_.get(index)) {
                winner->acquire();
                fresh->release();
                return winner;
            }
            needed = frames_.nodes_needed(index);
            if (needed <= reserve.available()) {
                fresh->acquire(); // one for the tree, one for the caller
                frames_.insert(index, fresh, reserve);
                ++count_;
                return fresh;
            }
        }
        if (auto filled = reserve.fill(needed); !filled) {
            fresh->release();
            return Error(filled.error());
        }
    }
}

void FrameTree::remove_range(u64 first_index, u64 end_index) {
    for (u64 index = first_index;;) {
        Frame* frame;
        {
            LockGuard guard(lock_);
            frame = frames_.next(index);
            if (!frame || index >= end_index) return;
            frames_.remove(index);
            --count_;
        }
        frame->release();
    }
}

u64 FrameTree::remove_unused_locked(u64 most, u64 first_index, u64 end_index) {
    u64 removed = 0;
    u64 index = first_index;
    for (; removed < most; ++index) {
        Frame* frame = frames_.next(index);
        if (!frame || index >= end_index) break;
        if (frame->is_shared()) continue;
        frames_.remove(index);
        --count_;
        frame->release();
        ++removed;
    }
    hand_ = index;
    return removed;
}

u64 FrameTree::remove_unused(u64 most, u64 first_index, u64 end_index) {
    LockGuard guard(lock_);
    return remove_unused_locked(most, first_index, end_index);
}

u64 FrameTree::remove_unused(u64 most) {
    LockGuard guard(lock_);
    u64 start = hand_;
    u64 removed = remove_unused_locked(most, start, ~0ull);
    if (removed < most) removed += remove_unused_locked(most - removed, 0, start);
    return removed;
}

} // namespace martlet
