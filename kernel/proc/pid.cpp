#include "proc/pid.h"

#include "proc/session.h"

namespace martlet {

constinit SpinLock process_tree_lock{LockRank::ProcessTree};

namespace {

constexpr usize kBucketCount = 256;
using Bucket = List<Pid, &Pid::node>;

struct Table {
    PidAllocator numbers;
    Bucket buckets[kBucketCount];
};
constinit Table g_table;
Bucket& bucket_of(int number) { return g_table.buckets[static_cast<u32>(number) % kBucketCount]; }

} // namespace

Result<Pid*> PidTable::allocate(int wanted) {
    Own<Pid> pid = TRY(make_own<Pid>());
    IrqLockGuard guard(process_tree_lock);
    if (wanted != 0 && !g_table.numbers.take(wanted)) return Error(Errno::EEXIST);
    pid->number_ = wanted != 0 ? wanted : g_table.numbers.allocate();
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
    if (pid.task || pid.process || pid.group || pid.session || pid.unwaited_tracee) return;
    pid.node.unlink();
    g_table.numbers.release(pid.number_);
    delete &pid;
}

Pid* PidTable::next_process(int minimum) {
    for (int number = g_table.numbers.next_used(minimum); number != 0; number = g_table.numbers.next_used(number + 1)) {
        Pid* pid = find(number);
        if (pid && pid->process) return pid;
    }
    return nullptr;
}

int PidTable::last() { return g_table.numbers.last(); }

} // namespace martlet
