// Passed: where a backtracking match has been: (state, position, where the groups that are referred to lie).
// What follows depends on these alone, so a way that comes to one of them again finds nothing longer.
//
// The keys lie one after the other, found by a hash table of their numbers. When memory or the limit ends it
// learns no more, and ways are gone twice: full() tells, so that the match can give up before that takes for
// ever.
#pragma once
#include "regex/program.hpp"

#include <string.h>

namespace libc::regex {

class Passed {
public:
    [[nodiscard]] bool prepare(const Program &program) {
        Array<bool> refers;
        if (!refers.resize(static_cast<size_t>(program.group_count) + 1))
            return false;
        for (size_t i = 0; i < program.forward.states.size(); i++) {
            const State &state = program.forward.states[i];
            if (state.kind != StateKind::BackReference || refers[static_cast<size_t>(state.number)])
                continue;
            refers[static_cast<size_t>(state.number)] = true;
            if (!groups_.add(static_cast<size_t>(state.number)))
                return false;
        }
        stride_ = 2 + 2 * groups_.size();
        return slots_.resize(kFirstSlots);
    }

    void clear() {
        keys_.clear();
        count_ = 0;
        full_ = false;
        memset(slots_.data(), 0, slots_.size() * sizeof(uint32_t));
    }

    bool full() const { return full_; }

    // Whether nobody was there before.
    bool add(int state, size_t position, const Array<regmatch_t> &matches) {
        if (full_)
            return true;
        if (keys_.size() + stride_ > kMostWords || !append(state, position, matches)) {
            full_ = true;
            return true;
        }
        uint32_t &slot = slots_[find(count_)];
        if (slot != 0) {
            while (keys_.size() > count_ * stride_)
                keys_.drop_last();
            return false;
        }
        slot = static_cast<uint32_t>(++count_);
        if (2 * count_ > slots_.size())
            full_ = !grow();
        return true;
    }

private:
    static constexpr size_t kFirstSlots = 256, kMostWords = 4 << 20;

    bool append(int state, size_t position, const Array<regmatch_t> &matches) {
        if (!keys_.add(static_cast<size_t>(state)) || !keys_.add(position))
            return false;
        for (size_t i = 0; i < groups_.size(); i++) {
            const regmatch_t &match = matches[groups_[i]];
            if (!keys_.add(static_cast<size_t>(match.rm_so)) || !keys_.add(static_cast<size_t>(match.rm_eo)))
                return false;
        }
        return true;
    }

    // The slot of the key with this number, or the free one where it belongs.
    size_t find(size_t number) const {
        const size_t *key = keys_.data() + number * stride_;
        size_t hash = 0;
        for (size_t i = 0; i < stride_; i++) {
            hash = (hash ^ key[i]) * 0x9e3779b97f4a7c15;
            hash ^= hash >> 29;
        }
        size_t slot = hash & (slots_.size() - 1);
        while (slots_[slot] != 0 &&
               memcmp(keys_.data() + (slots_[slot] - 1) * stride_, key, stride_ * sizeof(size_t)) != 0)
            slot = (slot + 1) & (slots_.size() - 1);
        return slot;
    }

    bool grow() {
        if (!slots_.resize(2 * slots_.size()))
            return false;
        memset(slots_.data(), 0, slots_.size() * sizeof(uint32_t));
        for (size_t number = 0; number < count_; number++)
            slots_[find(number)] = static_cast<uint32_t>(number + 1);
        return true;
    }

    Array<size_t> groups_; // referred to
    Array<size_t> keys_;
    Array<uint32_t> slots_; // number of a key plus one; 0: free
    size_t stride_ = 0, count_ = 0;
    bool full_ = false;
};

} // namespace libc::regex
