// Shared anonymous memory: pages made on first access, seen by every mapping, gone with the last one.
#include "base/assert.h"
#include "mm/memory_object.h"
#include "mm/overcommit.h"
#include "base/radix_tree.h"

namespace martlet {

namespace {

class SharedAnonymousObject final : public MemoryObject {
public:
    SharedAnonymousObject(u64 page_count, Promise promise) : page_count_(page_count), promise_(promise) {
        if (promise_ == Promise::Yes) change_committed(static_cast<i64>(page_count_));
    }
    ~SharedAnonymousObject() override {
        remove_range(0, page_count_);
        if (promise_ == Promise::Yes) change_committed(-static_cast<i64>(page_count_));
    }
    const char* mapping_name(u64) const override { return "/dev/zero (deleted)"; }

    Result<Frame*> get_page(u64 index, PageAccess) override {
        if (index >= page_count_) return Error(Errno::ENXIO);
        if (Frame* frame = find_page(index)) return frame;
        Frame* made = TRY(allocate_frame(FrameUse::PageCache, Zeroing::Yes));
        RadixReserve reserve;
        for (;;) {
            u32 needed;
            {
                LockGuard guard(lock_);
                if (Frame* winner = pages_.get(index)) {
                    // Somebody else faulted the same page in meanwhile.
                    winner->acquire();
                    made->release();
                    return winner;
                }
                needed = pages_.nodes_needed(index);
                if (needed <= reserve.available()) {
                    made->acquire(); // one for the object, one for the caller
                    pages_.insert(index, made, reserve);
                    return made;
                }
            }
            if (Result<void> filled = reserve.fill(needed); !filled) {
                made->release();
                return Error(filled.error());
            }
        }
    }

    Frame* find_page(u64 index) override {
        LockGuard guard(lock_);
        Frame* frame = pages_.get(index);
        if (frame) frame->acquire();
        return frame;
    }

    Result<void> remove_pages(u64 first_index, u64 end_index) override {
        remove_range(first_index, end_index);
        unmap_pages(first_index, end_index);
        return {};
    }

private:
    void remove_range(u64 index, u64 end) {
        for (;;) {
            Frame* frame;
            {
                LockGuard guard(lock_);
                frame = pages_.next(index);
                if (!frame || index >= end) return;
                pages_.remove(index);
            }
            frame->release();
        }
    }

    const u64 page_count_;
    const Promise promise_;
    SpinLock lock_{LockRank::InodeTable};
    RadixTree<Frame> pages_ GUARDED_BY(lock_);
};

} // namespace

Result<Ref<MemoryObject>> create_shared_anonymous_object(usize size_bytes, Promise promise) {
    return TRY(make_ref<SharedAnonymousObject>(page_align_up(size_bytes) >> kPageShift, promise));
}

} // namespace martlet
