// Blocks over a unit: one mapping each, given back to the system by free, moved page-wise by realloc.
#include "malloc/heap.hpp"

#include <sys/mman.h>

namespace libc::heap {

namespace {

constexpr size_t kPageBytes = 4096;

size_t page_up(size_t bytes) { return (bytes + kPageBytes - 1) & ~(kPageBytes - 1); }

// An address range of `bytes` whose byte `offset` is aligned; what surrounds it is unmapped again.
char *map_aligned(size_t bytes, size_t alignment, size_t offset) {
    if (bytes > PTRDIFF_MAX - alignment)
        return nullptr;
    long mapping =
        call(SYS_mmap, nullptr, bytes + alignment, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping < 0 && mapping > -4096)
        return nullptr;
    auto start = static_cast<uintptr_t>(mapping), end = start + bytes + alignment;
    uintptr_t base = ((start + offset + alignment - 1) & ~(alignment - 1)) - offset;
    if (base > start)
        call(SYS_munmap, start, base - start);
    if (end > base + bytes)
        call(SYS_munmap, base + bytes, end - base - bytes);
    return reinterpret_cast<char *>(base);
}

} // namespace

// The header stands at the start of the unit that holds the block's first byte; if the block itself is aligned
// to a unit, in the unit before it.
void *take_large(size_t size, size_t alignment) {
    if (size > PTRDIFF_MAX - 2 * kUnitBytes)
        return nullptr;
    size_t block_offset = kHeaderBytes, header_to_end = kHeaderBytes;
    if (alignment >= kUnitBytes) {
        block_offset = kPageBytes; // the header's own page, the unit before it is not mapped
        header_to_end = kPageBytes;
    } else if (alignment > kHeaderBytes) {
        block_offset = header_to_end = alignment;
    }
    size_t bytes = page_up(header_to_end + size);
    size_t unit = alignment > kUnitBytes ? alignment : kUnitBytes;
    char *mapping = map_aligned(bytes, unit, alignment >= kUnitBytes ? kPageBytes : 0);
    if (!mapping)
        return nullptr;
    char *block = mapping + block_offset;
    auto *header = reinterpret_cast<UnitHeader *>(alignment >= kUnitBytes ? block - kHeaderBytes : mapping);
    *header = {Kind::Large, 0, bytes - block_offset, mapping, bytes};
    return block;
}

void give_large(UnitHeader *header) { call(SYS_munmap, header->mapping, header->mapping_bytes); }

void *resize_large(UnitHeader *header, size_t size) {
    auto *mapping = static_cast<char *>(header->mapping);
    if (reinterpret_cast<char *>(header) != mapping || size > PTRDIFF_MAX - 2 * kUnitBytes)
        return nullptr;
    size_t block_offset = header->mapping_bytes - header->bytes;
    size_t bytes = page_up(size + block_offset), old_bytes = header->mapping_bytes;
    if (bytes != old_bytes) {
        long moved = call(SYS_mremap, mapping, old_bytes, bytes, 0);
        if (moved < 0 && moved > -4096) {
            char *target = map_aligned(bytes, kUnitBytes, 0);
            if (!target)
                return nullptr;
            moved = call(SYS_mremap, mapping, old_bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, target);
            if (moved < 0 && moved > -4096) {
                call(SYS_munmap, target, bytes);
                return nullptr;
            }
        }
        header = reinterpret_cast<UnitHeader *>(moved);
        header->mapping = header;
        header->mapping_bytes = bytes;
        header->bytes = bytes - block_offset;
    }
    return reinterpret_cast<char *>(header) + block_offset;
}

} // namespace libc::heap
