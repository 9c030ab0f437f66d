// The heap. Memory comes in units of 64 KiB, aligned to their size, so that the header of any block is found by
// masking its address. A unit is a slab of equal slots (requests up to 8 KiB), one medium block (up to a unit),
// or the start of a large block with a mapping of its own, which goes back to the system when it is freed.
//
// A slab hands out a slot it has never used only when its free list is empty: memory is touched as late as
// possible. The free list holds slot numbers inside the free slots;
// one bit per slot says whether it is in use, so a double free, a pointer that malloc never gave and a free list
// overwritten after free are all noticed, and end the program with a message.
//
// Locking: each size class has a lock over its slabs; the unit pool has its own, taken inside a class's.
#pragma once

#include "internal/lock.hpp"

#include <stddef.h>
#include <stdint.h>

namespace libc::heap {

inline constexpr size_t kUnitBytes = 65536;
inline constexpr size_t kLargestSmall = 8192;
inline constexpr size_t kHeaderBytes = 64; // before a medium or large block
inline constexpr size_t kAlignment = 16;
inline constexpr size_t kSlotAlignment = 64; // of a slab's first slot

enum class Kind : uint32_t { Slab = 0x51ab51ab, Medium = 0x3ed13ed1, Large = 0x1a46e1a4 };

// Fresh memory is all zero: calloc need not clear it.
enum class Content { Unknown, Zero };

struct UnitHeader {
    Kind kind;
    uint32_t size_class; // Slab only
    size_t bytes;        // Medium and Large: what the caller may use
    void *mapping;       // Large only
    size_t mapping_bytes;
};

struct Slab : UnitHeader {
    Slab *next, *previous; // in its class's list of slabs with a free slot
    uint32_t slot_bytes, slot_count;
    uint32_t reciprocal; // 2^32 / slot_bytes, rounded up: exact for offsets inside a unit
    uint32_t slots_used;  // now in use
    uint32_t first_fresh; // slots from here on were never handed out
    uint32_t free_head;   // slot number + 1, 0 is the end
    bool fresh_is_zero;
    bool listed;
    uint8_t *slots;
    uint64_t in_use[]; // one bit per slot
};

struct Unit {
    void *memory;
    Content content;
};

Unit take_unit();
void give_unit(void *unit);

void *take_slot(size_t size, Content &content);
void give_slot(Slab *slab, void *pointer);

void *take_large(size_t size, size_t alignment);
void give_large(UnitHeader *header);
void *resize_large(UnitHeader *header, size_t size);

[[noreturn]] void die(const char *problem, const void *pointer);

// The header of a block, after checking that it is one; `problem` of the caller ends the program otherwise.
UnitHeader *header_of(void *pointer);

inline void *block_of(UnitHeader *header) { return reinterpret_cast<char *>(header) + kHeaderBytes; }

} // namespace libc::heap
