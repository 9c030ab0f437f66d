// Deadline: an absolute point on the monotonic or the realtime clock, or never.
#pragma once
#include "base/types.h"

namespace martlet {

struct Deadline {
    /// When it comes; of a realtime deadline: if nobody steps that clock.
    u64 monotonic_ns = ~0ull;
    /// Of a deadline on the realtime clock, else 0.
    u64 realtime_ns = 0;

    static constexpr Deadline never() { return {}; }
    static constexpr Deadline at(u64 monotonic_ns) { return {.monotonic_ns = monotonic_ns}; }
    /// Follows steps of the realtime clock (clock_step_queue).
    static Deadline at_realtime(u64 realtime_ns);
    /// `timeout_ns` from now, saturating at never.
    static Deadline after(u64 timeout_ns);
    bool is_never() const { return monotonic_ns == ~0ull; }
    bool is_realtime() const { return realtime_ns != 0; }
    bool has_passed() const;
    /// The same point, with monotonic_ns brought up to date.
    Deadline now_seen() const { return is_realtime() ? at_realtime(realtime_ns) : *this; }
};

} // namespace martlet
