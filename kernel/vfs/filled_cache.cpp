#include "vfs/filled_cache.h"

#include <string.h>

#include "mm/frame.h"

namespace martlet {

/// Every cache, for reclaim.
class FilledCacheList {
public:
    static inline SpinLock lock{LockRank::DentryCache};
    static inline constinit List<FilledCache, &FilledCache::all_node_> all GUARDED_BY(lock);
};

FilledCache::FilledCache(u64 size) : size_(size) {
    LockGuard guard(FilledCacheList::lock);
    FilledCacheList::all.push_back(*this);
}

FilledCache::~FilledCache() {
    LockGuard guard(FilledCacheList::lock);
    all_node_.unlink();
}

Result<Frame*> FilledCache::load_page(u64 index) {
    if (Frame* frame = pages_.find(index)) return frame;
    Frame* fresh = TRY(allocate_frame(FrameUse::PageCache, Zeroing::No));
    auto* bytes = static_cast<u8*>(fresh->data());
    u64 offset = index * kPageSize, end = size();
    usize count = offset >= end ? 0 : end - offset < kPageSize ? end - offset : kPageSize;
    if (auto filled = count > 0 ? fill(offset, {bytes, count}) : Result<void>(); !filled) {
        fresh->release();
        return Error(filled.error());
    }
    if (count < kPageSize) memset(bytes + count, 0, kPageSize - count);
    return pages_.publish(index, fresh);
}

void FilledCache::grow_to(u64 size_bytes) {
    u64 old = size();
    while (old < size_bytes && !size_.compare_exchange_weak(old, size_bytes, std::memory_order_acq_rel)) {}
}

void FilledCache::clear_tail() {
    u64 end = size();
    Frame* frame = end % kPageSize ? pages_.find(end / kPageSize) : nullptr;
    if (!frame) return;
    memset(static_cast<u8*>(frame->data()) + end % kPageSize, 0, kPageSize - end % kPageSize);
    frame->release();
}

Result<Frame*> FilledCache::get_page(u64 index, PageAccess) {
    if (index >= page_limit()) return Error(Errno::ENXIO);
    Frame* frame = TRY(load_page(index));
    note_read(index, index + 1);
    return frame;
}

/// Goes on reading where a sequential reader will come next.
void FilledCache::note_read(u64 first_index, u64 end_index) {
    bool is_sequential = next_sequential_.exchange(end_index, std::memory_order_relaxed) == first_index;
    if (!is_sequential) {
        window_.store(1, std::memory_order_relaxed);
        return;
    }
    u64 window = window_.load(std::memory_order_relaxed);
    prefetch(end_index * kPageSize, window * kPageSize);
    if (window < kReadAheadPages) window_.store(window * 2, std::memory_order_relaxed);
}

void FilledCache::prefetch(u64 offset, u64 size) {
    u64 limit = this->size();
    u64 end = size < limit && offset < limit - size ? offset + size : limit;
    for (u64 index = offset / kPageSize; index * kPageSize < end; ++index) {
        auto frame = load_page(index);
        if (!frame) return; // whoever really needs the page hears why
        (*frame)->release();
    }
}

Result<usize> FilledCache::read(IoCursor& to, u64 offset) {
    u64 end = size();
    if (offset >= end) return 0;
    usize wanted = end - offset < to.remaining() ? end - offset : to.remaining();
    usize done = 0;
    while (done < wanted) {
        usize in_page = (offset + done) % kPageSize;
        usize chunk = kPageSize - in_page < wanted - done ? kPageSize - in_page : wanted - done;
        auto frame = load_page((offset + done) / kPageSize);
        if (!frame) {
            if (done > 0) break;
            return Error(frame.error());
        }
        auto copied = to.put(static_cast<u8*>((*frame)->data()) + in_page, chunk);
        (*frame)->release();
        if (!copied) {
            if (done > 0) break;
            return copied;
        }
        done += *copied;
        if (*copied < chunk) break;
    }
    note_read(offset / kPageSize, (offset + done + kPageSize - 1) / kPageSize);
    return done;
}

u64 FilledCache::reclaim_clean_pages(u64 count) {
    u64 freed = 0;
    LockGuard guard(FilledCacheList::lock);
    for (FilledCache& cache : FilledCacheList::all) {
        if (freed >= count) break;
        freed += cache.pages_.remove_unused(count - freed);
    }
    return freed;
}

u64 FilledCache::reclaim_mapped_pages(u64 count) {
    u64 left = 0, freed = 0;
    {
        LockGuard guard(FilledCacheList::lock);
        for (FilledCache& cache : FilledCacheList::all) left += cache.is_mapped();
    }
    // Twice round: the first time spares what was used. The list turns, so that no cache always pays.
    for (left *= 2; left > 0 && freed < count; --left) {
        Ref<FilledCache> cache;
        {
            LockGuard guard(FilledCacheList::lock);
            for (FilledCache& candidate : FilledCacheList::all) {
                candidate.all_node_.unlink();
                FilledCacheList::all.push_back(candidate);
                if (!candidate.is_mapped() || !candidate.try_acquire()) continue;
                cache = Ref<FilledCache>::adopt(&candidate);
                break;
            }
        }
        if (!cache) break;
        if (cache->unmap_clean_pages() > 0) freed += cache->pages_.remove_unused(count - freed);
    }
    return freed;
}

u64 FilledCache::total_pages() {
    u64 total = 0;
    LockGuard guard(FilledCacheList::lock);
    for (FilledCache& cache : FilledCacheList::all) total += cache.pages_.count();
    return total;
}

} // namespace martlet
