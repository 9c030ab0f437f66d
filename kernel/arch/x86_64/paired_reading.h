// Reading two counters at nearly the same moment, for measuring one against the other.
#pragma once
#include "base/types.h"

namespace martlet {

/// `outer` is the middle of two readings `uncertainty` apart, between which `inner` was read.
struct PairedReading {
    u64 outer = 0, inner = 0, uncertainty = ~0ull;
};

/// The tightest of a few tries: an emulator or a system management interrupt may come in between.
template <typename Outer, typename Inner> PairedReading read_pair(Outer outer, Inner inner) {
    PairedReading best;
    for (u32 attempt = 0; attempt < 5; ++attempt) {
        u64 before = outer();
        u64 value = inner();
        u64 after = outer();
        if (after - before < best.uncertainty) best = {before + (after - before) / 2, value, after - before};
    }
    return best;
}

/// Whether the time between two readings is long enough: their uncertainty is at most 1/256 of it.
inline bool is_precise(const PairedReading& start, const PairedReading& end) {
    return end.outer - start.outer >= (start.uncertainty + end.uncertainty) * 256;
}

} // namespace martlet
