// The kernel heap: slab caches by size class up to 2 KiB, whole frames above. operator new(nothrow) and delete use it;
// plain operator new is not defined on purpose: every allocation handles failure.
#pragma once
#include "base/types.h"
#include "mm/size_classes.h"

namespace martlet {

/// Null when memory is exhausted. 16-byte aligned; blocks of 64 bytes and more are 64-byte aligned if their
/// size class is.
[[nodiscard]] void* heap_allocate(usize size);
/// The same with an alignment up to a page, a power of two.
[[nodiscard]] void* heap_allocate_aligned(usize size, usize alignment);
void heap_free(void* pointer);
/// Bytes that the block can hold.
usize heap_block_size(const void* pointer);

struct HeapStatistics {
    u64 live_objects, live_bytes, slab_frames;
    u64 live_by_class[kSizeClassCount]; // blocks
    u64 large_frames;                   // in blocks of more than kMaxBlockSize
};
HeapStatistics heap_statistics();

} // namespace martlet
