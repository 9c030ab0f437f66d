// The replaceable allocation functions ([new.delete]) over malloc. Without exceptions, memory that cannot be had
// ends the program with a message; the nothrow forms return null.
#include <new>
#include <stdlib.h>
#include <unistd.h>

namespace {

[[noreturn]] void out_of_memory() {
    static const char message[] = "out of memory\n";
    write(STDERR_FILENO, message, sizeof message - 1);
    abort();
}

void *allocate(std::size_t size) {
    void *memory = malloc(size ? size : 1);
    if (!memory)
        out_of_memory();
    return memory;
}

void *allocate_aligned(std::size_t size, std::align_val_t alignment) {
    void *memory = nullptr;
    auto bytes = static_cast<std::size_t>(alignment);
    if (posix_memalign(&memory, bytes < sizeof(void *) ? sizeof(void *) : bytes, size ? size : 1) != 0)
        return nullptr;
    return memory;
}

} // namespace

namespace std {
const nothrow_t nothrow{};
} // namespace std

void *operator new(std::size_t size) { return allocate(size); }
void *operator new[](std::size_t size) { return allocate(size); }
void *operator new(std::size_t size, const std::nothrow_t &) noexcept { return malloc(size ? size : 1); }
void *operator new[](std::size_t size, const std::nothrow_t &) noexcept { return malloc(size ? size : 1); }
void *operator new(std::size_t size, std::align_val_t alignment) {
    void *memory = allocate_aligned(size, alignment);
    if (!memory)
        out_of_memory();
    return memory;
}
void *operator new[](std::size_t size, std::align_val_t alignment) { return operator new(size, alignment); }
void *operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t &) noexcept {
    return allocate_aligned(size, alignment);
}
void *operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t &) noexcept {
    return allocate_aligned(size, alignment);
}
void operator delete(void *memory) noexcept { free(memory); }
void operator delete[](void *memory) noexcept { free(memory); }
void operator delete(void *memory, std::size_t) noexcept { free(memory); }
void operator delete[](void *memory, std::size_t) noexcept { free(memory); }
void operator delete(void *memory, std::align_val_t) noexcept { free(memory); }
void operator delete[](void *memory, std::align_val_t) noexcept { free(memory); }
void operator delete(void *memory, std::size_t, std::align_val_t) noexcept { free(memory); }
void operator delete[](void *memory, std::size_t, std::align_val_t) noexcept { free(memory); }
void operator delete(void *memory, const std::nothrow_t &) noexcept { free(memory); }
void operator delete[](void *memory, const std::nothrow_t &) noexcept { free(memory); }
