// Copies between the kernel and the memory behind a cursor; see io_cursor.h.
#include "vfs/io_cursor.h"

#include <string.h>

#include "arch/user_copy.h"

namespace martlet {

IoCursor IoCursor::user(u64 address, usize size) {
    IoCursor cursor;
    cursor.single_ = {address, size};
    cursor.remaining_ = size;
    return cursor;
}

IoCursor IoCursor::user_vectors(std::span<const UserIoVector> vectors) {
    IoCursor cursor;
    cursor.vectors_ = vectors;
    for (const UserIoVector& vector : vectors) cursor.remaining_ += vector.size;
    return cursor;
}

IoCursor IoCursor::kernel(void* data, usize size) {
    IoCursor cursor = user(reinterpret_cast<u64>(data), size);
    cursor.is_kernel_ = true;
    return cursor;
}

IoCursor IoCursor::kernel_const(const void* data, usize size) { return kernel(const_cast<void*>(data), size); }

IoCursor IoCursor::kernel_vectors(std::span<const UserIoVector> vectors) {
    IoCursor cursor = user_vectors(vectors);
    cursor.is_kernel_ = true;
    return cursor;
}

void IoCursor::truncate(usize size) {
    if (size < remaining_) remaining_ = size;
}

/// Walks the pieces; `copy(address, offset, count)` answers the bytes it could not copy.
template <typename Copy> Result<usize> IoCursor::transfer(usize size, Copy copy) {
    usize wanted = size < remaining_ ? size : remaining_;
    usize done = 0;
    while (done < wanted) {
        const UserIoVector& vector = vectors_.empty() ? single_ : vectors_.front();
        usize left = vector.size - position_in_vector_;
        usize count = left < wanted - done ? left : wanted - done;
        usize missed = count > 0 ? copy(vector.address + position_in_vector_, done, count) : 0;
        done += count - missed;
        remaining_ -= count - missed;
        position_in_vector_ += count - missed;
        if (missed > 0) {
            if (done == 0) return Error(Errno::EFAULT);
            return done;
        }
        if (position_in_vector_ == vector.size && !vectors_.empty()) {
            vectors_ = vectors_.subspan(1);
            position_in_vector_ = 0;
        }
    }
    return done;
}

Result<usize> IoCursor::put(const void* data, usize size) {
    const auto* bytes = static_cast<const u8*>(data);
    return transfer(size, [&](u64 address, usize offset, usize count) -> usize {
        if (!is_kernel_) return arch_copy_to_user(address, bytes + offset, count);
        memcpy(reinterpret_cast<void*>(address), bytes + offset, count);
        return 0;
    });
}

Result<usize> IoCursor::put_zeros(usize size) {
    return transfer(size, [&](u64 address, usize, usize count) -> usize {
        if (!is_kernel_) return arch_clear_user(address, count);
        memset(reinterpret_cast<void*>(address), 0, count);
        return 0;
    });
}

Result<usize> IoCursor::take(void* data, usize size) {
    auto* bytes = static_cast<u8*>(data);
    return transfer(size, [&](u64 address, usize offset, usize count) -> usize {
        if (!is_kernel_) return arch_copy_from_user(bytes + offset, address, count);
        memcpy(bytes + offset, reinterpret_cast<const void*>(address), count);
        return 0;
    });
}

} // namespace martlet
