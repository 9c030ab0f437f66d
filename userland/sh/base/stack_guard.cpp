#include "base/stack_guard.hpp"

#include <sys/resource.h>

namespace sh {

void StackGuard::measure() {
    constexpr uintptr_t kMostBytes = 4u << 20;
    uintptr_t usable = kMostBytes;
    struct rlimit limit{};
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        uintptr_t part = static_cast<uintptr_t>(limit.rlim_cur) / 4 * 3;
        if (part < usable)
            usable = part;
    }
    lowest_address_ = reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) - usable;
}

}  // namespace sh
