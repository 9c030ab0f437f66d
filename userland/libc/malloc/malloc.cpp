// malloc, calloc, realloc, free and the aligned forms (C17 7.22.3, POSIX.1-2017 posix_memalign). See heap.hpp.
#include "malloc/heap.hpp"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

namespace libc::heap {

void die(const char *problem, const void *pointer) {
    char text[128] = "malloc: ";
    char *end = text + strlcat(text, problem, sizeof text - 24);
    end = stpcpy(end, ": 0x");
    auto address = reinterpret_cast<uintptr_t>(pointer);
    for (int shift = 44; shift >= 0; shift -= 4)
        *end++ = "0123456789abcdef"[(address >> shift) & 15];
    *end++ = '\n';
    call(SYS_write, 2, text, end - text);
    abort();
}

UnitHeader *header_of(void *pointer) {
    auto address = reinterpret_cast<uintptr_t>(pointer);
    if (address % kAlignment != 0 || address < kUnitBytes)
        die("free of a pointer that malloc did not return", pointer);
    auto *header = reinterpret_cast<UnitHeader *>(address & ~(kUnitBytes - 1));
    if (address % kUnitBytes == 0) {
        header = reinterpret_cast<UnitHeader *>(address - kHeaderBytes);
        if (header->kind != Kind::Large)
            die("free of a pointer that malloc did not return", pointer);
    }
    if (header->kind == Kind::Slab)
        return header;
    if (header->kind != Kind::Medium && header->kind != Kind::Large)
        die("double free or free of a pointer that malloc did not return", pointer);
    return header;
}

namespace {

void *take_medium(size_t size, size_t alignment, Content &content) {
    size_t offset = alignment > kHeaderBytes ? alignment : kHeaderBytes;
    if (offset + size > kUnitBytes)
        return nullptr;
    Unit unit = take_unit();
    if (!unit.memory)
        return nullptr;
    auto *header = static_cast<UnitHeader *>(unit.memory);
    *header = {Kind::Medium, 0, kUnitBytes - offset, nullptr, 0};
    content = unit.content;
    return static_cast<char *>(unit.memory) + offset;
}

void *allocate(size_t size, Content &content) {
    if (size <= kLargestSmall)
        return take_slot(size, content);
    if (size <= kUnitBytes - kHeaderBytes)
        return take_medium(size, kAlignment, content);
    content = Content::Zero;
    return take_large(size, kAlignment);
}

void *out_of_memory() {
    errno = ENOMEM;
    return nullptr;
}

size_t usable_bytes(UnitHeader *header) {
    return header->kind == Kind::Slab ? static_cast<Slab *>(header)->slot_bytes : header->bytes;
}

} // namespace
} // namespace libc::heap

using namespace libc::heap;

extern "C" {

void *malloc(size_t size) noexcept {
    Content content;
    void *block = allocate(size, content);
    return block ? block : out_of_memory();
}

void *calloc(size_t count, size_t size) noexcept {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return out_of_memory();
    Content content;
    void *block = allocate(bytes, content);
    if (!block)
        return out_of_memory();
    if (content == Content::Unknown)
        memset(block, 0, bytes);
    return block;
}

void free(void *pointer) noexcept {
    if (!pointer)
        return;
    UnitHeader *header = header_of(pointer);
    if (header->kind == Kind::Slab)
        return give_slot(static_cast<Slab *>(header), pointer);
    int saved = errno;
    if (header->kind == Kind::Medium)
        give_unit(header);
    else
        give_large(header);
    errno = saved;
}

void *realloc(void *pointer, size_t size) noexcept {
    if (!pointer)
        return malloc(size);
    UnitHeader *header = header_of(pointer);
    size_t usable = usable_bytes(header);
    if (header->kind == Kind::Large) {
        if (size > kUnitBytes) {
            if (void *block = resize_large(header, size))
                return block;
        }
    } else if (size <= usable && (size > usable / 2 || usable <= 64)) {
        return pointer;
    }
    void *block = malloc(size);
    if (!block)
        return size <= usable ? pointer : nullptr;
    memcpy(block, pointer, size < usable ? size : usable);
    free(pointer);
    return block;
}

void *reallocarray(void *pointer, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return out_of_memory();
    return realloc(pointer, bytes);
}

size_t malloc_usable_size(void *pointer) { return pointer ? usable_bytes(header_of(pointer)) : 0; }
}
