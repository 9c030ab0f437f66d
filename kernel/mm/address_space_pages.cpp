// The pages under a range: taking them out and changing their protection. See mm/address_space.h.
#include "mm/address_space_internal.h"

namespace martlet {

void AddressSpace::count_page(PageEntry entry, i64 sign) {
    if (!entry.is_counted()) return;
    if (frame_of(entry.frame()).use == FrameUse::Anonymous) anonymous_pages_ += sign;
    else object_pages_ += sign;
}

Result<void> AddressSpace::clear_pages(u64 start, u64 end) {
    TRY(table_.prepare_change(start, end));
    // The edges page by page, whole leaf tables at once.
    auto clear_edge = [&](u64 from, u64 to) RUNS_LOCKED {
        [[clang::uninitialized]] UnmappedFrames frames; // its array counts only up to count_
        u64 flush_from = from;
        // Cannot fail: prepare_change has made the table private.
        (void)table_.walk(from, to, TableAccess::Change, [&](LeafTable& leaf) RUNS_LOCKED {
            u64 address = leaf.address;
            for (PageSlot& slot : leaf.slots) {
                PageEntry entry = slot.load();
                address += kPageSize;
                if (!entry.has_frame()) continue;
                slot.store(PageEntry());
                count_page(entry, -1);
                frames.add(entry);
                if (frames.is_full()) {
                    table_.invalidate(flush_from, address);
                    frames.release_all();
                    flush_from = address;
                }
            }
        });
        table_.invalidate(flush_from, to);
        frames.release_all();
    };
    u64 first_table = align_up(start, kLargePageSize), last_table = align_down(end, kLargePageSize);
    if (first_table > last_table) {
        clear_edge(start, end);
        return {};
    }
    if (start < first_table) clear_edge(start, first_table);
    if (last_table < end) clear_edge(last_table, end);
    table_.drop_tables(first_table, last_table, [&](LeafTable& leaf) RUNS_LOCKED {
        for (PageSlot& slot : leaf.slots)
            if (PageEntry entry = slot.load(); entry.has_frame()) count_page(entry, -1);
    });
    return {};
}

u64 AddressSpace::reap() {
    MutexGuard guard(lock_);
    if (is_reaped_.exchange(true, std::memory_order_relaxed)) return 0;
    i64 before = anonymous_pages_;
    // Without memory to make a shared leaf table private, what it covers in part stays until the process has gone.
    for (Vma* vma = vmas_.first(); vma; vma = vmas_.next(*vma))
        if (!vma->is_shared()) (void)clear_pages(vma->start, vma->end);
    return before > anonymous_pages_ ? static_cast<u64>(before - anonymous_pages_) : 0;
}

Result<void> AddressSpace::protect_pages(Vma& vma) {
    // Write permission comes back by fault, page by page: only a fault knows whether a page must be copied first. Pages
    // that this space alone holds are the exception worth making.
    u32 read_flags = page_flags(vma, PageAccess::Read), write_flags = page_flags(vma, PageAccess::Write);
    bool may_write_at_once = (write_flags & kPageWrite) != 0 && !vma.is_shared();
    TRY(table_.walk(vma.start, vma.end, TableAccess::Change, [&](LeafTable& leaf) RUNS_LOCKED {
        for (PageSlot& slot : leaf.slots) {
            PageEntry entry = slot.load();
            if (!entry.has_frame()) continue;
            bool is_own = may_write_at_once && entry.is_counted() &&
                          frame_of(entry.frame()).use == FrameUse::Anonymous &&
                          !frame_of(entry.frame()).is_shared();
            bool keeps_write = vma.is_shared() && entry.is_writable() && vma.is_writable();
            slot.store(entry.with_permissions(is_own || keeps_write ? write_flags : read_flags));
        }
    }));
    table_.invalidate(vma.start, vma.end);
    return {};
}

} // namespace martlet
