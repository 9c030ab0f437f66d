// When a service that ended may start again: a quick end doubles the delay, too many of them in a row end the
// tries.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>

namespace init {

class BackOff {
public:
    static constexpr uint64_t kQuickMs = 2000;     // a run that was shorter counts as a quick end
    static constexpr uint64_t kLongestMs = 60'000; // between two tries

    /// The delay until the next start after a run of `ran_ms`, or nothing: it has failed for good. `limit` is
    /// the number of quick ends in a row that are one too many; 0: none is.
    std::optional<uint64_t> next_delay_ms(uint64_t ran_ms, uint64_t first_delay_ms, unsigned limit) {
        uint64_t first = std::min(first_delay_ms, kLongestMs);
        if (ran_ms >= kQuickMs) {
            quick_ends_ = 0;
            return first;
        }
        ++quick_ends_;
        if (limit != 0 && quick_ends_ >= limit) return std::nullopt;
        return std::min(first << std::min(quick_ends_ - 1, 20u), kLongestMs);
    }
    void forget() { quick_ends_ = 0; }

private:
    unsigned quick_ends_ = 0; // in a row; saturates by the shortest delay: 2^32 of them take years
};

} // namespace init
