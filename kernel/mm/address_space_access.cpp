// Reaching an address space from the kernel: populating, pinning, copying. See mm/address_space.h.
#include <string.h>

#include "mm/address_space_internal.h"
#include "sched/thread.h"

namespace martlet {

namespace {

Errno errno_of(FaultResult result) {
    return result == FaultResult::OutOfMemory ? Errno::ENOMEM : Errno::EFAULT;
}

} // namespace

Result<Frame*> AddressSpace::pin_page(u64 address, PageAccess access, AccessMode mode) {
    if (address >= kUserEnd) return Error(Errno::EFAULT);
    MutexGuard guard(lock_);
    if (is_reaped()) return Error(Errno::ENOMEM);
    Vma* vma = find_or_grow(address, nullptr);
    if (!vma) return Error(Errno::EFAULT);
    PageEntry entry = table_.lookup(address);
    if (!entry.is_present() || (access == PageAccess::Write && !entry.is_writable())) {
        FaultResult result = resolve(*vma, address, access, mode);
        if (result != FaultResult::Resolved) return Error(errno_of(result));
        entry = table_.lookup(address);
    }
    Frame& frame = frame_of(entry.frame());
    frame.acquire();
    return &frame;
}

Result<usize> AddressSpace::read_memory(u64 address, std::span<u8> bytes, AccessMode mode) {
    usize done = 0;
    while (done < bytes.size()) {
        Result<Frame*> frame = pin_page(address + done, PageAccess::Read, mode);
        if (!frame) {
            if (done != 0) break;
            return Error(frame.error());
        }
        usize offset = (address + done) & (kPageSize - 1);
        usize count = kPageSize - offset < bytes.size() - done ? kPageSize - offset : bytes.size() - done;
        memcpy(bytes.data() + done, static_cast<u8*>((*frame)->data()) + offset, count);
        (*frame)->release();
        done += count;
    }
    return done;
}

Result<usize> AddressSpace::write_memory(u64 address, std::span<const u8> bytes, AccessMode mode) {
    usize done = 0;
    while (done < bytes.size()) {
        Result<Frame*> frame = pin_page(address + done, PageAccess::Write, mode);
        if (!frame) {
            if (done != 0) break;
            return Error(frame.error());
        }
        usize offset = (address + done) & (kPageSize - 1);
        usize count = kPageSize - offset < bytes.size() - done ? kPageSize - offset : bytes.size() - done;
        memcpy(static_cast<u8*>((*frame)->data()) + offset, bytes.data() + done, count);
        (*frame)->release();
        done += count;
    }
    return done;
}

Result<std::optional<AddressSpace::SharedLocation>> AddressSpace::shared_location(u64 address) {
    MutexGuard guard(lock_);
    Vma* vma = vmas_.find(address);
    if (!vma) return Error(Errno::EFAULT);
    if (!vma->is_shared() || !vma->attributes.object) return std::nullopt;
    return SharedLocation{vma->attributes.object, vma->page_index(address)};
}

/// Faults pages in as madvise(MADV_POPULATE_*) and mlock(2) want it; the first failure ends it.
Result<void> AddressSpace::populate_faults(u64 start, u64 end, PageAccess access) {
    for (u64 address = start; address < end; address += kPageSize) {
        if (current_thread()->has_work(ThreadWork::KillPending)) return Error(Errno::EINTR);
        MutexGuard guard(lock_);
        Vma* vma = vmas_.find(address);
        if (!vma) return Error(Errno::ENOMEM);
        PageEntry entry = table_.lookup(address);
        if (entry.is_present() && (access == PageAccess::Read || entry.is_writable())) continue;
        FaultResult result = resolve(*vma, address, access, AccessMode::Checked);
        if (result == FaultResult::OutOfMemory) return Error(Errno::ENOMEM);
        if (result == FaultResult::SegvAccErr) return Error(Errno::EINVAL);
        if (result != FaultResult::Resolved) return Error(Errno::EFAULT);
    }
    return {};
}

/// Best effort, for MAP_POPULATE and locks: writable private pages are made private at once. A mapping that cannot be
/// read, or of a file that has ended, is left: its size says nothing about the work that is worth doing.
void AddressSpace::populate(u64 start, u64 end) {
    for (u64 address = start; address < end; address += kPageSize) {
        if (current_thread()->has_work(ThreadWork::KillPending)) return;
        MutexGuard guard(lock_);
        Vma* vma = vmas_.find_ending_above(address);
        if (!vma || vma->start >= end) return;
        if (address < vma->start) address = vma->start;
        if (!vma->is_readable()) {
            address = vma->end - kPageSize;
            continue;
        }
        PageAccess access = vma->is_writable() && !vma->is_shared() ? PageAccess::Write : PageAccess::Read;
        PageEntry entry = table_.lookup(address);
        if (entry.is_present() && (access == PageAccess::Read || entry.is_writable())) continue;
        FaultResult result = resolve(*vma, address, access, AccessMode::Checked);
        if (result == FaultResult::OutOfMemory) return;
        if (result != FaultResult::Resolved) address = vma->end - kPageSize;
    }
}

} // namespace martlet
