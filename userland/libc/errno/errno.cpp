// errno is a member of the thread's control block.
#include "internal/thread.hpp"
#include "sysdep/syscall.hpp"

#include <errno.h>

extern "C" int *__errno_location() noexcept { return &libc::current_thread()->errno_value; }

namespace libc {

long set_errno_from(long negative_errno) {
    errno = static_cast<int>(-negative_errno);
    return -1;
}

} // namespace libc
