// Checks on heap blocks in debug kernels: a trailer after the caller's bytes tells live from freed and
// catches overruns; freed blocks are filled with a pattern that must still be there when they are handed out
// again.
#pragma once
#include "base/types.h"

namespace martlet {

#ifdef MARTLET_DEBUG
inline constexpr usize kHeapTrailerSize = 16;
/// Stamps a block about to be handed out for `size` bytes; panics if it was written while free.
void heap_debug_allocated(void* block, usize block_size, usize size);
/// Panics on an overrun, a double free, or a pointer that the heap did not give.
void heap_debug_freed(void* block, usize block_size);
#else
inline constexpr usize kHeapTrailerSize = 0;
inline void heap_debug_allocated(void*, usize, usize) {}
inline void heap_debug_freed(void*, usize) {}
#endif

} // namespace martlet
