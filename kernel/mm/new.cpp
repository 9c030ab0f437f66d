// The C++ allocation functions that may fail, on the heap. The throwing forms do not exist.
#include <new>

#include "mm/heap.h"

namespace std {
const nothrow_t nothrow{};
} // namespace std

void* operator new(size_t size, const std::nothrow_t&) noexcept { return martlet::heap_allocate(size); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return martlet::heap_allocate(size); }
void* operator new(size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
    return martlet::heap_allocate_aligned(size, static_cast<size_t>(alignment));
}
void* operator new[](size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
    return martlet::heap_allocate_aligned(size, static_cast<size_t>(alignment));
}
void operator delete(void* pointer) noexcept { martlet::heap_free(pointer); }
void operator delete[](void* pointer) noexcept { martlet::heap_free(pointer); }
void operator delete(void* pointer, size_t) noexcept { martlet::heap_free(pointer); }
void operator delete[](void* pointer, size_t) noexcept { martlet::heap_free(pointer); }
void operator delete(void* pointer, std::align_val_t) noexcept { martlet::heap_free(pointer); }
void operator delete[](void* pointer, std::align_val_t) noexcept { martlet::heap_free(pointer); }
void operator delete(void* pointer, size_t, std::align_val_t) noexcept { martlet::heap_free(pointer); }
void operator delete[](void* pointer, size_t, std::align_val_t) noexcept { martlet::heap_free(pointer); }
void operator delete(void* pointer, const std::nothrow_t&) noexcept { martlet::heap_free(pointer); }
void operator delete[](void* pointer, const std::nothrow_t&) noexcept { martlet::heap_free(pointer); }
void operator delete(void* pointer, std::align_val_t, const std::nothrow_t&) noexcept { martlet::heap_free(pointer); }
