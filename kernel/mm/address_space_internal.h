// What the parts of AddressSpace share. Not for use outside mm/.
#pragma once
#include "base/setting.h"
#include "mm/address_space.h"

/// Marks a callback that runs inside a function which requires lock_: the analysis does not see through the call.
#define RUNS_LOCKED NO_THREAD_SAFETY_ANALYSIS

namespace martlet {

/// /proc/sys/vm/max_map_count.
extern constinit Setting maximum_map_count;

/// How a page of this mapping looks to the processor when it may be written / must not be.
inline u32 page_flags(const Vma& vma, PageAccess access) {
    u32 flags = kPageUser;
    if (!vma.is_readable()) return flags | kPageHidden;
    if (vma.is_executable()) flags |= kPageExecute;
    if (access == PageAccess::Write && vma.is_writable()) flags |= kPageWrite;
    return flags;
}

template <typename Action> Result<void> AddressSpace::for_each_in_range(u64 start, u64 end, Action action) {
    u64 covered = start;
    bool has_holes = false;
    // By address, because an action may merge the mapping with its neighbours.
    while (covered < end) {
        Vma* vma = vmas_.find_ending_above(covered);
        if (!vma || vma->start >= end) break;
        if (vma->start > covered) has_holes = true;
        if (vma->start < covered) {
            TRY(split(*vma, covered));
            vma = vmas_.find(covered);
        }
        if (vma->end > end) TRY(split(*vma, end));
        covered = vma->end;
        TRY(action(*vma));
    }
    if (has_holes || covered < end) return Error(Errno::ENOMEM);
    return {};
}

/// Frames taken out of the table, released together after the TLB has forgotten them.
class UnmappedFrames {
public:
    static constexpr u32 kCapacity = 128;
    ~UnmappedFrames() { DEBUG_ASSERT(count_ == 0); }
    bool is_full() const { return count_ == kCapacity; }
    void add(PageEntry entry) {
        if (entry.is_counted()) frames_[count_++] = &frame_of(entry.frame());
    }
    void release_all() {
        while (count_ > 0) frames_[--count_]->release();
    }

private:
    u32 count_ = 0;
    Frame* frames_[kCapacity];
};

} // namespace martlet
