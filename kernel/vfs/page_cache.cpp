#include "vfs/page_cache.h"

#include <string.h>

#include "base/vector.h"
#include "time/clock.h"

namespace martlet {

bool PageBudget::reserve_pages(u64 count) {
    u64 limit = limit_.load(std::memory_order_relaxed);
    if (used_.fetch_add(count, std::memory_order_relaxed) + count <= limit) return true;
    return_pages(count);
    return false;
}

PageCache::~PageCache() { drop_pages(0, ~0ull); }

/// For mappings: what lies behind the end is nobody's to see, and may still be what the frame held before.
Frame* PageCache::find_page(u64 index) { return index < page_limit() ? resident_page(index) : nullptr; }

Result<void> PageCache::mark_dirty(u64) {
    mapped_write_ns_.store(realtime_ns(), std::memory_order_relaxed);
    return {};
}

Frame* PageCache::resident_page(u64 index) {
    LockGuard guard(lock_);
    Frame* frame = pages_.get(index);
    if (frame) frame->acquire();
    return frame;
}

u64 PageCache::page_count() {
    LockGuard guard(lock_);
    return page_count_;
}

/// The page with a reference for the caller, made if it is a hole.
Result<Frame*> PageCache::make_page(u64 index, bool may_extend, Zeroing zeroing) {
    if (!budget_->reserve_pages(1)) return Error(Errno::ENOSPC);
    auto allocated = allocate_frame(FrameUse::PageCache, zeroing);
    if (!allocated) {
        budget_->return_pages(1);
        return allocated;
    }
    Frame* fresh = *allocated;
    Frame* result = nullptr;
    RadixReserve reserve;
    Errno error = Errno::ENOMEM;
    for (u32 needed = 0; !result && reserve.fill(needed);) {
        LockGuard guard(lock_);
        if (!may_extend && index >= page_limit()) {
            error = Errno::ENXIO; // truncated meanwhile
            break;
        }
        result = pages_.get(index); // somebody else was faster
        if (!result) {
            needed = pages_.nodes_needed(index);
            if (needed > reserve.available()) continue;
            pages_.insert(index, fresh, reserve);
            ++page_count_;
            result = fresh;
        }
        result->acquire();
    }
    if (result == fresh) return result;
    fresh->release();
    budget_->return_pages(1);
    if (!result) return Error(error);
    return result;
}

Result<Frame*> PageCache::get_page(u64 index, PageAccess) {
    if (index >= page_limit()) return Error(Errno::ENXIO);
    if (Frame* frame = resident_page(index)) return frame;
    return make_page(index, false, Zeroing::Yes);
}

Result<usize> PageCache::read(IoCursor& to, u64 offset) {
    u64 end = size();
    if (offset >= end) return 0;
    usize done = 0;
    usize wanted = end - offset < to.remaining() ? end - offset : to.remaining();
    while (done < wanted) {
        usize in_page = (offset + done) % kPageSize;
        usize chunk = kPageSize - in_page < wanted - done ? kPageSize - in_page : wanted - done;
        Frame* frame = resident_page((offset + done) / kPageSize);
        Result<usize> copied = frame ? to.put(static_cast<u8*>(frame->data()) + in_page, chunk) : to.put_zeros(chunk);
        if (frame) frame->release();
        if (!copied) {
            if (done > 0) return done;
            return copied;
        }
        done += *copied;
        if (*copied < chunk) break;
    }
    return done;
}

Result<usize> PageCache::write(IoCursor& from, u64 offset) {
    usize done = 0;
    if (offset > size()) clear_tail(size());
    while (from.remaining() > 0) {
        u64 position = offset + done;
        usize in_page = position % kPageSize;
        usize chunk = kPageSize - in_page < from.remaining() ? kPageSize - in_page : from.remaining();
        Frame* frame = resident_page(position / kPageSize);
        if (frame && position + chunk > size()) clear_tail(size());
        // A page behind the end that is written whole need not be cleared: nobody sees it before the file grows.
        bool is_unseen = !frame && chunk == kPageSize && position >= size();
        if (!frame) {
            auto made = make_page(position / kPageSize, true, is_unseen ? Zeroing::No : Zeroing::Yes);
            if (!made) {
                if (done > 0) return done;
                return Error(made.error());
            }
            frame = *made;
        }
        auto* bytes = static_cast<u8*>(frame->data());
        Result<usize> copied = from.take(bytes + in_page, chunk);
        usize count = copied ? *copied : 0;
        if (count < chunk && is_unseen) memset(bytes + in_page + count, 0, chunk - count);
        frame->release();
        if (count > 0) grow_to(position + count);
        done += count;
        if (count < chunk) {
            if (done > 0) return done;
            return copied ? Result<usize>(Error(Errno::EFAULT)) : copied;
        }
    }
    return done;
}

void PageCache::grow_to(u64 new_size) {
    LockGuard guard(lock_);
    if (new_size > size()) size_.store(new_size, std::memory_order_release);
}

/// Mappings may have written behind the end: clear that before it becomes part of the file.
void PageCache::clear_tail(u64 old_size) {
    if (old_size % kPageSize == 0 || !was_mapped_.load(std::memory_order_relaxed)) return;
    Frame* frame = resident_page(old_size / kPageSize);
    if (!frame) return;
    memset(static_cast<u8*>(frame->data()) + old_size % kPageSize, 0, kPageSize - old_size % kPageSize);
    frame->release();
}

void PageCache::set_size(u64 new_size) {
    u64 old_size = size();
    if (new_size > old_size) {
        clear_tail(old_size);
        grow_to(new_size);
        return;
    }
    {
        LockGuard guard(lock_);
        size_.store(new_size, std::memory_order_release);
    }
    u64 first = (new_size + kPageSize - 1) / kPageSize;
    drop_pages(first, ~0ull);
    if (is_mapped()) unmap_pages(first, ~0ull);
    if (new_size % kPageSize == 0) return;
    if (Frame* frame = resident_page(new_size / kPageSize)) {
        memset(static_cast<u8*>(frame->data()) + new_size % kPageSize, 0, kPageSize - new_size % kPageSize);
        frame->release();
    }
}

void PageCache::drop_pages(u64 first_index, u64 end_index) {
    u64 dropped = 0;
    for (u64 index = first_index;; ++index) {
        Frame* frame;
        {
            LockGuard guard(lock_);
            frame = pages_.next(index);
            if (!frame || index >= end_index) break;
            pages_.remove(index);
            --page_count_;
        }
        frame->release();
        ++dropped;
    }
    if (dropped > 0) budget_->return_pages(dropped);
}

Result<void> PageCache::allocate_range(u64 offset, u64 size_bytes) {
    struct Run {
        u64 first, end;
    };
    Vector<Run> made; // what to give back
    u64 end = (offset + size_bytes + kPageSize - 1) / kPageSize;
    for (u64 index = offset / kPageSize; index < end; ++index) {
        if (Frame* frame = resident_page(index)) {
            frame->release();
            continue;
        }
        bool continues = !made.is_empty() && made.back().end == index;
        Result<void> noted = continues ? Result<void>() : made.push_back({index, index});
        Result<Frame*> fresh = noted ? make_page(index, true, Zeroing::Yes) : Result<Frame*>(Error(noted.error()));
        if (!fresh) {
            for (const Run& run : made) drop_pages(run.first, run.end);
            return Error(fresh.error());
        }
        (*fresh)->release();
        made.back().end = index + 1;
    }
    return {};
}

void PageCache::punch_hole(u64 offset, u64 size_bytes) {
    u64 end = offset + size_bytes;
    u64 first_page = (offset + kPageSize - 1) / kPageSize;
    u64 end_page = end / kPageSize;
    auto clear = [&](u64 from, u64 to) {
        Frame* frame = from < to ? resident_page(from / kPageSize) : nullptr;
        if (!frame) return;
        memset(static_cast<u8*>(frame->data()) + from % kPageSize, 0, to - from);
        frame->release();
    };
    if (first_page > end_page) return clear(offset, end); // inside one page
    clear(offset, first_page * kPageSize);
    clear(end_page * kPageSize, end);
    drop_pages(first_page, end_page);
    if (is_mapped()) unmap_pages(first_page, end_page);
}

Result<void> PageCache::adopt(u64 index, Frame& frame) {
    if (!budget_->reserve_pages(1)) return Error(Errno::ENOSPC);
    RadixReserve reserve;
    for (u32 needed = 0; reserve.fill(needed);) {
        LockGuard guard(lock_);
        DEBUG_ASSERT(!pages_.get(index));
        needed = pages_.nodes_needed(index);
        if (needed > reserve.available()) continue;
        pages_.insert(index, &frame, reserve);
        ++page_count_;
        return {};
    }
    budget_->return_pages(1);
    return Error(Errno::ENOMEM);
}

u64 PageCache::next_data(u64 offset) {
    u64 end = size();
    LockGuard guard(lock_);
    u64 index = offset / kPageSize;
    if (!pages_.next(index)) return end;
    u64 found = index * kPageSize;
    if (found < offset) found = offset;
    return found < end ? found : end;
}

u64 PageCache::next_hole(u64 offset) {
    u64 end = size();
    while (offset < end) {
        LockGuard guard(lock_);
        if (!pages_.get(offset / kPageSize)) return offset;
        offset = align_down(offset, kPageSize) + kPageSize;
    }
    return end;
}

} // namespace martlet
