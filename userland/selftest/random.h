// Numbers for stress cases: the same on every run.
#pragma once

namespace selftest {

class Random {
public:
    explicit Random(unsigned seed) : state_(seed * 2654435761u + 1) {}
    unsigned next(unsigned limit) {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 17;
        state_ ^= state_ << 5;
        return state_ % limit;
    }

private:
    unsigned state_;
};

} // namespace selftest
