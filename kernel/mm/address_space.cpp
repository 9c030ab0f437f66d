// Life of an address space, and its mappings: insert, split, merge, account. See mm/address_space.h.
#include "mm/address_space.h"

#include "mm/address_space_internal.h"
#include "mm/large_pages.h"
#include "mm/overcommit.h"

namespace martlet {

std::atomic<u64> AddressSpace::live_count_;
constinit Setting maximum_map_count("sys/vm/max_map_count", 65530, 0, 0x7fff'ffff);
REGISTER_SETTING(maximum_map_count);

Result<Ref<AddressSpace>> AddressSpace::create() {
    auto space = TRY(make_ref<AddressSpace>());
    MutexGuard guard(space->lock_);
    TRY(space->table_.init());
    return space;
}

AddressSpace::~AddressSpace() NO_THREAD_SAFETY_ANALYSIS {
    // Nobody else can reach it any more; the table releases the pages.
    while (Vma* vma = vmas_.first()) remove_vma(*vma);
    live_count_.fetch_sub(1, std::memory_order_relaxed);
}

Result<Ref<AddressSpace>> AddressSpace::fork(const AddressSpaceLimits& limits) NO_THREAD_SAFETY_ANALYSIS {
    // The child is not reachable until its mappings are put on their objects' lists at the end.
    auto child = TRY(create());
    MutexGuard guard(lock_);
    for (Vma* vma = vmas_.first(); vma; vma = vmas_.next(*vma)) {
        if (vma->has(VmaFlag::DontFork)) continue;
        if (vma->has(VmaFlag::Accounted) &&
            !may_commit(vma->size() >> kPageShift, total_pages_, limits.may_use_reserve))
            return Error(Errno::ENOMEM);
        Vma* copy = new (std::nothrow) Vma;
        if (!copy) return Error(Errno::ENOMEM);
        copy->space = child.get();
        copy->start = vma->start;
        copy->end = vma->end;
        copy->offset_bytes = vma->offset_bytes;
        copy->attributes = vma->attributes;
        // Locks are not inherited (mlock(2)).
        copy->attributes.set(VmaFlag::Locked, false);
        copy->attributes.set(VmaFlag::LockOnFault, false);
        child->vmas_.insert(*copy);
        child->account_all(*copy, 1);
    }
    TRY(table_.share_user_half(child->table_));
    child->anonymous_pages_ = anonymous_pages_;
    child->object_pages_ = object_pages_;
    child->peak_resident_ = child->anonymous_pages_ + child->object_pages_;
    for (Vma* vma = vmas_.first(); vma; vma = vmas_.next(*vma))
        if (vma->has(VmaFlag::DontFork) || vma->has(VmaFlag::WipeOnFork)) TRY(child->clear_pages(vma->start, vma->end));
    child->layout = layout;
    child->refuses_large_pages.store(refuses_large_pages.load(std::memory_order_relaxed), std::memory_order_relaxed);
    child->map_base_ = map_base_;
    child->break_ = break_;
    for (Vma* vma = child->vmas_.first(); vma; vma = child->vmas_.next(*vma))
        if (vma->attributes.object) vma->attributes.object->add_mapping(*vma);
    return child;
}

void AddressSpace::set_map_base(u64 address) {
    MutexGuard guard(lock_);
    map_base_ = page_align_down(address);
}

u64 AddressSpace::current_break() {
    MutexGuard guard(lock_);
    return break_ > layout.break_start ? break_ : layout.break_start;
}

void AddressSpace::account(const VmaAttributes& attributes, i64 difference) {
    u64 pages = static_cast<u64>(difference); // modulo 2^64
    total_pages_ += pages;
    if (attributes.is_data()) data_pages_ += pages;
    if (attributes.has(VmaFlag::GrowsDown)) stack_pages_ += pages;
    if (attributes.has(VmaFlag::Locked)) locked_pages_ += pages;
    if (attributes.has(VmaFlag::Accounted)) change_committed(difference);
    if ((attributes.protection & (kProtExec | kProtWrite)) == kProtExec) text_pages_ += pages;
    if (total_pages_ > peak_total_pages_) peak_total_pages_ = total_pages_;
}

void AddressSpace::resize_vma(Vma& vma, u64 start, u64 end) {
    i64 old_pages = static_cast<i64>(vma.size() >> kPageShift);
    account(vma.attributes, static_cast<i64>((end - start) >> kPageShift) - old_pages);
    vmas_.resize(vma, start, end);
}

bool AddressSpace::may_grow(u64 bytes, const VmaAttributes& attributes, const AddressSpaceLimits& limits) {
    u64 pages = bytes >> kPageShift;
    if (total_pages_ + pages > limits.address_space_bytes >> kPageShift) return false;
    if (attributes.is_data() && data_pages_ + pages > limits.data_bytes >> kPageShift) return false;
    return !attributes.has(VmaFlag::Accounted) || may_commit(pages, total_pages_, limits.may_use_reserve);
}

Result<Vma*> AddressSpace::add_vma(u64 start, u64 end, const VmaAttributes& attributes, u64 offset_bytes) {
    if (vmas_.count() >= maximum_map_count.get()) return Error(Errno::ENOMEM);
    Vma* vma = new (std::nothrow) Vma;
    if (!vma) return Error(Errno::ENOMEM);
    vma->space = this;
    vma->start = start;
    vma->end = end;
    vma->offset_bytes = offset_bytes;
    vma->attributes = attributes;
    vmas_.insert(*vma);
    account_all(*vma, 1);
    if (attributes.object) attributes.object->add_mapping(*vma);
    return vma;
}

Result<void> AddressSpace::insert_mapping(u64 start, u64 end, const VmaAttributes& attributes, u64 offset_bytes) {
    bool has_object = !!attributes.object;
    Vma* above = vmas_.find_ending_above(start);
    Vma* below = above ? vmas_.previous(*above) : vmas_.last();
    bool joins_below = below && below->end == start && below->attributes == attributes &&
                       (!has_object || below->offset_bytes + below->size() == offset_bytes);
    bool joins_above = above && above->start == end && above->attributes == attributes &&
                       (!has_object || offset_bytes + (end - start) == above->offset_bytes);
    if (joins_below) {
        u64 new_end = joins_above ? above->end : end;
        if (joins_above) remove_vma(*above);
        resize_vma(*below, below->start, new_end);
    } else if (joins_above) {
        above->offset_bytes = offset_bytes;
        resize_vma(*above, start, above->end);
    } else {
        TRY(add_vma(start, end, attributes, offset_bytes));
    }
    return {};
}

void AddressSpace::remove_vma(Vma& vma) {
    if (last_fault_ == &vma) last_fault_ = nullptr;
    if (vma.attributes.object) vma.attributes.object->remove_mapping(vma);
    account_all(vma, -1);
    vmas_.erase(vma);
    delete &vma;
}

/// Cuts `vma` in two at `address`; it keeps the lower part.
Result<void> AddressSpace::split(Vma& vma, u64 address) {
    if (vmas_.count() >= maximum_map_count.get()) return Error(Errno::ENOMEM);
    Vma* upper = new (std::nothrow) Vma;
    if (!upper) return Error(Errno::ENOMEM);
    upper->space = this;
    upper->start = address;
    upper->end = vma.end;
    upper->offset_bytes = vma.offset_bytes + (address - vma.start);
    upper->attributes = vma.attributes;
    vmas_.resize(vma, vma.start, address);
    vmas_.insert(*upper);
    if (upper->attributes.object) upper->attributes.object->add_mapping(*upper);
    return {};
}

bool AddressSpace::can_merge(const Vma& below, const Vma& above) {
    return below.end == above.start && below.attributes == above.attributes &&
           (!below.attributes.object || below.offset_bytes + below.size() == above.offset_bytes);
}

/// Joins `vma` with equal neighbours; answers what it became part of.
Vma* AddressSpace::merge(Vma& vma) {
    Vma* result = &vma;
    Vma* below = vmas_.previous(vma);
    if (below && can_merge(*below, vma)) {
        u64 end = vma.end;
        remove_vma(vma);
        resize_vma(*below, below->start, end);
        result = below;
    }
    Vma* above = vmas_.next(*result);
    if (above && can_merge(*result, *above)) {
        u64 end = above->end;
        remove_vma(*above);
        resize_vma(*result, result->start, end);
    }
    return result;
}

AddressSpace::Sizes AddressSpace::sizes() {
    MutexGuard guard(lock_);
    auto pages = [](i64 count) { return count > 0 ? static_cast<u64>(count) : 0; };
    u64 resident = pages(anonymous_pages_ + object_pages_);
    return {total_pages_, resident, pages(object_pages_), text_pages_, data_pages_, stack_pages_, locked_pages_,
            peak_total_pages_, pages(peak_resident_), table_.table_frames() * kPageSize};
}

AddressSpace::MappingView AddressSpace::view_of(const Vma& vma) const {
    const MemoryObject* object = vma.attributes.object.get();
    bool has_region = align_up(vma.start, kLargePageSize) < align_down(vma.end, kLargePageSize);
    return {vma.start, vma.end, vma.attributes.protection, vma.is_shared(), vma.has(VmaFlag::GrowsDown),
            vma.offset_bytes, vma.attributes.file.get(),
            object ? object->mapping_name(vma.offset_bytes >> kPageShift) : nullptr,
            vma.attributes.flags,
            has_region && allows_large_pages(vma) && !refuses_large_pages.load(std::memory_order_relaxed)};
}

void AddressSpace::for_each_mapping(Visit (*visit)(void*, const MappingView&), void* context, u64 from) {
    MutexGuard guard(lock_);
    for (Vma* vma = vmas_.find_ending_above(from); vma; vma = vmas_.next(*vma))
        if (visit(context, view_of(*vma)) == Visit::Stop) return;
}

bool AddressSpace::has_page(u64 address) {
    MutexGuard guard(lock_);
    return table_.lookup(address).has_frame();
}

bool AddressSpace::holds_private_pages(u64 start, u64 end) {
    MutexGuard guard(lock_);
    bool found = false;
    (void)table_.walk(start, end, TableAccess::Look, [&](LeafTable& leaf) RUNS_LOCKED {
        for (PageSlot& slot : leaf.slots) {
            PageEntry entry = slot.load();
            if (entry.has_frame() && entry.is_counted() && frame_of(entry.frame()).use == FrameUse::Anonymous)
                found = true;
        }
    });
    return found;
}

} // namespace martlet
