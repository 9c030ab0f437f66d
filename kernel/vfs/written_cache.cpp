#include "vfs/written_cache.h"

#include <string.h>

#include "time/clock.h"
#include "vfs/write_back.h"

namespace martlet {

namespace {

/// In Frame::flags, under dirty_lock_: the bytes have changed since the last time they were stored.
constexpr u8 kFrameDirty = 1;
/// Writers look whether too much is dirty after so many pages.

} // namespace

/// Pages on their way to where they are kept, in ascending order.
struct WrittenCache::Batch {
    static constexpr u32 kCapacity = 32;
    struct Page {
        u64 index;
        Frame* frame;
    } pages[kCapacity];
    u32 count = 0;
};

u64 WrittenCache::dirty_page_count() {
    LockGuard guard(dirty_lock_);
    return dirty_count_;
}

Result<void> WrittenCache::mark(u64 index, Frame& frame) {
    TRY(WriteBack::start());
    RadixReserve reserve;
    Frame* replaced = nullptr;
    for (u32 needed = 0;;) {
        TRY(reserve.fill(needed));
        LockGuard guard(dirty_lock_);
        Frame* known = dirty_.get(index);
        if (known != &frame) {
            needed = dirty_.nodes_needed(index) + 2;
            if (needed > reserve.available()) continue;
            // Another frame is of a time before the page was discarded.
            if (known && (known->flags & kFrameDirty)) {
                known->flags &= static_cast<u8>(~kFrameDirty);
                --dirty_count_;
                WriteBack::count_dirty(-1);
            }
            replaced = dirty_.remove(index);
            dirty_.insert(index, &frame, reserve);
            frame.acquire();
        }
        if (!(frame.flags & kFrameDirty)) {
            frame.flags |= kFrameDirty;
            if (dirty_count_++ == 0) {
                dirty_since_ns_.store(monotonic_ns(), std::memory_order_relaxed);
                WriteBack::cache_is_dirty(*this);
            }
            WriteBack::count_dirty(1);
        }
        break;
    }
    if (replaced) replaced->release();
    return {};
}

Result<void> WrittenCache::mark_dirty(u64 index) {
    Frame* frame = find_page(index);
    if (!frame) return Error(Errno::ENXIO);
    Result<void> marked = mark(index, *frame);
    frame->release();
    return marked;
}

/// A page that is about to be replaced whole need not be read. `taken` bytes have come from the cursor; null:
/// not all of them, and there is no page yet.
Result<Frame*> WrittenCache::take_whole_page(IoCursor& from, u64 index, usize count, usize& taken) {
    Frame* fresh = TRY(allocate_frame(FrameUse::PageCache, Zeroing::No));
    auto* bytes = static_cast<u8*>(fresh->data());
    auto copied = from.take(bytes, count);
    taken = copied.value_or(0);
    if (taken == count) {
        memset(bytes + count, 0, kPageSize - count);
        fresh->acquire();
        auto kept = publish_page(index, fresh);
        if (kept && *kept != fresh) memcpy((*kept)->data(), bytes, count); // somebody else was faster
        fresh->release();
        return kept;
    }
    Result<Frame*> page = nullptr;
    if (taken > 0 && (page = load_page(index))) memcpy((*page)->data(), bytes, taken);
    fresh->release();
    if (taken == 0) return Error(copied ? Errno::EFAULT : copied.error());
    return page;
}

Result<usize> WrittenCache::write_page(IoCursor& from, u64 index, usize in_page, usize count) {
    Frame* frame = find_page(index);
    u64 start = index * kPageSize;
    usize taken = 0;
    if (!frame && in_page == 0 && (count == kPageSize || start + count >= size())) {
        frame = TRY(take_whole_page(from, index, count, taken));
    } else {
        if (!frame) frame = TRY(load_page(index));
        auto copied = from.take(static_cast<u8*>(frame->data()) + in_page, count);
        if (!copied) {
            frame->release();
            return copied;
        }
        taken = *copied;
    }
    grow_to(start + in_page + taken);
    Result<void> marked = taken > 0 ? mark(index, *frame) : Result<void>();
    frame->release();
    if (!marked) return Error(marked.error());
    return taken;
}

Result<usize> WrittenCache::write(IoCursor& from, u64 offset, u64 limit) {
    if (offset >= limit) return 0;
    usize wanted = limit - offset < from.remaining() ? limit - offset : from.remaining();
    if (wanted > 0 && offset + wanted > size()) clear_tail();
    usize done = 0;
    while (done < wanted) {
        usize in_page = (offset + done) % kPageSize;
        usize chunk = kPageSize - in_page < wanted - done ? kPageSize - in_page : wanted - done;
        auto count = write_page(from, (offset + done) / kPageSize, in_page, chunk);
        if (!count) {
            if (done > 0) break;
            return count;
        }
        done += *count;
        if (*count < chunk) break;
        WriteBack::throttle();
    }
    return done;
}

/// Fills the batch with marked pages from `index` on, unmarks them, and moves `index` behind the last.
void WrittenCache::take_dirty(u64& index, u64 end, Batch& batch) {
    batch.count = 0;
    LockGuard guard(dirty_lock_);
    while (batch.count < Batch::kCapacity) {
        Frame* frame = dirty_.next(index);
        if (!frame || index >= end) break;
        if (frame->flags & kFrameDirty) {
            frame->flags &= static_cast<u8>(~kFrameDirty);
            --dirty_count_;
            frame->acquire();
            batch.pages[batch.count++] = {index, frame};
        }
        ++index;
    }
    WriteBack::count_dirty(-static_cast<i64>(batch.count));
    WriteBack::count_writing(batch.count);
}

/// After an attempt to store; gives up the batch's reference. What was discarded meanwhile is no longer in the tree.
void WrittenCache::finish(u64 index, Frame& frame, bool is_done) {
    bool leaves = false;
    {
        LockGuard guard(dirty_lock_);
        if (dirty_.get(index) == &frame) {
            if (!is_done && !(frame.flags & kFrameDirty)) {
                frame.flags |= kFrameDirty;
                ++dirty_count_;
                WriteBack::count_dirty(1);
            }
            leaves = !(frame.flags & kFrameDirty);
            if (leaves) dirty_.remove(index);
        }
        WriteBack::count_writing(-1);
        if (dirty_.is_empty()) WriteBack::cache_is_clean(*this);
    }
    if (leaves) frame.release();
    frame.release();
}

Result<void> WrittenCache::store_page(u64 index, const Frame& frame) {
    u64 offset = index * kPageSize, end = size();
    if (offset >= end) return {};
    return store(offset, {static_cast<const u8*>(frame.data()), end - offset < kPageSize ? end - offset : kPageSize});
}

Result<void> WrittenCache::store_range(u64 first_index, u64 end_index, SpaceLocks locks) {
    Result<void> result;
    [[clang::uninitialized]] Batch batch;
    for (u64 index = first_index;;) {
        take_dirty(index, end_index, batch);
        if (batch.count == 0) return result;
        bool is_protected = write_protect_pages(batch.pages[0].index, batch.pages[batch.count - 1].index + 1, locks);
        for (u32 at = 0; at < batch.count; ++at) {
            auto [page, frame] = batch.pages[at];
            Result<void> stored = is_protected ? store_page(page, *frame) : Error(Errno::ENOMEM);
            bool is_tried_again = !stored && stored.error() == Errno::ENOMEM;
            if (is_tried_again) result = stored;
            else if (!stored) errors_.record(stored.error());
            finish(page, *frame, !is_tried_again);
        }
    }
}

Result<void> WrittenCache::write_back(u64 first_index, u64 end_index) {
    MutexGuard guard(write_back_mutex_);
    dirty_since_ns_.store(monotonic_ns(), std::memory_order_relaxed);
    return store_range(first_index, end_index, SpaceLocks::Wait);
}

void WrittenCache::write_back_in_background() {
    if (!write_back_mutex_.try_lock()) return; // somebody does it already
    dirty_since_ns_.store(monotonic_ns(), std::memory_order_relaxed);
    (void)store_range(0, ~0ull, SpaceLocks::PassOver);
    write_back_mutex_.unlock();
}

void WrittenCache::drop_dirty(u64 first_index, u64 end_index) {
    for (u64 index = first_index;; ++index) {
        Frame* frame;
        {
            LockGuard guard(dirty_lock_);
            frame = dirty_.next(index);
            if (!frame || index >= end_index) break;
            dirty_.remove(index);
            if (frame->flags & kFrameDirty) {
                frame->flags &= static_cast<u8>(~kFrameDirty);
                --dirty_count_;
                WriteBack::count_dirty(-1);
            }
            if (dirty_.is_empty()) WriteBack::cache_is_clean(*this);
        }
        frame->release();
    }
}

void WrittenCache::discard(u64 first_index, u64 end_index) {
    drop_dirty(first_index, end_index);
    drop_pages(first_index, end_index);
    unmap_pages(first_index, end_index);
}

void WrittenCache::resize(u64 size_bytes) {
    u64 old = size();
    if (size_bytes > old) {
        clear_tail();
        grow_to(size_bytes);
        return;
    }
    shrink_to(size_bytes);
    discard((size_bytes + kPageSize - 1) / kPageSize, ~0ull);
    clear_tail();
}

} // namespace martlet
