// madvise(2), mincore(2), mlock(2) and its kin, msync(2). See mm/address_space.h.
#include "mm/address_space_internal.h"

namespace martlet {

namespace {

enum Advice : int {
    kNormal = 0, kRandom = 1, kSequential = 2, kWillNeed = 3, kDontNeed = 4, kFree = 8, kRemove = 9, kDontFork = 10,
    kDoFork = 11, kHugePage = 14, kNoHugePage = 15, kDontDump = 16, kDoDump = 17, kWipeOnFork = 18, kKeepOnFork = 19,
    kCold = 20, kPageOut = 21, kPopulateRead = 22, kPopulateWrite = 23, kDontNeedLocked = 24,
};

bool is_known(int advice) {
    switch (advice) {
    case kNormal:
    case kRandom:
    case kSequential:
    case kWillNeed:
    case kDontNeed:
    case kFree:
    case kRemove:
    case kDontFork:
    case kDoFork: case kHugePage: case kNoHugePage: case kDontDump: case kDoDump: case kWipeOnFork: case kKeepOnFork:
    case kCold: case kPageOut: case kPopulateRead: case kPopulateWrite: case kDontNeedLocked: return true;
    default: return false; // MADV_MERGEABLE and MADV_HWPOISON too: not configured
    }
}

/// Page-aligned [start, end) of the calls that round the length up; EINVAL for a bad start, ENOMEM for a wrapped end.
struct PageRange { u64 start, end; };
Result<PageRange> page_range(u64 address, u64 size_bytes, Errno overflow) {
    u64 size = page_align_up(size_bytes);
    if (address & (kPageSize - 1)) return Error(Errno::EINVAL);
    if (size_bytes != 0 && size == 0) return Error(overflow);
    if (address + size < address) return Error(overflow);
    return PageRange{address, address + size};
}

/// MADV_REMOVE outside the address space's lock: the object unmaps the pages from every space.
struct Removal { Ref<MemoryObject> object; u64 first, end; };

} // namespace

Result<void> AddressSpace::advise(u64 address, u64 size_bytes, int advice) {
    if (!is_known(advice)) return Error(Errno::EINVAL);
    PageRange range = TRY(page_range(address, size_bytes, Errno::EINVAL));
    if (range.start == range.end) return {};
    if (advice == kPopulateRead) {
        // What is only writable can be read on this processor, but is not populated for reading. Holes are told below.
        MutexGuard guard(lock_);
        Vma* vma = vmas_.find(range.start);
        for (u64 at = range.start; at < range.end && vma; at = vma->end, vma = vmas_.find(at))
            if (!(vma->attributes.protection & kProtRead)) return Error(Errno::EINVAL);
    }
    if (advice == kPopulateRead || advice == kPopulateWrite)
        return populate_faults(range.start, range.end, advice == kPopulateWrite ? PageAccess::Write : PageAccess::Read);
    if (advice == kRemove) {
        for (u64 at = range.start; at < range.end;) {
            Removal removal;
            {
                MutexGuard guard(lock_);
                Vma* vma = vmas_.find(at);
                if (!vma) return Error(Errno::ENOMEM);
                if (vma->has(VmaFlag::Locked) || !vma->attributes.object) return Error(Errno::EINVAL);
                if (!vma->is_shared() || !vma->is_writable()) return Error(Errno::EACCES);
                u64 part_end = vma->end < range.end ? vma->end : range.end;
                removal = {vma->attributes.object, vma->page_index(at),
                           vma->page_index(at) + ((part_end - at) >> kPageShift)};
                at = part_end;
            }
            TRY(removal.object->remove_pages(removal.first, removal.end));
        }
        return {};
    }
    MutexGuard guard(lock_);
    auto set_flags = [&](Vma& vma, VmaFlag flag, bool value) RUNS_LOCKED -> Result<void> {
        vma.attributes.set(flag, value);
        merge(vma);
        return {};
    };
    return for_each_in_range(range.start, range.end, [&](Vma& vma) RUNS_LOCKED -> Result<void> {
        switch (advice) {
        case kNormal:
            vma.attributes.set(VmaFlag::RandomAccess, false);
            return set_flags(vma, VmaFlag::SequentialAccess, false);
        case kRandom:
            vma.attributes.set(VmaFlag::SequentialAccess, false);
            return set_flags(vma, VmaFlag::RandomAccess, true);
        case kSequential:
            vma.attributes.set(VmaFlag::RandomAccess, false);
            return set_flags(vma, VmaFlag::SequentialAccess, true);
        case kFree:
            if (vma.attributes.object) return Error(Errno::EINVAL);
            [[fallthrough]];
        case kDontNeed:
            if (vma.has(VmaFlag::Locked)) return Error(Errno::EINVAL);
            [[fallthrough]];
        case kDontNeedLocked: {
            Result<void> cleared = clear_pages(vma.start, vma.end);
            merge(vma);
            return cleared;
        }
        case kDontFork: return set_flags(vma, VmaFlag::DontFork, true);
        case kDoFork: return set_flags(vma, VmaFlag::DontFork, false);
        case kHugePage: vma.attributes.set(VmaFlag::NoHugePage, false); return set_flags(vma, VmaFlag::HugePage, true);
        case kNoHugePage:
            vma.attributes.set(VmaFlag::HugePage, false);
            return set_flags(vma, VmaFlag::NoHugePage, true);
        case kDontDump: return set_flags(vma, VmaFlag::DontDump, true);
        case kDoDump: return set_flags(vma, VmaFlag::DontDump, false);
        case kWipeOnFork:
            if (vma.attributes.object || vma.is_shared()) return Error(Errno::EINVAL);
            return set_flags(vma, VmaFlag::WipeOnFork, true);
        case kKeepOnFork: return set_flags(vma, VmaFlag::WipeOnFork, false);
        default: merge(vma); return {}; // hints without effect: nothing is read ahead or swapped out
        }
    });
}

Result<void> AddressSpace::resident(u64 address, u64 size_bytes, std::span<u8> pages) {
    PageRange range = TRY(page_range(address, size_bytes, Errno::ENOMEM));
    MutexGuard guard(lock_);
    usize index = 0;
    for (u64 at = range.start; at < range.end && index < pages.size(); at += kPageSize, ++index) {
        Vma* vma = vmas_.find(at);
        if (!vma) return Error(Errno::ENOMEM);
        bool is_resident = table_.lookup(at).has_frame();
        if (!is_resident && vma->attributes.object)
            if (Frame* frame = vma->attributes.object->find_page(vma->page_index(at))) {
                is_resident = true;
                frame->release();
            }
        pages[index] = is_resident ? 1 : 0;
    }
    return {};
}

Result<void> AddressSpace::lock_range(u64 start, u64 end, bool is_locked, LockMode mode) {
    return for_each_in_range(start, end, [&](Vma& vma) RUNS_LOCKED -> Result<void> {
        account_all(vma, -1);
        vma.attributes.set(VmaFlag::Locked, is_locked);
        vma.attributes.set(VmaFlag::LockOnFault, is_locked && mode == LockMode::OnFault);
        account_all(vma, 1);
        merge(vma);
        return {};
    });
}

Result<void> AddressSpace::lock(u64 address, u64 size_bytes, LockMode mode, const AddressSpaceLimits& limits) {
    if (limits.locked_bytes == 0 && !limits.may_lock_any) return Error(Errno::EPERM);
    u64 start = page_align_down(address);
    u64 size = page_align_up(size_bytes + (address - start));
    if (start + size < start) return Error(Errno::EINVAL);
    u64 end = start + size;
    {
        MutexGuard guard(lock_);
        // Pages that are locked already do not count twice.
        u64 already = 0;
        for (Vma* vma = vmas_.find_overlap(start, end); vma && vma->start < end; vma = vmas_.next(*vma))
            if (vma->has(VmaFlag::Locked))
                already += (vma->end < end ? vma->end : end) - (vma->start > start ? vma->start : start);
        u64 locked = locked_pages_ + ((size - already) >> kPageShift);
        if (locked > limits.locked_bytes >> kPageShift && !limits.may_lock_any) return Error(Errno::ENOMEM);
        if (size == 0) return {};
        TRY(lock_range(start, end, true, mode));
    }
    if (mode == LockMode::OnFault) return {};
    for (u64 at = start; at < end;) {
        // mlock(2): ENOMEM for pages that cannot be brought in, but PROT_NONE mappings are left alone.
        u64 part_end;
        PageAccess access;
        {
            MutexGuard guard(lock_);
            Vma* vma = vmas_.find(at);
            if (!vma) return Error(Errno::ENOMEM);
            part_end = vma->end < end ? vma->end : end;
            if (!vma->is_readable()) return Error(Errno::ENOMEM);
            access = vma->is_writable() && !vma->is_shared() ? PageAccess::Write : PageAccess::Read;
        }
        if (Result<void> result = populate_faults(at, part_end, access); !result)
            return Error(result.error() == Errno::ENOMEM || result.error() == Errno::EINTR ? Errno::EAGAIN
                                                                                           : Errno::ENOMEM);
        at = part_end;
    }
    return {};
}

Result<void> AddressSpace::unlock(u64 address, u64 size_bytes) {
    u64 start = page_align_down(address);
    u64 size = page_align_up(size_bytes + (address - start));
    if (start + size < start) return Error(Errno::EINVAL);
    if (size == 0) return {};
    MutexGuard guard(lock_);
    return lock_range(start, start + size, false, LockMode::Now);
}

Result<void> AddressSpace::lock_all(bool current, bool future, LockMode mode, const AddressSpaceLimits& limits) {
    if (limits.locked_bytes == 0 && !limits.may_lock_any) return Error(Errno::EPERM);
    {
        MutexGuard guard(lock_);
        if (current && !limits.may_lock_any && total_pages_ > limits.locked_bytes >> kPageShift)
            return Error(Errno::ENOMEM);
        u32 flags = static_cast<u32>(VmaFlag::Locked) |
                    (mode == LockMode::OnFault ? static_cast<u32>(VmaFlag::LockOnFault) : 0);
        future_flags_ = future ? flags : 0;
        if (!current) return {};
        // Holes are no error here.
        Result<void> result = lock_range(0, kUserEnd, true, mode);
        if (!result && vmas_.count() >= maximum_map_count.get()) return result;
    }
    if (mode == LockMode::Now) populate(0, kUserEnd);
    return {};
}

Result<void> AddressSpace::unlock_all() {
    MutexGuard guard(lock_);
    future_flags_ = 0;
    (void)lock_range(0, kUserEnd, false, LockMode::Now); // the error says that there are holes
    return {};
}

Result<void> AddressSpace::sync(u64 address, u64 size_bytes, int flags) {
    constexpr int kAsync = 1, kInvalidate = 2, kSync = 4;
    if (flags & ~(kAsync | kInvalidate | kSync)) return Error(Errno::EINVAL);
    if ((flags & kAsync) && (flags & kSync)) return Error(Errno::EINVAL);
    if (address & (kPageSize - 1)) return Error(Errno::EINVAL);
    PageRange range{address, address + page_align_up(size_bytes)}; // a length that wraps to nothing is nothing
    if (range.end < range.start) return Error(Errno::ENOMEM);
    bool has_holes = false;
    for (u64 at = range.start; at < range.end;) {
        Ref<File> file;
        u64 first_byte = 0, end_byte = 0;
        {
            MutexGuard guard(lock_);
            Vma* vma = vmas_.find_ending_above(at);
            if (!vma || vma->start >= range.end) return Error(Errno::ENOMEM);
            if (vma->start > at) has_holes = true;
            if ((flags & kInvalidate) && vma->has(VmaFlag::Locked)) return Error(Errno::EBUSY);
            if ((flags & kSync) && vma->is_shared()) file = vma->attributes.file;
            u64 start = vma->start > at ? vma->start : at, end = vma->end < range.end ? vma->end : range.end;
            first_byte = vma->offset_bytes + (start - vma->start);
            end_byte = first_byte + (end - start);
            at = vma->end;
        }
        if (file) TRY(file->sync_range(first_byte, end_byte));
    }
    if (has_holes) return Error(Errno::ENOMEM);
    return {};
}

} // namespace martlet
