#include "mm/boot_memory.h"

#include "base/assert.h"
#include "base/log.h"

namespace martlet {

void BootMemory::add_usable(std::span<const MemoryRange> memory, u64 limit_bytes) {
    for (const MemoryRange& range : memory) {
        if (range.kind != MemoryKind::Usable) continue;
        u64 start = page_align_up(range.base);
        u64 end = page_align_down(range.base + range.size);
        if (end > kMaxPhysicalAddress) end = kMaxPhysicalAddress;
        if (start >= end || limit_bytes == 0) continue;
        if (end - start > limit_bytes) end = start + page_align_down(limit_bytes);
        limit_bytes -= end - start;
        if (count_ != 0 && ranges_[count_ - 1].end == start) {
            ranges_[count_ - 1].end = end;
        } else if (count_ < kMaxRanges / 2) {
            ranges_[count_++] = {start, end};
        } else {
            log_warning("memory: too many ranges in the firmware's map, %llu KiB left out",
                        static_cast<unsigned long long>((end - start) / kKiB));
        }
    }
}

void BootMemory::reserve(u64 start, u64 end) {
    start = page_align_down(start);
    end = page_align_up(end);
    for (usize index = 0; index < count_ && start < end; ++index) {
        Range& range = ranges_[index];
        if (end <= range.start || start >= range.end) continue;
        if (start > range.start && end < range.end) {
            ASSERT(count_ < kMaxRanges);
            for (usize to = count_++; to > index + 1; --to) ranges_[to] = ranges_[to - 1];
            ranges_[index + 1] = {end, ranges_[index].end};
            ranges_[index].end = start;
            break;
        }
        if (start <= range.start) range.start = end < range.end ? end : range.end;
        else range.end = start;
    }
    remove_empty();
}

void BootMemory::remove_empty() {
    usize kept = 0;
    for (usize index = 0; index < count_; ++index)
        if (ranges_[index].start < ranges_[index].end) ranges_[kept++] = ranges_[index];
    count_ = kept;
}

PhysicalAddress BootMemory::take_low(u64 size, u64 limit) {
    for (usize index = 0; index < count_; ++index) {
        Range& range = ranges_[index];
        if (range.end - range.start < size || range.start + size > limit) continue;
        PhysicalAddress taken{range.start};
        range.start += size;
        remove_empty();
        return taken;
    }
    panic("memory: no room for %llu KiB of page tables", static_cast<unsigned long long>(size / kKiB));
}

PhysicalAddress BootMemory::take_high(u64 size, u64 alignment) {
    for (usize index = count_; index-- > 0;) {
        Range& range = ranges_[index];
        if (range.end - range.start < size) continue;
        u64 start = align_down(range.end - size, alignment);
        if (start < range.start) continue;
        u64 end = range.end;
        range.end = start;
        // What alignment leaves above the block stays free.
        if (start + size < end && count_ < kMaxRanges) {
            for (usize to = count_++; to > index + 1; --to) ranges_[to] = ranges_[to - 1];
            ranges_[index + 1] = {start + size, end};
        }
        remove_empty();
        return {start};
    }
    panic("memory: no room for the frame table (%llu KiB)", static_cast<unsigned long long>(size / kKiB));
}

} // namespace martlet
