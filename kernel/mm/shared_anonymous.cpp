// Shared anonymous memory: pages made on first access, seen by every mapping, gone with the last one.
#include "mm/frame_tree.h"
#include "mm/memory_object.h"
#include "mm/overcommit.h"

namespace martlet {

namespace {

class SharedAnonymousObject final : public MemoryObject {
public:
    SharedAnonymousObject(u64 page_count, Promise promise) : page_count_(page_count), promise_(promise) {
        if (promise_ == Promise::Yes) change_committed(static_cast<i64>(page_count_));
    }
    ~SharedAnonymousObject() override {
        if (promise_ == Promise::Yes) change_committed(-static_cast<i64>(page_count_));
    }
    const char* mapping_name(u64) const override { return "/dev/zero (deleted)"; }

    Result<Frame*> get_page(u64 index, PageAccess) override {
        if (index >= page_count_) return Error(Errno::ENXIO);
        if (Frame* frame = find_page(index)) return frame;
        return pages_.publish(index, TRY(allocate_frame(FrameUse::PageCache, Zeroing::Yes)));
    }

    Frame* find_page(u64 index) override { return pages_.find(index); }
    u64 resident_page_count() const override { return pages_.count(); }

    Result<void> remove_pages(u64 first_index, u64 end_index) override {
        pages_.remove_range(first_index, end_index);
        unmap_pages(first_index, end_index);
        return {};
    }

private:
    const u64 page_count_;
    const Promise promise_;
    FrameTree pages_;
};

} // namespace

Result<Ref<MemoryObject>> create_shared_anonymous_object(usize size_bytes, Promise promise) {
    return TRY(make_ref<SharedAnonymousObject>(page_align_up(size_bytes) >> kPageShift, promise));
}

} // namespace martlet
