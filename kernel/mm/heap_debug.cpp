#include "mm/heap_debug.h"

#ifdef MARTLET_DEBUG
#include <string.h>

#include "base/assert.h"

namespace martlet {

namespace {

constexpr u64 kLive = 0x11fe'0b1e'c711'fe00, kFreed = 0xdead'b10c'dead'b10c;
constexpr u8 kFreePattern = 0x6b, kRedPattern = 0xbb;

/// The last bytes of every block.
struct Trailer {
    u64 state;
    u64 size; // asked for
};
static_assert(sizeof(Trailer) == kHeapTrailerSize);

Trailer& trailer_of(void* block, usize block_size) {
    return *reinterpret_cast<Trailer*>(static_cast<u8*>(block) + block_size - sizeof(Trailer));
}
/// The free list uses the first bytes.
constexpr usize kPatternStart = 8;

} // namespace

void heap_debug_allocated(void* block, usize block_size, usize size) {
    auto* bytes = static_cast<u8*>(block);
    Trailer& trailer = trailer_of(block, block_size);
    if (trailer.state == kLive) panic("heap: block %p of %zu bytes handed out twice", block, block_size);
    if (trailer.state == kFreed)
        for (usize index = kPatternStart; index < block_size - sizeof(Trailer); ++index)
            if (bytes[index] != kFreePattern)
                panic("heap: block %p of %zu bytes written after it was freed (offset %zu)", block, block_size, index);
    trailer = {kLive, size};
    memset(bytes + size, kRedPattern, block_size - sizeof(Trailer) - size);
}

void heap_debug_freed(void* block, usize block_size) {
    auto* bytes = static_cast<u8*>(block);
    Trailer& trailer = trailer_of(block, block_size);
    if (trailer.state == kFreed) panic("heap: block %p of %zu bytes freed twice", block, block_size);
    if (trailer.state != kLive || trailer.size > block_size - sizeof(Trailer))
        panic("heap: block %p of %zu bytes was overrun or never allocated", block, block_size);
    for (usize index = trailer.size; index < block_size - sizeof(Trailer); ++index)
        if (bytes[index] != kRedPattern)
            panic("heap: block %p of %zu bytes was overrun at %zu", block, block_size, index);
    trailer.state = kFreed;
    memset(bytes, kFreePattern, block_size - sizeof(Trailer));
}

} // namespace martlet
#endif
