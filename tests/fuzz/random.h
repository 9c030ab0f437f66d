// xoshiro256**: a small generator with a seed that reproduces a run's choices.
#pragma once
#include <cstdint>

class Random {
public:
    explicit Random(uint64_t seed) {
        for (uint64_t& word : state_) {
            seed += 0x9e3779b97f4a7c15;
            uint64_t mixed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
            word = mixed ^ (mixed >> 31);
        }
    }
    uint64_t next() {
        uint64_t result = rotate(state_[1] * 5, 7) * 9, shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = rotate(state_[3], 45);
        return result;
    }
    uint64_t below(uint64_t limit) { return next() % limit; }
    /// True in `percent` of a hundred.
    bool chance(unsigned percent) { return below(100) < percent; }

private:
    static uint64_t rotate(uint64_t word, int by) { return word << by | word >> (64 - by); }
    uint64_t state_[4];
};
