#include "mm/memory_object.h"

#include "mm/address_space_internal.h"

namespace martlet {

namespace {

/// Walks take turns: a mapping remembers the last walk that has seen it.
Mutex space_walk_mutex{LockRank::ObjectMappings};

bool may_write_object(const ObjectMapping& mapping) {
    auto& vma = static_cast<const Vma&>(mapping);
    return vma.is_shared() && vma.has(VmaFlag::MayWrite);
}

} // namespace

void MemoryObject::add_mapping(ObjectMapping& mapping) {
    LockGuard guard(mappings_lock_);
    mapping.walk_generation_ = 0;
    mappings_.push_back(mapping);
    if (may_write_object(mapping)) ++writable_mappings_;
    mapping_count_.fetch_add(1, std::memory_order_relaxed);
}

void MemoryObject::remove_mapping(ObjectMapping& mapping) {
    u32 left;
    {
        LockGuard guard(mappings_lock_);
        if (!mapping.object_node_.is_linked()) return; // of a copy that fork(2) could not finish
        mapping.object_node_.unlink();
        if (may_write_object(mapping)) --writable_mappings_;
        left = mapping_count_.fetch_sub(1, std::memory_order_relaxed) - 1;
    }
    mapping_removed(left);
}

bool MemoryObject::begin_writable_mapping() {
    LockGuard guard(mappings_lock_);
    if (forbids_writers_.load(std::memory_order_relaxed)) return false;
    ++writable_mappings_;
    return true;
}

void MemoryObject::end_writable_mapping() {
    LockGuard guard(mappings_lock_);
    --writable_mappings_;
}

bool MemoryObject::forbid_writable_mappings(Existing existing) {
    LockGuard guard(mappings_lock_);
    if (existing == Existing::Refuse && writable_mappings_ != 0) return false;
    forbids_writers_.store(true, std::memory_order_release);
    return true;
}

/// Visits each address space that maps the object, which is kept meanwhile.
template <typename Visit> void MemoryObject::for_each_space(Visit visit) {
    MutexGuard turn(space_walk_mutex);
    u64 generation;
    {
        LockGuard guard(mappings_lock_);
        generation = ++walk_generation_;
    }
    for (;;) {
        Ref<AddressSpace> space;
        {
            // One address space per turn: its lock cannot be taken under this one.
            LockGuard guard(mappings_lock_);
            for (ObjectMapping& mapping : mappings_) {
                if (mapping.walk_generation_ == generation) continue;
                AddressSpace* candidate = static_cast<Vma&>(mapping).space;
                if (space && candidate != space.get()) continue;
                mapping.walk_generation_ = generation;
                if (!space && candidate->try_acquire()) space = Ref<AddressSpace>::adopt(candidate);
            }
        }
        if (!space) return;
        visit(*space);
    }
}

void MemoryObject::unmap_pages(u64 first_index, u64 end_index) {
    if (!is_mapped()) return;
    for_each_space([&](AddressSpace& space) { space.unmap_object_pages(*this, first_index, end_index); });
}

u64 MemoryObject::unmap_clean_pages() {
    u64 count = 0;
    for_each_space([&](AddressSpace& space) { count += space.unmap_clean_object_pages(*this); });
    return count;
}

bool MemoryObject::write_protect_pages(u64 first_index, u64 end_index, SpaceLocks locks) {
    if (!is_mapped()) return true;
    {
        LockGuard guard(mappings_lock_);
        if (writable_mappings_ == 0) return true;
    }
    bool is_done = true;
    for_each_space([&](AddressSpace& space) {
        if (!space.write_protect_object_pages(*this, first_index, end_index, locks)) is_done = false;
    });
    return is_done;
}

/// Calls visit(vma, start, end) for the addresses at which mappings of the object show the pages.
template <typename Action>
void AddressSpace::for_each_object_range(const MemoryObject& object, u64 first_index, u64 end_index,
                                         Action action) {
    for (Vma* vma = vmas_.first(); vma; vma = vmas_.next(*vma)) {
        if (vma->attributes.object.get() != &object) continue;
        u64 vma_first = vma->offset_bytes >> kPageShift, vma_end = vma_first + (vma->size() >> kPageShift);
        u64 first = first_index > vma_first ? first_index : vma_first, end = end_index < vma_end ? end_index : vma_end;
        if (first < end)
            action(*vma, vma->start + ((first - vma_first) << kPageShift),
                   vma->start + ((end - vma_first) << kPageShift));
    }
}

void AddressSpace::unmap_object_pages(const MemoryObject& object, u64 first_index, u64 end_index) {
    MutexGuard guard(lock_);
    for_each_object_range(object, first_index, end_index, [&](Vma&, u64 start, u64 end) RUNS_LOCKED {
        // Without memory to make a shared leaf table private the pages stay, still counted: no harm but a late SIGBUS.
        (void)clear_pages(start, end);
    });
}

u64 AddressSpace::unmap_clean_object_pages(const MemoryObject& object) {
    MutexGuard guard(lock_);
    u64 count = 0;
    for_each_object_range(object, 0, ~0ull, [&](Vma& vma, u64 start, u64 end) RUNS_LOCKED {
        if (vma.has(VmaFlag::Locked)) return;
        // Where there is no memory to make a shared leaf table private, its pages stay.
        (void)table_.walk(start, end, TableAccess::Change, [&](LeafTable& leaf) RUNS_LOCKED {
            [[clang::uninitialized]] UnmappedFrames frames; // its array counts only up to count_
            u64 address = leaf.address, flush_from = address;
            for (PageSlot& slot : leaf.slots) {
                PageEntry entry = slot.load();
                address += kPageSize;
                bool is_own_copy = !entry.has_frame() || frame_of(entry.frame()).use != FrameUse::PageCache;
                if (is_own_copy || entry.is_writable()) continue;
                if (entry.is_accessed()) {
                    slot.clear_accessed();
                    continue;
                }
                slot.store(PageEntry());
                count_page(entry, -1);
                ++count;
                frames.add(entry);
                if (frames.is_full()) {
                    table_.invalidate(flush_from, address);
                    frames.release_all();
                    flush_from = address;
                }
            }
            table_.invalidate(flush_from, address);
            frames.release_all();
        });
    });
    return count;
}

bool AddressSpace::write_protect_object_pages(const MemoryObject& object, u64 first_index, u64 end_index,
                                              SpaceLocks locks) {
    if (locks == SpaceLocks::Wait) lock_.lock();
    else if (!lock_.try_lock()) return false;
    bool is_done = true;
    for_each_object_range(object, first_index, end_index, [&](Vma& vma, u64 start, u64 end) RUNS_LOCKED {
        if (!vma.is_shared()) return;
        bool has_changed = false;
        // Tables that are shared since fork become private first: only the table itself knows which pages were written.
        auto walked = table_.walk(start, end, TableAccess::Change, [&](LeafTable& leaf) {
            for (PageSlot& slot : leaf.slots) {
                PageEntry entry = slot.load();
                if (!entry.has_frame() || !entry.is_writable()) continue;
                slot.store(entry.without_write());
                has_changed = true;
            }
        });
        if (has_changed) table_.invalidate(start, end);
        if (!walked) is_done = false;
    });
    lock_.unlock();
    return is_done;
}

} // namespace martlet
