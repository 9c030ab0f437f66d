// Deadline: an absolute point on the monotonic clock, or never.
#pragma once
#include "base/types.h"

namespace martlet {

struct Deadline {
    u64 monotonic_ns = ~0ull;

    static constexpr Deadline never() { return {}; }
    static constexpr Deadline at(u64 monotonic_ns) { return {monotonic_ns}; }
    /// `timeout_ns` from now, saturating at never.
    static Deadline after(u64 timeout_ns);
    bool is_never() const { return monotonic_ns == ~0ull; }
    bool has_passed() const;
};

} // namespace martlet
