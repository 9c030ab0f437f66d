// mmap(2), munmap(2), mprotect(2) and brk(2). See mm/address_space.h.
#include "mm/address_space_internal.h"

namespace martlet {

namespace {

/// The heuristic overcommit policy: only a request that could never be met is refused.
bool is_obvious_overcommit(u64 bytes) { return bytes >> kPageShift > total_memory_frames(); }

/// What MAP_SHARED_VALIDATE accepts.
constexpr u32 kKnownFlags = kMapTypeMask | kMapFixed | kMapAnonymous | kMap32Bit | kMapGrowsDown | kMapDenyWrite |
                            kMapExecutable | kMapLocked | kMapNoReserve | kMapPopulate | kMapNonBlock | kMapStack |
                            kMapFixedNoReplace | kMapUninitialized;

/// What the mapping will be, or the error of mmap(2) for flags and file that do not go together.
Result<VmaAttributes> attributes_of(const MapRequest& request) {
    VmaAttributes attributes;
    attributes.protection = request.protection & (kProtRead | kProtWrite | kProtExec);
    attributes.file = request.file;
    attributes.object = request.object;
    attributes.set(VmaFlag::MayWrite, true);
    attributes.set(VmaFlag::MayExec, !request.forbids_exec);
    attributes.set(VmaFlag::NoReserve, (request.flags & kMapNoReserve) != 0);
    attributes.set(VmaFlag::Locked, (request.flags & kMapLocked) != 0);
    if (request.flags & kMapHugeTlb) return Error(Errno::ENOMEM); // no page is set aside for it
    u32 type = request.flags & kMapTypeMask;
    if (type == kMapShared || (type == kMapSharedValidate && request.file)) {
        attributes.set(VmaFlag::Shared, true);
        if (request.flags & kMapGrowsDown) return Error(Errno::EINVAL);
    } else if (type == kMapPrivate) {
        if ((request.flags & kMapGrowsDown) && request.file) return Error(Errno::EINVAL);
        attributes.set(VmaFlag::GrowsDown, (request.flags & kMapGrowsDown) != 0);
    } else {
        return Error(Errno::EINVAL);
    }
    if (request.file) {
        if (!request.file->can_read()) return Error(Errno::EACCES);
        if (attributes.has(VmaFlag::Shared) && !request.file->can_write()) {
            if (request.protection & kProtWrite) return Error(Errno::EACCES);
            attributes.set(VmaFlag::MayWrite, false);
        }
        if (request.forbids_exec && (request.protection & kProtExec)) return Error(Errno::EPERM);
        if (type == kMapSharedValidate && (request.flags & ~kKnownFlags)) return Error(Errno::EOPNOTSUPP);
        if (!attributes.object) attributes.object = TRY(request.file->mapping_object());
    } else if (attributes.has(VmaFlag::Shared) && !attributes.object) {
        attributes.object = TRY(create_shared_anonymous_object(page_align_up(request.size_bytes)));
    }
    return attributes;
}

} // namespace

/// get_unmapped_area: the hint if it is free, else the highest free place below the map base, else anywhere.
Result<u64> AddressSpace::find_place(u64 hint, u64 size, u32 flags) {
    if (size > kUserEnd) return Error(Errno::ENOMEM);
    if (flags & (kMapFixed | kMapFixedNoReplace)) {
        if (hint > kUserEnd - size) return Error(Errno::ENOMEM);
        if (hint & (kPageSize - 1)) return Error(Errno::EINVAL);
        if (hint < kUserMin) return Error(Errno::EPERM);
        return hint;
    }
    hint = page_align_down(hint);
    if (hint != 0 && hint < kUserMin) hint = kUserMin;
    if (hint != 0 && hint <= kUserEnd - size) {
        Vma* above = vmas_.find_ending_above(hint);
        u64 limit = above ? guarded_start(*above) : kUserEnd;
        if (hint + size <= limit) return hint;
    }
    if (flags & kMap32Bit) {
        u64 low = vmas_.find_gap(size, kGiB, 2 * kGiB);
        if (low == 0) return Error(Errno::ENOMEM);
        return low;
    }
    u64 place = vmas_.find_gap(size, kUserMin, map_base_);
    if (place == 0) place = vmas_.find_gap(size, kUserMin, kUserEnd);
    if (place == 0) return Error(Errno::ENOMEM);
    return place;
}

Result<u64> AddressSpace::map(const MapRequest& request, const AddressSpaceLimits& limits) {
    if (request.size_bytes == 0 || (request.offset_bytes & (kPageSize - 1))) return Error(Errno::EINVAL);
    u64 size = page_align_up(request.size_bytes);
    if (size == 0) return Error(Errno::ENOMEM);
    if (request.offset_bytes + size < request.offset_bytes) return Error(Errno::EOVERFLOW);
    bool is_fixed = (request.flags & (kMapFixed | kMapFixedNoReplace)) != 0;
    // Outside the lock: asking a file for its pages may take the locks of its file system.
    VmaAttributes attributes = TRY(attributes_of(request));
    u64 address;
    bool is_populated = (request.flags & (kMapPopulate | kMapLocked)) && !(request.flags & kMapNonBlock);
    {
        MutexGuard guard(lock_);
        address = TRY(find_place(request.address, size, request.flags));
        if ((request.flags & kMapFixedNoReplace) && vmas_.find_overlap(address, address + size)) return Error(Errno::EEXIST);
        attributes.flags |= future_flags_;
        is_populated |= future_flags_ == static_cast<u32>(VmaFlag::Locked);
        if (attributes.has(VmaFlag::Locked) && !limits.may_lock_any) {
            if (request.flags & kMapLocked && limits.locked_bytes == 0) return Error(Errno::EPERM);
            if (locked_pages_ + (size >> kPageShift) > limits.locked_bytes >> kPageShift) return Error(Errno::EAGAIN);
        }
        u64 replaced = 0;
        if (is_fixed)
            for (Vma* vma = vmas_.find_overlap(address, address + size); vma && vma->start < address + size; vma = vmas_.next(*vma))
                replaced += (vma->end < address + size ? vma->end : address + size) - (vma->start > address ? vma->start : address);
        if (!may_grow(size > replaced ? size - replaced : 0, attributes, limits)) return Error(Errno::ENOMEM);
        bool is_accounted = (attributes.protection & kProtWrite) && !attributes.has(VmaFlag::Shared) && !attributes.has(VmaFlag::NoReserve);
        if (is_accounted && is_obvious_overcommit(size)) return Error(Errno::ENOMEM);
        if (is_fixed) TRY(unmap_locked(address, address + size));
        u64 offset = attributes.object ? request.offset_bytes : 0;
        Vma* vma = TRY(add_vma(address, address + size, attributes, offset));
        merge(*vma);
    }
    if (is_populated) populate(address, address + size);
    return address;
}

Result<void> AddressSpace::unmap_locked(u64 start, u64 end) {
    Vma* vma = vmas_.find_overlap(start, end);
    if (!vma) return {};
    if (vma->start < start) {
        // A hole in one mapping makes two of it.
        TRY(split(*vma, start));
        vma = vmas_.find_overlap(start, end);
    }
    if (Vma* last = vmas_.find_overlap(end - 1, end); last && last->end > end) TRY(split(*last, end));
    TRY(clear_pages(start, end));
    while ((vma = vmas_.find_overlap(start, end))) remove_vma(*vma);
    return {};
}

Result<void> AddressSpace::unmap(u64 address, u64 size_bytes) {
    if ((address & (kPageSize - 1)) || address > kUserEnd || size_bytes > kUserEnd - address) return Error(Errno::EINVAL);
    u64 size = page_align_up(size_bytes);
    if (size == 0) return Error(Errno::EINVAL);
    MutexGuard guard(lock_);
    return unmap_locked(address, address + size);
}

Result<void> AddressSpace::protect(u64 address, u64 size_bytes, u32 protection, const AddressSpaceLimits& limits) {
    constexpr u32 kProtSem = 8, kProtGrowsDown = 0x01000000, kProtGrowsUp = 0x02000000;
    u32 grows = protection & (kProtGrowsDown | kProtGrowsUp);
    protection &= ~grows;
    if (grows == (kProtGrowsDown | kProtGrowsUp) || (address & (kPageSize - 1))) return Error(Errno::EINVAL);
    if (size_bytes == 0) return {};
    u64 end = address + page_align_up(size_bytes);
    if (end <= address) return Error(Errno::ENOMEM);
    if (protection & ~(kProtRead | kProtWrite | kProtExec | kProtSem)) return Error(Errno::EINVAL);
    protection &= ~kProtSem;
    MutexGuard guard(lock_);
    Vma* first = vmas_.find_ending_above(address);
    if (!first) return Error(Errno::ENOMEM);
    if (grows & kProtGrowsDown) {
        if (first->start >= end) return Error(Errno::ENOMEM);
        if (!first->has(VmaFlag::GrowsDown)) return Error(Errno::EINVAL);
        address = first->start;
    } else if (grows & kProtGrowsUp) {
        return Error(Errno::EINVAL); // no mapping grows upwards here
    }
    if (first->start > address) return Error(Errno::ENOMEM);
    // Mappings before the first one that forbids the change are changed, as on Linux; so is everything before a hole.
    u64 covered = address;
    for (Vma* vma = first; covered < end; vma = vmas_.find_ending_above(covered)) {
        if (!vma || vma->start > covered) return Error(Errno::ENOMEM);
        if ((protection & kProtWrite) && !vma->has(VmaFlag::MayWrite)) return Error(Errno::EACCES);
        if ((protection & kProtExec) && !vma->has(VmaFlag::MayExec)) return Error(Errno::EACCES);
        u64 part_end = vma->end < end ? vma->end : end;
        if (vma->attributes.protection == protection) {
            covered = part_end;
            continue;
        }
        VmaAttributes changed = vma->attributes;
        changed.protection = protection;
        if (changed.is_data() && !vma->is_data() &&
            data_pages_ + ((part_end - covered) >> kPageShift) > limits.data_bytes >> kPageShift)
            return Error(Errno::ENOMEM);
        if (vma->start < covered) {
            TRY(split(*vma, covered));
            vma = vmas_.find(covered);
        }
        if (vma->end > part_end) TRY(split(*vma, part_end));
        account(*vma, -1);
        vma->attributes.protection = protection;
        account(*vma, 1);
        TRY(protect_pages(*vma));
        merge(*vma);
        covered = part_end;
    }
    return {};
}

Result<u64> AddressSpace::set_break(u64 address, const AddressSpaceLimits& limits) {
    MutexGuard guard(lock_);
    if (break_ < layout.break_start) break_ = layout.break_start;
    if (address < layout.break_start || address > kUserEnd) return break_;
    u64 program_data = layout.data_end - layout.data_start;
    if (limits.data_bytes != ~0ull && (address - layout.break_start) + program_data > limits.data_bytes) return break_;
    u64 old_end = page_align_up(break_), new_end = page_align_up(address);
    if (new_end < old_end) {
        if (!unmap_locked(new_end, old_end)) return break_;
    } else if (new_end > old_end) {
        // One page stays free between the heap and what lies above, a stack's guard gap likewise.
        Vma* above = vmas_.find_ending_above(old_end);
        u64 gap = above && above->has(VmaFlag::GrowsDown) ? kStackGuardGap : kPageSize;
        if (above && above->start < new_end + gap) return break_;
        VmaAttributes attributes;
        attributes.protection = kProtRead | kProtWrite;
        attributes.flags = (VmaFlag::MayWrite | VmaFlag::MayExec) | future_flags_;
        if (!may_grow(new_end - old_end, attributes, limits) || is_obvious_overcommit(new_end - old_end)) return break_;
        if (attributes.has(VmaFlag::Locked) && !limits.may_lock_any &&
            locked_pages_ + ((new_end - old_end) >> kPageShift) > limits.locked_bytes >> kPageShift)
            return break_;
        Result<Vma*> vma = add_vma(old_end, new_end, attributes, 0);
        if (!vma) return break_;
        merge(**vma);
    }
    break_ = address;
    return break_;
}

} // namespace martlet
