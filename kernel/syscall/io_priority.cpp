// ioprio_get(2) and ioprio_set(2). The value is kept, inherited and told; requests to block devices are
// synchronous and are not put in an order. CLONE_IO copies it, where Linux shares it.
#include "syscall/limits.h"

#include <algorithm>
#include <optional>

#include "syscall/task_selection.h"

namespace martlet {

namespace {

// <linux/ioprio.h>: a class in the bits from 13 on, a level below.
enum IoClass : u32 { kIoNone, kIoRealTime, kIoBestEffort, kIoIdle };
constexpr u32 kClassShift = 13, kLevelMask = (1u << kClassShift) - 1, kLevels = 8;

Result<void> check_priority(int priority) {
    u32 value = static_cast<u32>(priority), level = value & kLevelMask;
    const Credentials& own = current_task().credentials();
    switch (value >> kClassShift) {
    case kIoRealTime:
        if (!own.has(Capability::SysAdmin) && !own.has(Capability::SysNice)) return Error(Errno::EPERM);
        [[fallthrough]];
    case kIoBestEffort: return level < kLevels ? Result<void>() : Error(Errno::EINVAL);
    case kIoIdle: return {};
    case kIoNone: return level == 0 ? Result<void>() : Error(Errno::EINVAL);
    default: return Error(Errno::EINVAL);
    }
}

Result<void> change_priority(Task& task, u16 priority) {
    const Credentials& own = current_task().credentials();
    u32 owner = task.share_credentials()->real_uid;
    if (owner != own.effective_uid && owner != own.real_uid && !own.has(Capability::SysNice))
        return Error(Errno::EPERM);
    task.io_priority.store(priority, std::memory_order_relaxed);
    return {};
}

/// A task without a value of its own has the one that its nice level gives.
u32 effective_priority(Task& task) {
    u32 set = task.io_priority.load(std::memory_order_relaxed);
    if (set >> kClassShift != kIoNone) return set;
    SchedulingPolicy policy = task.scheduling().policy;
    IoClass io_class = kIoBestEffort;
    if (policy == SchedulingPolicy::Idle) io_class = kIoIdle;
    if (policy == SchedulingPolicy::Fifo || policy == SchedulingPolicy::RoundRobin) io_class = kIoRealTime;
    return io_class << kClassShift | static_cast<u32>(task.nice() + 20) / 5;
}

/// IOPRIO_WHO_…: one more than what setpriority(2) counts from. EINVAL.
Result<TaskSelection> selection(int which) {
    if (which < 1 || which > 3) return Error(Errno::EINVAL);
    return static_cast<TaskSelection>(which - 1);
}

} // namespace

/// One task: what was set. Several: the best that one of them has.
Result<int> sys_ioprio_get(int which, int who) {
    TaskSelection kind = TRY(selection(which));
    std::optional<u32> best;
    IrqLockGuard guard(process_tree_lock);
    for_each_selected(kind, who, [&](Task& task) {
        u32 found = kind == TaskSelection::Task ? task.io_priority.load(std::memory_order_relaxed)
                                                : effective_priority(task);
        best = std::min(best.value_or(found), found);
    });
    if (!best) return Error(Errno::ESRCH);
    return static_cast<int>(*best);
}

/// The first task that may not be changed ends it.
Result<void> sys_ioprio_set(int which, int who, int priority) {
    TRY(check_priority(priority));
    TaskSelection kind = TRY(selection(which));
    std::optional<Result<void>> result;
    IrqLockGuard guard(process_tree_lock);
    for_each_selected(kind, who, [&](Task& task) {
        if (!result || *result) result = change_priority(task, static_cast<u16>(priority));
    });
    return result ? *result : Error(Errno::ESRCH);
}

} // namespace martlet
