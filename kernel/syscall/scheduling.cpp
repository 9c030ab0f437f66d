#include "syscall/scheduling.h"

#include <algorithm>

#include "arch/cpu.h"
#include "proc/process.h"
#include "proc/process_info.h"
#include "proc/resource_limits.h"
#include "sched/run_queue.h"
#include "sched/scheduler.h"

namespace martlet {

namespace {

constexpr int kDeadlinePolicy = 6;
constexpr u32 kResetOnFork = 0x40000000; // in a policy
// Flags of struct sched_attr.
constexpr u64 kAttributeResetOnFork = 1, kAttributeKeepPolicy = 8, kAttributeKeepParameters = 0x10,
              kAttributeClampMin = 0x20, kAttributeClampMax = 0x40,
              kAllAttributes = 0x7f; // 2 and 4 are about SCHED_DEADLINE

Result<Ref<Task>> find_target(int thread_id) {
    if (thread_id == 0) return Ref<Task>(current_task());
    Ref<Task> task = thread_id > 0 ? find_task(thread_id) : nullptr;
    if (!task) return Error(Errno::ESRCH);
    return task;
}

/// Most calls tell a negative id from one that nobody has.
Result<Ref<Task>> find_positive_target(int thread_id) {
    if (thread_id < 0) return Error(Errno::EINVAL);
    return find_target(thread_id);
}

bool is_owner(Task& task) {
    u32 user = current_task().credentials().effective_uid;
    Ref<const Credentials> other = task.share_credentials();
    return user == other->effective_uid || user == other->real_uid;
}

bool has_nice_capability() { return current_task().credentials().has(Capability::SysNice); }

bool is_real_time(SchedulingPolicy policy) {
    return policy == SchedulingPolicy::Fifo || policy == SchedulingPolicy::RoundRobin;
}

/// A change that a call asks for; without a policy it stays what it is.
struct Change {
    std::optional<int> policy;
    u32 priority = 0;
    std::optional<int> nice; // none: stays
    bool resets_on_fork = false;
};

/// Whether the caller needs CAP_SYS_NICE for it (sched(7), "Privileges and resource limits").
bool needs_privilege(Task& task, const SchedulingParameters& from, const SchedulingParameters& to) {
    ResourceLimits& limits = task.process().limits;
    auto nice_is_allowed = [&](int nice) { return static_cast<u64>(20 - nice) <= limits.soft(Resource::Nice); };
    if (!is_owner(task) || (from.resets_on_fork && !to.resets_on_fork)) return true;
    if (is_real_time(to.policy)) {
        u64 limit = limits.soft(Resource::RealtimePriority);
        if ((to.policy != from.policy && limit == 0) ||
            (to.real_time_priority > from.real_time_priority && to.real_time_priority > limit))
            return true;
    } else if (to.nice < from.nice && !nice_is_allowed(to.nice)) {
        return true;
    }
    return from.policy == SchedulingPolicy::Idle && to.policy != SchedulingPolicy::Idle && !nice_is_allowed(from.nice);
}

Result<void> change_scheduling(Task& task, const Change& change) {
    SchedulingParameters from = task.scheduling(), to = from;
    if (change.policy) {
        switch (*change.policy) {
        case 0: case 1: case 2: case 3: case 5: to.policy = static_cast<SchedulingPolicy>(*change.policy); break;
        default: return Error(Errno::EINVAL);
        }
        to.resets_on_fork = change.resets_on_fork;
    }
    if (change.priority > kMaximumRealTimePriority || is_real_time(to.policy) != (change.priority != 0))
        return Error(Errno::EINVAL);
    to.real_time_priority = change.priority;
    if (change.nice && !is_real_time(to.policy)) to.nice = *change.nice;
    if (needs_privilege(task, from, to) && !has_nice_capability()) return Error(Errno::EPERM);
    Scheduler::set_parameters(task, to);
    return {};
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
    if (!is_owner(*task) && !has_nice_capability()) return Error(Errno::EPERM);
    return Scheduler::set_affinity(*task, wanted);
}

Result<int> sys_sched_getscheduler(int thread_id) {
    SchedulingParameters parameters = TRY(find_positive_target(thread_id))->scheduling();
    return static_cast<int>(static_cast<u32>(parameters.policy) | (parameters.resets_on_fork ? kResetOnFork : 0));
}

Result<void> sys_sched_setscheduler(int thread_id, int policy, UserPtr<const int> priority) {
    if (policy < 0 || !priority || thread_id < 0) return Error(Errno::EINVAL);
    int wanted = TRY(priority.load());
    Ref<Task> task = TRY(find_target(thread_id));
    u32 bits = static_cast<u32>(policy);
    return change_scheduling(*task, {.policy = static_cast<int>(bits & ~kResetOnFork),
                                     .priority = static_cast<u32>(wanted),
                                     .nice = {},
                                     .resets_on_fork = (bits & kResetOnFork) != 0});
}

Result<void> sys_sched_getparam(int thread_id, UserPtr<int> priority) {
    if (!priority) return Error(Errno::EINVAL);
    return priority.store(static_cast<int>(TRY(find_positive_target(thread_id))->scheduling().real_time_priority));
}

Result<void> sys_sched_setparam(int thread_id, UserPtr<const int> priority) {
    if (!priority || thread_id < 0) return Error(Errno::EINVAL);
    int wanted = TRY(priority.load());
    Ref<Task> task = TRY(find_target(thread_id));
    return change_scheduling(*task, {.policy = {}, .priority = static_cast<u32>(wanted), .nice = {}});
}

Result<void> sys_sched_setattr(int thread_id, UserPtr<SchedulingAttributes> attributes, u32 flags) {
    if (!attributes || thread_id < 0 || flags != 0) return Error(Errno::EINVAL);
    u32 size = TRY(UserPtr<u32>(attributes.address()).load());
    if (size == 0) size = kSchedulingAttributesSize0;
    SchedulingAttributes given{};
    usize known = std::min<usize>(size, sizeof given);
    bool fits = size >= kSchedulingAttributesSize0 && size <= kPageSize;
    if (fits) TRY(UserSpan(attributes.address(), known).copy_to_kernel({reinterpret_cast<u8*>(&given), known}));
    // What this kernel does not know may only be zero.
    for (u64 offset = sizeof given; fits && offset < size; ++offset)
        if (TRY(UserPtr<u8>(attributes.address() + offset).load()) != 0) fits = false;
    if (!fits) {
        TRY(UserPtr<u32>(attributes.address()).store(sizeof given));
        return Error(Errno::E2BIG);
    }
    bool clamps = (given.flags & (kAttributeClampMin | kAttributeClampMax)) != 0;
    if (clamps && size < sizeof given) return Error(Errno::EINVAL);
    if (static_cast<i32>(given.policy) < 0) return Error(Errno::EINVAL);
    Ref<Task> task = TRY(find_target(thread_id));
    SchedulingParameters now = task->scheduling();
    Change change{.policy = static_cast<int>(given.policy),
                  .priority = given.priority,
                  .nice = std::clamp(given.nice, -20, 19),
                  .resets_on_fork = (given.flags & kAttributeResetOnFork) != 0};
    if (given.flags & kAttributeKeepPolicy) change.policy = {};
    if (given.flags & kAttributeKeepParameters) {
        change.priority = now.real_time_priority;
        change.nice = now.nice;
    }
    if (given.flags & ~kAllAttributes) return Error(Errno::EINVAL);
    if (clamps) return Error(Errno::EOPNOTSUPP); // utilisation is not tracked
    return change_scheduling(*task, change);
}

Result<void> sys_sched_getattr(int thread_id, UserPtr<SchedulingAttributes> attributes, u32 size, u32 flags) {
    if (!attributes || thread_id < 0 || size > kPageSize || size < kSchedulingAttributesSize0 || flags != 0)
        return Error(Errno::EINVAL);
    SchedulingParameters parameters = TRY(find_target(thread_id))->scheduling();
    SchedulingAttributes answer{};
    answer.size = static_cast<u32>(std::min<usize>(size, sizeof answer));
    answer.policy = static_cast<u32>(parameters.policy);
    answer.flags = parameters.resets_on_fork ? kAttributeResetOnFork : 0;
    if (is_real_time(parameters.policy)) answer.priority = parameters.real_time_priority;
    else answer.nice = parameters.nice;
    return UserSpan(attributes.address(), answer.size)
        .copy_from_kernel({reinterpret_cast<const u8*>(&answer), answer.size});
}

namespace {

Result<int> priority_limit(int policy, int real_time) {
    switch (policy) {
    case static_cast<int>(SchedulingPolicy::Fifo):
    case static_cast<int>(SchedulingPolicy::RoundRobin): return real_time;
    case static_cast<int>(SchedulingPolicy::Other):
    case static_cast<int>(SchedulingPolicy::Batch):
    case static_cast<int>(SchedulingPolicy::Idle):
    case kDeadlinePolicy: return 0;
    default: return Error(Errno::EINVAL);
    }
}

} // namespace

Result<int> sys_sched_get_priority_max(int policy) { return priority_limit(policy, kMaximumRealTimePriority); }
Result<int> sys_sched_get_priority_min(int policy) { return priority_limit(policy, 1); }

Result<void> sys_sched_rr_get_interval(int thread_id, UserPtr<abi::TimeSpec> interval) {
    SchedulingPolicy policy = TRY(find_positive_target(thread_id))->scheduling().policy;
    u64 turn_ns = policy == SchedulingPolicy::Fifo         ? 0
                  : policy == SchedulingPolicy::RoundRobin ? kRoundRobinNs
                                                           : kSliceNs;
    return interval.store(abi::TimeSpec::from_ns(turn_ns));
}

Result<void> sys_getcpu(UserPtr<u32> cpu, UserPtr<u32> node) {
    u32 id = current_task().last_cpu();
    if (cpu) TRY(cpu.store(id));
    if (node) TRY(node.store(0));
    return {};
}

} // namespace martlet
