// IoCursor: the memory side of a read or write: user iovecs or kernel memory, consumed from the front.
//
// Files fill it (read) or drain it (write) without knowing which kind it is. A fault after some bytes is a short count,
// as read(2) and write(2) say; a fault on the first byte is EFAULT.
#pragma once
#include <span>

#include "base/result.h"
#include "base/types.h"

namespace martlet {

/// struct iovec of the ABI; of the kernel's memory where IoCursor::kernel_vectors takes it.
struct UserIoVector {
    u64 address;
    u64 size;
};

class IoCursor {
public:
    /// One user buffer / several (the array outlives the cursor) / kernel memory, in one piece or several.
    static IoCursor user(u64 address, usize size);
    static IoCursor user_vectors(std::span<const UserIoVector> vectors);
    static IoCursor kernel(void* data, usize size);
    static IoCursor kernel_const(const void* data, usize size); // for writes
    static IoCursor kernel_vectors(std::span<const UserIoVector> vectors); // of kernel addresses

    usize remaining() const { return remaining_; }
    /// Kernel to cursor (a read's data). Answers the count copied, less than `size` only at the end or at a fault.
    [[nodiscard]] Result<usize> put(const void* data, usize size);
    [[nodiscard]] Result<usize> put_zeros(usize size);
    /// Cursor to kernel (a write's data).
    [[nodiscard]] Result<usize> take(void* data, usize size);
    /// Limits what remains to `size` bytes.
    void truncate(usize size);
    /// RWF_NOWAIT: whoever transfers answers EAGAIN instead of waiting (File::supports_no_wait).
    void forbid_waiting() { may_wait_ = false; }
    bool may_wait() const { return may_wait_; }

private:
    template <typename Copy> Result<usize> transfer(usize size, Copy copy);
    std::span<const UserIoVector> vectors_;
    UserIoVector single_{};
    usize position_in_vector_ = 0;
    usize remaining_ = 0;
    bool is_kernel_ = false, may_wait_ = true;
};

} // namespace martlet
