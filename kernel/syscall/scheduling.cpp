#include "syscall/scheduling.h"

#include <algorithm>

#include "arch/cpu.h"
#include "proc/process.h"
#include "proc/process_info.h"
#include "sched/scheduler.h"

namespace martlet {

namespace {

enum Policy { kOther = 0, kFifo = 1, kRoundRobin = 2, kBatch = 3, kIdle = 5, kDeadline = 6 };
constexpr int kResetOnFork = 0x40000000;
static_assert(kMaxCpus <= 64, "an affinity mask is one word");

Result<Ref<Task>> find_target(int thread_id) {
    if (thread_id < 0) return Error(Errno::EINVAL);
    if (thread_id == 0) return Ref<Task>(current_task());
    Ref<Task> task = find_task(thread_id);
    if (!task) return Error(Errno::ESRCH);
    return task;
}

Result<void> check_may_change(Task& task) {
    const Credentials& own = current_task().credentials();
    Ref<const Credentials> other = task.share_credentials();
    if (own.effective_uid == other->effective_uid || own.effective_uid == other->real_uid ||
        own.has(Capability::SysNice))
        return {};
    return Error(Errno::EPERM);
}

} // namespace

Result<void> sys_sched_yield() {
    Scheduler::yield();
    return {};
}

Result<int> sys_sched_getaffinity(int thread_id, u32 size, UserPtr<u64> mask) {
    if (size * 8ull < online_cpu_count() || size % sizeof(u64) != 0) return Error(Errno::EINVAL);
    Ref<Task> task = TRY(find_target(thread_id));
    TRY(mask.store(task->affinity() & online_cpus()));
    return sizeof(u64);
}

Result<void> sys_sched_setaffinity(int thread_id, u32 size, UserPtr<const u64> mask) {
    u64 wanted = 0;
    usize known = std::min<usize>(size, sizeof wanted);
    TRY(UserSpan(mask.address(), known).copy_to_kernel({reinterpret_cast<u8*>(&wanted), known}));
    Ref<Task> task = TRY(find_target(thread_id));
    TRY(check_may_change(*task));
    return Scheduler::set_affinity(*task, wanted);
}

Result<int> sys_sched_getscheduler(int thread_id) {
    return static_cast<int>(TRY(find_target(thread_id))->scheduling_policy.load());
}

Result<void> sys_sched_setscheduler(int thread_id, int policy, UserPtr<const int> priority) {
    if (policy < 0 || !priority) return Error(Errno::EINVAL);
    int wanted = TRY(priority.load());
    policy &= ~kResetOnFork;
    Ref<Task> task = TRY(find_target(thread_id));
    bool is_real_time = policy == kFifo || policy == kRoundRobin;
    if (!is_real_time && policy != kOther && policy != kBatch && policy != kIdle) return Error(Errno::EINVAL);
    if (is_real_time ? wanted < 1 || wanted > static_cast<int>(kMaximumRealTimePriority) : wanted != 0) return Error(Errno::EINVAL);
    TRY(check_may_change(*task));
    // There is no real-time class: saying yes would be a promise that is not kept.
    if (is_real_time) return Error(Errno::EPERM);
    task->scheduling_policy = static_cast<u8>(policy);
    return {};
}

Result<void> sys_sched_getparam(int thread_id, UserPtr<int> priority) {
    if (!priority) return Error(Errno::EINVAL);
    TRY(find_target(thread_id));
    return priority.store(0);
}

Result<void> sys_sched_setparam(int thread_id, UserPtr<const int> priority) {
    if (!priority) return Error(Errno::EINVAL);
    int wanted = TRY(priority.load());
    Ref<Task> task = TRY(find_target(thread_id));
    if (wanted != 0) return Error(Errno::EINVAL);
    return check_may_change(*task);
}

namespace {

Result<int> priority_limit(int policy, int real_time) {
    switch (policy) {
    case kFifo:
    case kRoundRobin: return real_time;
    case kOther:
    case kBatch:
    case kIdle:
    case kDeadline: return 0;
    default: return Error(Errno::EINVAL);
    }
}

} // namespace

Result<int> sys_sched_get_priority_max(int policy) { return priority_limit(policy, kMaximumRealTimePriority); }
Result<int> sys_sched_get_priority_min(int policy) { return priority_limit(policy, 1); }

Result<void> sys_sched_rr_get_interval(int thread_id, UserPtr<abi::TimeSpec> interval) {
    TRY(find_target(thread_id));
    constexpr u64 kSliceNs = 4 * kNanosecondsPerMillisecond;
    return interval.store(abi::TimeSpec::from_ns(kSliceNs));
}

Result<void> sys_getcpu(UserPtr<u32> cpu, UserPtr<u32> node) {
    u32 id = current_task().last_cpu();
    if (cpu) TRY(cpu.store(id));
    if (node) TRY(node.store(0));
    return {};
}

} // namespace martlet
