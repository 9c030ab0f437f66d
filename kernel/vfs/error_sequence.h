// ErrorSequence: an error of write-back, which nobody waited for, told once to everybody who has the file
// open (fsync(2)).
//
// The object that is written back has one; each open file keeps what it has heard (a sample taken when it was
// opened). An error that nobody has heard of yet is told to those who open the file later too; one that
// somebody heard is old then. Locking: one atomic word: the last error (12 bits), whether it was told, and a
// count that tells equal errors apart.
#pragma once
#include <atomic>

#include "base/result.h"

namespace martlet {

class ErrorSequence : NonCopyable {
public:
    void record(Errno error) {
        u32 old = word_.load(std::memory_order_relaxed), fresh;
        do {
            fresh = (old & kCountMask) | static_cast<u32>(error);
            if (old & kTold) fresh += kCountStep;
        } while (!word_.compare_exchange_weak(old, fresh, std::memory_order_acq_rel));
    }
    /// For a file that is being opened.
    u32 sample() const {
        u32 word = word_.load(std::memory_order_acquire);
        return (word & kTold) ? word : 0;
    }
    /// The last error if there was one since `heard`, which is brought up to date.
    Result<void> check(std::atomic<u32>& heard) {
        u32 word = word_.load(std::memory_order_acquire);
        if (word == heard.load(std::memory_order_relaxed)) return {};
        word = word_.fetch_or(kTold, std::memory_order_acq_rel) | kTold;
        if (heard.exchange(word, std::memory_order_acq_rel) == word) return {};
        return Error(static_cast<Errno>(word & kErrorMask));
    }

private:
    static constexpr u32 kErrorMask = 0xfff, kTold = 0x1000, kCountStep = 0x2000, kCountMask = ~(kErrorMask | kTold);
    std::atomic<u32> word_ = 0;
};

} // namespace martlet
