// The clock's parameters, as the kernel keeps them and as the vDSO reads them: one page, mapped read-only
// into every process as [vvar] (vdso(7)).
//
// Protocol: a sequence lock. The writer (time/clock.cpp, under its lock) makes `sequence` odd, changes the
// rate, makes it even. A reader takes the fields between two equal even values of it. `realtime_offset_ns`
// stands alone.
#pragma once
#include <atomic>

#include "base/types.h"
#include "time/cycle_conversion.h"

namespace martlet {

struct VdsoData {
    std::atomic<u32> sequence = 0;
    /// Whether user code may read the counter itself (the TSC); otherwise the vDSO makes the system call.
    std::atomic<u32> is_counter_readable = 0;
    u64 base_cycles = 0;
    u64 base_ns = 0;
    CycleConversion conversion;
    std::atomic<u64> realtime_offset_ns = 0;

    /// Monotonic time at a counter value, which may be read a little behind the base on another CPU. Counters of less
    /// than 64 bits wrap at `mask`.
    u64 ns_at(u64 cycles, u64 mask) const {
        u64 elapsed = (cycles - base_cycles) & mask;
        if (static_cast<i64>(elapsed) < 0) [[unlikely]] elapsed = 0;
        return base_ns + conversion.to_ns(elapsed);
    }
    /// Calls read() until it ran while nobody wrote.
    template <typename Read> u64 read_consistently(Read read) const {
        for (;;) {
            u32 before = sequence.load(std::memory_order_acquire);
            u64 ns = read();
            std::atomic_thread_fence(std::memory_order_acquire);
            if ((before & 1) == 0 && sequence.load(std::memory_order_relaxed) == before) [[likely]]
                return ns;
        }
    }
};

inline constexpr u64 kClockResolutionNs = 1, kCoarseClockResolutionNs = 4 * kNanosecondsPerMillisecond;

/// The page, in the kernel image; nothing else is in it.
struct alignas(4096) VdsoPage {
    VdsoData data;
};
extern constinit VdsoPage g_vdso_page;

} // namespace martlet
