// mremap(2). See mm/address_space.h.
#include "mm/address_space_internal.h"

namespace martlet {

namespace {

bool ranges_overlap(u64 a, u64 a_size, u64 b, u64 b_size) { return a < b + b_size && b < a + a_size; }

} // namespace

Result<u64> AddressSpace::remap(u64 old_address, u64 old_size, u64 new_size, u32 flags, u64 new_address,
                                const AddressSpaceLimits& limits) {
    if (flags & ~(kRemapMayMove | kRemapFixed | kRemapDontUnmap)) return Error(Errno::EINVAL);
    if ((flags & (kRemapFixed | kRemapDontUnmap)) && !(flags & kRemapMayMove)) return Error(Errno::EINVAL);
    if ((flags & kRemapDontUnmap) && old_size != new_size) return Error(Errno::EINVAL);
    if (old_address & (kPageSize - 1)) return Error(Errno::EINVAL);
    old_size = page_align_up(old_size);
    new_size = page_align_up(new_size);
    if (new_size == 0) return Error(Errno::EINVAL);
    u64 populate_from = 0, result = 0;
    {
        MutexGuard guard(lock_);
        Vma* vma = vmas_.find(old_address);
        if (!vma) return Error(Errno::EFAULT);
        if (flags & (kRemapFixed | kRemapDontUnmap)) {
            if (new_address & (kPageSize - 1)) return Error(Errno::EINVAL);
            if (new_size > kUserEnd || new_address > kUserEnd - new_size) return Error(Errno::EINVAL);
            if (ranges_overlap(old_address, old_size, new_address, new_size)) return Error(Errno::EINVAL);
            if (vmas_.count() + 3 >= maximum_map_count.get()) return Error(Errno::ENOMEM);
            if (flags & kRemapFixed) {
                if (new_address < kUserMin && !limits.may_map_low) return Error(Errno::EPERM);
                TRY(unmap_locked(new_address, new_address + new_size));
            }
        }
        if (old_size > new_size) {
            if (old_size > kUserEnd - old_address) return Error(Errno::EINVAL);
            TRY(unmap_locked(old_address + new_size, old_address + old_size));
            old_size = new_size;
            if (!(flags & kRemapFixed)) return old_address;
        } else if (old_size == new_size && !(flags & (kRemapFixed | kRemapDontUnmap)) &&
                   old_size <= vma->end - old_address) {
            return old_address;
        }
        vma = vmas_.find(old_address);
        if (!vma) return Error(Errno::EFAULT);
        bool is_locked = vma->has(VmaFlag::Locked) && !vma->has(VmaFlag::LockOnFault);
        result = TRY(grow_in_place_or_move(*vma, old_address, old_size, new_size, flags, new_address, limits));
        if (is_locked && new_size > old_size) populate_from = result + old_size;
    }
    if (populate_from != 0) populate(populate_from, result + new_size);
    return result;
}

Result<u64> AddressSpace::grow_in_place_or_move(Vma& vma, u64 old_address, u64 old_size, u64 new_size, u32 flags,
                                                u64 new_address, const AddressSpaceLimits& limits) {
    // An old size of 0 asks for a second mapping of shared pages.
    if (old_size == 0 && !vma.is_shared()) return Error(Errno::EINVAL);
    if (old_size > vma.end - old_address) return Error(Errno::EFAULT);
    u64 growth = new_size - old_size;
    if (vma.attributes.object) {
        u64 offset = vma.offset_bytes + (old_address - vma.start);
        if (offset + new_size < offset) return Error(Errno::EINVAL);
    }
    if (growth != 0) {
        if (vma.has(VmaFlag::Locked) && !limits.may_lock_any &&
            locked_pages_ + (growth >> kPageShift) > limits.locked_bytes >> kPageShift)
            return Error(Errno::EAGAIN);
        if (!may_grow(growth, vma.attributes, limits)) return Error(Errno::ENOMEM);
    }
    if (!(flags & (kRemapFixed | kRemapDontUnmap)) && old_size != 0 && old_address + old_size == vma.end) {
        u64 new_end = old_address + new_size;
        Vma* above = vmas_.next(vma);
        u64 limit = above ? guarded_start(*above) : kUserEnd;
        if (new_end > old_address && new_end <= limit) {
            resize_vma(vma, vma.start, new_end);
            merge(vma);
            return old_address;
        }
    }
    if (!(flags & kRemapMayMove)) return Error(Errno::ENOMEM);
    u64 place = (flags & kRemapFixed)
                    ? new_address
                    : TRY(find_place((flags & kRemapDontUnmap) ? new_address : 0, new_size, 0, limits));
    return move_mapping(vma, old_address, old_size, new_size, flags, place);
}

Result<u64> AddressSpace::move_mapping(Vma& vma, u64 old_address, u64 old_size, u64 new_size, u32 flags,
                                       u64 new_address) {
    VmaAttributes attributes = vma.attributes;
    u64 offset = vma.offset_bytes + (old_address - vma.start);
    if (vmas_.count() + 3 >= maximum_map_count.get()) return Error(Errno::ENOMEM);
    Vma* moved = TRY(add_vma(new_address, new_address + new_size, attributes, offset));
    if (Result<void> result = move_pages(old_address, new_address, old_size); !result) {
        remove_vma(*moved);
        return Error(result.error());
    }
    if (flags & kRemapDontUnmap) {
        // The old range stays as an empty mapping; its lock does not.
        (void)lock_range(old_address, old_address + old_size, false, LockMode::Now);
    } else if (old_size != 0) {
        TRY(unmap_locked(old_address, old_address + old_size));
    }
    // By address: what happened to the old range may have merged the new mapping into its neighbour already.
    merge(*vmas_.find(new_address));
    return new_address;
}

Result<void> AddressSpace::remap_file_pages(u64 address, u64 size_bytes, u32 protection, u64 page_index, u32 flags,
                                            const AddressSpaceLimits& limits) {
    u64 start = page_align_down(address), size = page_align_down(size_bytes);
    u64 pages = size >> kPageShift;
    if (protection != 0 || start + size <= start || page_index + pages < page_index ||
        page_index > (~0ull >> kPageShift))
        return Error(Errno::EINVAL);
    MapRequest request;
    {
        MutexGuard guard(lock_);
        Vma* vma = vmas_.find(start);
        if (!vma || !vma->is_shared()) return Error(Errno::EINVAL);
        // The rest of the range belongs to mappings of the same object, as earlier calls have made them.
        for (Vma* next = vma; next->end < start + size;) {
            Vma* above = vmas_.next(*next);
            if (!above || above->start != next->end || above->attributes != vma->attributes)
                return Error(Errno::EINVAL);
            next = above;
        }
        request = {.address = start,
                   .size_bytes = size,
                   .protection = vma->attributes.protection,
                   .flags = kMapShared | kMapFixed | kMapPopulate | (flags & kMapNonBlock) |
                            (vma->has(VmaFlag::Locked) ? kMapLocked : 0),
                   .file = vma->attributes.file,
                   .object = vma->attributes.object,
                   .offset_bytes = page_index << kPageShift,
                   .forbids_exec = !vma->has(VmaFlag::MayExec),
                   .forbids_write = !vma->has(VmaFlag::MayWrite)};
    }
    TRY(map(request, limits));
    return {};
}

/// Moves the table entries; with ENOMEM nothing has moved.
Result<void> AddressSpace::move_pages(u64 from, u64 to, u64 size) {
    u64 distance = to - from; // modulo 2^64
    Errno failure{};
    bool failed = false;
    auto make_target = [&](u64 address) RUNS_LOCKED {
        if (failed) return;
        if (Result<PageSlot*> slot = table_.make_slot(address); !slot) {
            failed = true;
            failure = slot.error();
        }
    };
    // First every table that the pages will need, so that the second pass cannot fail.
    TRY(table_.walk(from, from + size, TableAccess::Change, [&](LeafTable& leaf) RUNS_LOCKED {
        u64 last = leaf.address + (leaf.slots.size() - 1) * kPageSize;
        make_target(leaf.address + distance);
        make_target(last + distance);
    }));
    if (failed) return Error(failure);
    (void)table_.walk(from, from + size, TableAccess::Change, [&](LeafTable& leaf) RUNS_LOCKED {
        u64 address = leaf.address;
        for (PageSlot& slot : leaf.slots) {
            PageEntry entry = slot.load();
            if (entry.has_frame()) {
                slot.store(PageEntry());
                (*table_.make_slot(address + distance))->store(entry);
            }
            address += kPageSize;
        }
    });
    table_.invalidate(from, from + size);
    return {};
}

} // namespace martlet
