// The list of free physical ranges during start-up, before the frame allocator takes them over.
#pragma once
#include <span>

#include "boot/boot_info.h"
#include "mm/address.h"

namespace martlet {

class BootMemory {
public:
    /// Usable memory below `limit_bytes` of RAM (the option mem=), page-aligned.
    void add_usable(std::span<const MemoryRange> memory, u64 limit_bytes);
    /// Takes [start, end) out, widened to whole pages.
    void reserve(u64 start, u64 end);

    /// Takes memory from the lowest range below `limit` / from the end of the highest range that has room.
    /// Panics when there is none: nothing works without it.
    PhysicalAddress take_low(u64 size, u64 limit);
    PhysicalAddress take_high(u64 size, u64 alignment);

    struct Range {
        u64 start, end;
    };
    std::span<const Range> ranges() const { return {ranges_, count_}; }

private:
    void remove_empty();
    static constexpr usize kMaxRanges = 160;
    Range ranges_[kMaxRanges];
    usize count_ = 0;
};

} // namespace martlet
