// The block sizes of the heap: at most a third of a block is wasted. Each class's slabs are runs of 2^order frames.
#pragma once
#include "base/types.h"

namespace martlet {

struct SizeClass {
    u16 block_size;
    u8 slab_order;
};

inline constexpr SizeClass kSizeClasses[] = {
    {16, 0},  {32, 0},  {48, 0},  {64, 0},  {96, 0},   {128, 0},  {192, 0},
    {256, 0}, {384, 0}, {512, 0}, {768, 1}, {1024, 0}, {1536, 1}, {2048, 1},
};
inline constexpr u32 kSizeClassCount = sizeof(kSizeClasses) / sizeof(kSizeClasses[0]);
inline constexpr usize kMaxBlockSize = 2048;

namespace detail {
struct SizeClassTable {
    u8 index[kMaxBlockSize / 16 + 1] = {};
    constexpr SizeClassTable() {
        u32 size_class = 0;
        for (usize slot = 0; slot <= kMaxBlockSize / 16; ++slot) {
            while (kSizeClasses[size_class].block_size < slot * 16) ++size_class;
            index[slot] = static_cast<u8>(size_class);
        }
    }
};
inline constexpr SizeClassTable kSizeClassTable;
} // namespace detail

/// The smallest class that holds `size` bytes; size ≤ kMaxBlockSize.
constexpr u32 size_class_of(usize size) { return detail::kSizeClassTable.index[(size + 15) / 16]; }

} // namespace martlet
