#include "proc/pid.h"

#include "proc/session.h"

namespace martlet {

constinit SpinLock process_tree_lock{LockRank::ProcessTree};

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
    int id = find_free(last_ + 1, kPidMax);
    if (id == 0) id = find_free(last_ < kReservedPids ? 1 : kReservedPids, kPidMax);
    if (id == 0) return 0;
    used_[id / 64] |= 1ull << (id % 64);
    last_ = id;
    return id;
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

namespace {

constexpr usize kBucketCount = 256;
using Bucket = List<Pid, &Pid::node>;

struct Table {
    PidAllocator numbers;
    Bucket buckets[kBucketCount];
};
Table& table() {
    static Table instance;
    return instance;
}
Bucket& bucket_of(int number) { return table().buckets[static_cast<u32>(number) % kBucketCount]; }

} // namespace

Result<Pid*> PidTable::allocate() {
    Own<Pid> pid = TRY(make_own<Pid>());
    IrqLockGuard guard(process_tree_lock);
    pid->number_ = table().numbers.allocate();
    if (pid->number_ == 0) return Error(Errno::EAGAIN);
    bucket_of(pid->number_).push_front(*pid);
    return pid.release();
}

Pid* PidTable::find(int number) {
    for (Pid& pid : bucket_of(number))
        if (pid.number_ == number) return &pid;
    return nullptr;
}

void PidTable::release_if_unused(Pid& pid) {
    if (pid.task || pid.process || pid.group || pid.session) return;
    pid.node.unlink();
    table().numbers.release(pid.number_);
    delete &pid;
}

Pid* PidTable::next_process(int minimum) {
    for (int number = table().numbers.next_used(minimum); number != 0; number = table().numbers.next_used(number + 1)) {
        Pid* pid = find(number);
        if (pid && pid->process) return pid;
    }
    return nullptr;
}

int PidTable::last() { return table().numbers.last(); }

} // namespace martlet
