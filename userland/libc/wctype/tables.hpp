// Look-up in sorted tables of code points.
#pragma once

#include <stddef.h>

namespace libc {

struct CodeRange {
    unsigned first, last;
};

struct CaseRange {
    unsigned first, last;
    int step, delta;
};

// The range that holds or would hold `code`; null if it is before all.
template <typename Range, size_t N> const Range *find_range(const Range (&table)[N], unsigned code) {
    size_t low = 0, high = N;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (table[middle].last < code)
            low = middle + 1;
        else
            high = middle;
    }
    return low < N && table[low].first <= code ? &table[low] : nullptr;
}

} // namespace libc
