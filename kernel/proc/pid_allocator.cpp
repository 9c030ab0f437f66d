#include "proc/pid.h"

#include "base/setting.h"

namespace martlet {
namespace {

constinit Setting pid_limit("sys/kernel/pid_max", kPidMax, kReservedPids + 1, kPidMax);
REGISTER_SETTING(pid_limit);

} // namespace

int PidAllocator::find_free(int from, int limit) const {
    for (int id = from; id < limit;) {
        u64 free = ~used_[id / 64] >> (id % 64);
        if (free != 0) {
            id += __builtin_ctzll(free);
            return id < limit ? id : 0;
        }
        id = (id / 64 + 1) * 64;
    }
    return 0;
}

int PidAllocator::allocate() {
    auto limit = static_cast<int>(pid_limit.get());
    int id = find_free(last_ + 1, limit);
    if (id == 0) id = find_free(last_ < kReservedPids ? 1 : kReservedPids, limit);
    if (id == 0) return 0;
    used_[id / 64] |= 1ull << (id % 64);
    last_ = id;
    return id;
}

bool PidAllocator::take(int id) {
    u64 bit = 1ull << (id % 64);
    if (used_[id / 64] & bit) return false;
    used_[id / 64] |= bit;
    return true;
}

void PidAllocator::release(int id) { used_[id / 64] &= ~(1ull << (id % 64)); }

int PidAllocator::next_used(int minimum) const {
    for (int id = minimum < 1 ? 1 : minimum; id < kPidMax;) {
        u64 used = used_[id / 64] >> (id % 64);
        if (used != 0) return id + __builtin_ctzll(used);
        id = (id / 64 + 1) * 64;
    }
    return 0;
}

} // namespace martlet
