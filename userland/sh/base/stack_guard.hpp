// Stops runaway recursion before the process stack ends: every recursive part of the shell asks here and turns
// the answer into an error message. The limit is a fraction of RLIMIT_STACK, measured once at start.
#pragma once

#include <cstdint>

namespace sh {

class StackGuard {
public:
    static void measure();
    static bool exhausted() {
        return reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) < lowest_address_;
    }

private:
    static inline uintptr_t lowest_address_ = 0;
};

}  // namespace sh
