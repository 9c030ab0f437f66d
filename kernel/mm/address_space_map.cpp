// mmap(2), munmap(2), mprotect(2) and brk(2). See mm/address_space.h.
#include "mm/address_space_internal.h"
#include "mm/overcommit.h"

namespace martlet {

namespace {

constexpr u64 kMaximumFileSize = (1ull << 63) - 1;
constexpr u32 kHugeSizeShift = 26, kHugeSizeMask = 0x3f;

/// What MAP_SHARED_VALIDATE accepts.
constexpr u32 kKnownFlags = kMapTypeMask | kMapFixed | kMapAnonymous | kMap32Bit | kMapGrowsDown | kMapDenyWrite |
                            kMapExecutable | kMapLocked | kMapNoReserve | kMapPopulate | kMapNonBlock | kMapStack |
                            kMapFixedNoReplace | kMapUninitialized | kMapHugeTlb | kHugeSizeMask << kHugeSizeShift;

/// MAP_HUGETLB: pages of the size that the flags name, of which none is set aside.
Errno huge_page_error(const MapRequest& request) {
    u32 size_log2 = (request.flags >> kHugeSizeShift) & kHugeSizeMask;
    constexpr u32 kLargePageLog2 = 21;
    return request.file || (size_log2 != 0 && size_log2 != kLargePageLog2) ? Errno::EINVAL : Errno::ENOMEM;
}

/// What the mapping will be, or the error of mmap(2) for flags and file that do not go together.
Result<VmaAttributes> attributes_of(const MapRequest& request, const AddressSpaceLimits& limits) {
    VmaAttributes attributes;
    attributes.protection = request.protection & (kProtRead | kProtWrite | kProtExec);
    attributes.file = request.file;
    attributes.object = request.object;
    attributes.set(VmaFlag::MayWrite, true);
    attributes.set(VmaFlag::MayExec, !request.forbids_exec);
    attributes.set(VmaFlag::NoReserve, (request.flags & kMapNoReserve) != 0 && honours_no_reserve());
    attributes.set(VmaFlag::Locked, (request.flags & kMapLocked) != 0);
    if (request.flags & kMapHugeTlb) return Error(huge_page_error(request));
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
        if (attributes.has(VmaFlag::Shared) && (request.forbids_write || !request.file->can_write())) {
            if (request.protection & kProtWrite) return Error(Errno::EACCES);
            attributes.set(VmaFlag::MayWrite, false);
        }
        if (request.forbids_exec && (request.protection & kProtExec)) return Error(Errno::EPERM);
        if (type == kMapSharedValidate && (request.flags & ~kKnownFlags)) return Error(Errno::EOPNOTSUPP);
        if (!attributes.object) attributes.object = TRY(request.file->mapping_object());
        if (attributes.has(VmaFlag::Shared) && attributes.object->forbids_writable_mappings()) {
            if (request.protection & kProtWrite) return Error(Errno::EPERM);
            attributes.set(VmaFlag::MayWrite, false);
        }
    } else if (attributes.has(VmaFlag::Shared) && !attributes.object) {
        u64 size = page_align_up(request.size_bytes);
        Promise promise = attributes.has(VmaFlag::NoReserve) ? Promise::No : Promise::Yes;
        if (promise == Promise::Yes && !may_commit(size >> kPageShift, 0, limits.may_use_reserve))
            return Error(Errno::ENOMEM);
        attributes.object = TRY(create_shared_anonymous_object(size, promise));
    }
    attributes.set(VmaFlag::Accounted, attributes.is_promise());
    return attributes;
}

/// Keeps F_SEAL_WRITE away while a mapping that may be written is being made.
class WritableMapping : NonCopyable {
public:
    Result<void> begin(const VmaAttributes& attributes) {
        if (!attributes.object || !attributes.has(VmaFlag::Shared) || !attributes.has(VmaFlag::MayWrite)) return {};
        if (!attributes.object->begin_writable_mapping()) return Error(Errno::EPERM);
        object_ = attributes.object;
        return {};
    }
    ~WritableMapping() {
        if (object_) object_->end_writable_mapping();
    }

private:
    Ref<MemoryObject> object_;
};

} // namespace

/// get_unmapped_area: the hint if it is free, else the highest free place below the map base, else anywhere.
Result<u64> AddressSpace::find_place(u64 hint, u64 size, u32 flags, const AddressSpaceLimits& limits) {
    if (size > kUserEnd) return Error(Errno::ENOMEM);
    if (flags & (kMapFixed | kMapFixedNoReplace)) {
        if (hint > kUserEnd - size) return Error(Errno::ENOMEM);
        if (hint & (kPageSize - 1)) return Error(Errno::EINVAL);
        if (hint < kUserMin && !limits.may_map_low) return Error(Errno::EPERM);
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
    if (size == 0 || size > kUserEnd) return Error(Errno::ENOMEM);
    if (request.file && (size > kMaximumFileSize || request.offset_bytes > kMaximumFileSize - size))
        return Error(Errno::EOVERFLOW);
    bool is_fixed = (request.flags & (kMapFixed | kMapFixedNoReplace)) != 0;
    // Outside the lock: asking a file for its pages may take the locks of its file system.
    VmaAttributes attributes = TRY(attributes_of(request, limits));
    WritableMapping writable;
    TRY(writable.begin(attributes));
    u64 address;
    bool is_populated = (request.flags & (kMapPopulate | kMapLocked)) && !(request.flags & kMapNonBlock);
    {
        MutexGuard guard(lock_);
        address = TRY(find_place(request.address, size, request.flags, limits));
        if ((request.flags & kMapFixedNoReplace) && vmas_.find_overlap(address, address + size))
            return Error(Errno::EEXIST);
        attributes.flags |= future_flags_;
        is_populated |= future_flags_ == static_cast<u32>(VmaFlag::Locked);
        if (attributes.has(VmaFlag::Locked) && !limits.may_lock_any) {
            if (request.flags & kMapLocked && limits.locked_bytes == 0) return Error(Errno::EPERM);
            if (locked_pages_ + (size >> kPageShift) > limits.locked_bytes >> kPageShift) return Error(Errno::EAGAIN);
        }
        u64 replaced = 0;
        if (is_fixed)
            for (Vma* vma = vmas_.find_overlap(address, address + size); vma && vma->start < address + size;
                 vma = vmas_.next(*vma))
                replaced += (vma->end < address + size ? vma->end : address + size) -
                            (vma->start > address ? vma->start : address);
        if (!may_grow(size > replaced ? size - replaced : 0, attributes, limits)) return Error(Errno::ENOMEM);
        if (is_fixed) TRY(unmap_locked(address, address + size));
        u64 offset = attributes.object ? request.offset_bytes : 0;
        TRY(insert_mapping(address, address + size, attributes, offset));
    }
    if (is_populated) populate(address, address + size);
    return address;
}

Result<void> AddressSpace::unmap_locked(u64 start, u64 end) {
    Vma* vma = vmas_.find_overlap(start, end);
    if (!vma) return {};
    // A hole in one mapping makes two of it.
    if (vma->start < start && vma->end > end) TRY(split(*vma, end));
    TRY(clear_pages(start, end));
    while (vma && vma->start < end) {
        Vma* next = vma->end < end ? vmas_.next(*vma) : nullptr;
        if (vma->start < start) {
            resize_vma(*vma, vma->start, start);
        } else if (vma->end > end) {
            vma->offset_bytes += end - vma->start;
            resize_vma(*vma, end, vma->end);
        } else {
            remove_vma(*vma);
        }
        vma = next;
    }
    return {};
}

Result<void> AddressSpace::unmap(u64 address, u64 size_bytes) {
    if ((address & (kPageSize - 1)) || address > kUserEnd || size_bytes > kUserEnd - address)
        return Error(Errno::EINVAL);
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
        if (changed.is_promise() && !vma->has(VmaFlag::Accounted) &&
            !may_commit((part_end - covered) >> kPageShift, total_pages_, limits.may_use_reserve))
            return Error(Errno::ENOMEM);
        if (vma->start < covered) {
            TRY(split(*vma, covered));
            vma = vmas_.find(covered);
        }
        if (vma->end > part_end) TRY(split(*vma, part_end));
        account_all(*vma, -1);
        vma->attributes.protection = protection;
        if (vma->attributes.is_promise()) vma->attributes.set(VmaFlag::Accounted, true);
        account_all(*vma, 1);
        TRY(protect_pages(*vma));
        merge(*vma);
        covered = part_end;
    }
    return {};
}

Result<u64> AddressSpace::set_break(u64 address, const AddressSpaceLimits& limits) {
    std::optional<u64> unfilled;
    u64 result;
    {
        MutexGuard guard(lock_);
        unfilled = move_break(address, limits);
        result = break_;
    }
    if (unfilled) populate(*unfilled, page_align_up(result));
    return result;
}

/// brk(2)'s work: on any failure nothing moves. Answers where pages that mlockall(2) wants filled at once begin.
std::optional<u64> AddressSpace::move_break(u64 address, const AddressSpaceLimits& limits) {
    if (break_ < layout.break_start) break_ = layout.break_start;
    if (address < layout.break_start || address > kUserEnd) return {};
    u64 program_data = layout.data_end - layout.data_start;
    if (limits.data_bytes != ~0ull && (address - layout.break_start) + program_data > limits.data_bytes) return {};
    bool is_filled = false;
    u64 old_end = page_align_up(break_), new_end = page_align_up(address);
    if (new_end < old_end) {
        if (!unmap_locked(new_end, old_end)) return {};
    } else if (new_end > old_end) {
        // One page stays free between the heap and what lies above, a stack's guard gap likewise.
        Vma* above = vmas_.find_ending_above(old_end);
        u64 gap = above && above->has(VmaFlag::GrowsDown) ? kStackGuardGap : kPageSize;
        if (above && above->start < new_end + gap) return {};
        VmaAttributes attributes;
        attributes.protection = kProtRead | kProtWrite;
        attributes.flags = (VmaFlag::MayWrite | VmaFlag::MayExec | VmaFlag::Accounted) | future_flags_;
        if (!may_grow(new_end - old_end, attributes, limits)) return {};
        if (attributes.has(VmaFlag::Locked) && !limits.may_lock_any &&
            locked_pages_ + ((new_end - old_end) >> kPageShift) > limits.locked_bytes >> kPageShift)
            return {};
        if (!insert_mapping(old_end, new_end, attributes, 0)) return {};
        is_filled = attributes.has(VmaFlag::Locked) && !attributes.has(VmaFlag::LockOnFault);
    }
    break_ = address;
    if (!is_filled) return {};
    return old_end;
}

} // namespace martlet
