#include "syscall/limits.h"

#include <algorithm>

#include "mm/address_space.h"
#include "proc/process_info.h"
#include "syscall/process.h"
#include "syscall/task_selection.h"
#include "sched/scheduler.h"
#include "time/clock.h"

namespace martlet {

namespace {

constexpr u64 kMaximumOpenFiles = 1048576; // fs.nr_open

/// prlimit(2): the caller's real ids must match all of the target's, or CAP_SYS_RESOURCE.
Result<Ref<Process>> limit_target(int process_id) {
    if (process_id == 0) return Ref<Process>(current_process());
    Ref<Task> task = find_task(process_id);
    if (!task) return Error(Errno::ESRCH);
    Ref<Process> process(task->process());
    if (process == &current_process()) return process;
    const Credentials& own = current_task().credentials();
    Ref<const Credentials> other = task->share_credentials();
    bool is_same = own.real_uid == other->effective_uid && own.real_uid == other->saved_uid &&
                   own.real_uid == other->real_uid && own.real_gid == other->effective_gid &&
                   own.real_gid == other->saved_gid && own.real_gid == other->real_gid;
    if (!is_same && !own.has(Capability::SysResource)) return Error(Errno::EPERM);
    return process;
}

Result<void> change_limit(Process& process, Resource resource, ResourceLimit wanted) {
    if (wanted.soft > wanted.hard) return Error(Errno::EINVAL);
    if (resource == Resource::OpenFiles && wanted.hard > kMaximumOpenFiles) return Error(Errno::EPERM);
    ResourceLimit old = process.limits.get(resource);
    if (wanted.hard > old.hard && !current_has(Capability::SysResource)) return Error(Errno::EPERM);
    process.limits.set(resource, wanted);
    if (resource == Resource::Cpu) process.timers.cpu_limit_changed();
    return {};
}

} // namespace

Result<void> sys_prlimit64(int process_id, u32 resource, UserPtr<const ResourceLimit> limit,
                           UserPtr<ResourceLimit> old) {
    if (resource >= kResourceCount) return Error(Errno::EINVAL);
    ResourceLimit wanted = {};
    if (limit) wanted = TRY(limit.load());
    Ref<Process> process = TRY(limit_target(process_id));
    ResourceLimit before = process->limits.get(static_cast<Resource>(resource));
    if (limit) TRY(change_limit(*process, static_cast<Resource>(resource), wanted));
    if (old) TRY(old.store(before));
    return {};
}

Result<void> sys_getrlimit(u32 resource, UserPtr<ResourceLimit> limit) {
    if (resource >= kResourceCount) return Error(Errno::EINVAL);
    return limit.store(current_process().limits.get(static_cast<Resource>(resource)));
}

Result<void> sys_setrlimit(u32 resource, UserPtr<const ResourceLimit> limit) {
    ResourceLimit wanted = TRY(limit.load());
    if (resource >= kResourceCount) return Error(Errno::EINVAL);
    return change_limit(current_process(), static_cast<Resource>(resource), wanted);
}

Result<void> sys_getrusage(int who, UserPtr<abi::ResourceUsage> to) {
    enum { kSelf = 0, kChildren = -1, kThread = 1 };
    Process& process = current_process();
    ResourceUsage usage;
    switch (who) {
    case kSelf: usage = process.usage(); break;
    case kChildren: {
        IrqLockGuard guard(process_tree_lock);
        usage = process.children_usage;
        break;
    }
    case kThread: usage.add(current_task()); break;
    default: return Error(Errno::EINVAL);
    }
    if (who != kChildren)
        usage.peak_resident_pages =
            std::max(usage.peak_resident_pages, current_task().address_space()->sizes().peak_resident_pages);
    return to.store(to_user_usage(usage));
}

Result<i64> sys_times(UserPtr<abi::ProcessTimes> times) {
    if (times) {
        Process& process = current_process();
        abi::ProcessTimes shown;
        {
            IrqLockGuard guard(process_tree_lock);
            ResourceUsage usage = process.usage_locked();
            shown = {.user = static_cast<i64>(usage.user_time_ns / abi::kClockTickNs),
                     .system = static_cast<i64>(usage.system_time_ns / abi::kClockTickNs),
                     .children_user = static_cast<i64>(process.children_usage.user_time_ns / abi::kClockTickNs),
                     .children_system = static_cast<i64>(process.children_usage.system_time_ns / abi::kClockTickNs)};
        }
        TRY(times.store(shown));
    }
    return static_cast<i64>(monotonic_ns() / abi::kClockTickNs);
}

namespace {

Result<void> change_nice(Task& task, int nice) {
    const Credentials& own = current_task().credentials();
    Ref<const Credentials> other = task.share_credentials();
    bool is_own = own.effective_uid == other->real_uid || own.effective_uid == other->effective_uid;
    if (!is_own && !own.has(Capability::SysNice)) return Error(Errno::EPERM);
    if (nice < task.nice() && !own.has(Capability::SysNice)) {
        // RLIMIT_NICE counts from 1 (nice 19) to 40 (nice -20).
        if (static_cast<u64>(20 - nice) > task.process().limits.soft(Resource::Nice)) return Error(Errno::EACCES);
    }
    SchedulingParameters parameters = task.scheduling();
    parameters.nice = nice;
    Scheduler::set_parameters(task, parameters);
    return {};
}

} // namespace

/// The raw call answers 40 … 1 for nice -20 … 19, so that it is never negative.
Result<int> sys_getpriority(int which, int who) {
    if (which < 0 || which > 2) return Error(Errno::EINVAL);
    int best = 0;
    IrqLockGuard guard(process_tree_lock);
    for_each_selected(static_cast<TaskSelection>(which), who,
                      [&best](Task& task) { best = std::max(best, 20 - task.nice()); });
    if (best == 0) return Error(Errno::ESRCH);
    return best;
}

Result<void> sys_setpriority(int which, int who, int nice) {
    if (which < 0 || which > 2) return Error(Errno::EINVAL);
    nice = std::clamp(nice, -20, 19);
    Result<void> result = Error(Errno::ESRCH);
    IrqLockGuard guard(process_tree_lock);
    for_each_selected(static_cast<TaskSelection>(which), who, [&result, nice](Task& task) {
        Result<void> changed = change_nice(task, nice);
        if (!changed) result = changed;
        else if (!result && result.error() == Errno::ESRCH) result = {};
    });
    return result;
}

} // namespace martlet
