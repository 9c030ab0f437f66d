// Aligned allocation (C17 7.22.3.1, posix_memalign(3)). Up to 64 bytes a slab's slots will do, if their
// size is a power of two; a block aligned to more is a medium or large one of its own.
#include "malloc/heap.hpp"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

using namespace libc::heap;

namespace {

void *allocate_aligned(size_t alignment, size_t size) {
    if (alignment <= kAlignment)
        return malloc(size);
    if (alignment <= kSlotAlignment && size <= kLargestSmall / 2) { // a power of two is a class, and so aligned
        size_t power = kSlotAlignment;
        while (power < size)
            power *= 2;
        Content content;
        return take_slot(power, content);
    }
    size_t offset = alignment > kHeaderBytes ? alignment : kHeaderBytes;
    if (alignment >= kUnitBytes || size > kUnitBytes - offset)
        return take_large(size, alignment);
    Unit unit = take_unit();
    if (!unit.memory)
        return nullptr;
    *static_cast<UnitHeader *>(unit.memory) = {Kind::Medium, 0, kUnitBytes - offset, nullptr, 0};
    return static_cast<char *>(unit.memory) + offset;
}

} // namespace

extern "C" {

void *aligned_alloc(size_t alignment, size_t size) noexcept {
    if (alignment == 0 || (alignment & (alignment - 1)) != 0) {
        errno = EINVAL;
        return nullptr;
    }
    void *block = allocate_aligned(alignment, size);
    if (!block)
        errno = ENOMEM;
    return block;
}

void *memalign(size_t alignment, size_t size) { return aligned_alloc(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0)
        return EINVAL;
    int saved = errno;
    void *block = allocate_aligned(alignment, size);
    errno = saved;
    if (!block)
        return ENOMEM;
    *result = block;
    return 0;
}

void *valloc(size_t size) { return memalign(static_cast<size_t>(getpagesize()), size); }
}
