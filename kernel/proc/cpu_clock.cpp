#include "proc/cpu_clock.h"

#include "abi/time.h"
#include "proc/process.h"
#include "proc/process_info.h"
#include "proc/signal.h"

namespace martlet {

bool is_cpu_clock(int clock) {
    return clock < 0 || clock == abi::kClockProcessCpu || clock == abi::kClockThreadCpu;
}

Result<CpuClock> find_cpu_clock(int clock) {
    if (clock == abi::kClockProcessCpu) return CpuClock{Ref<Process>(current_process()), nullptr, CpuTimeKind::All};
    if (clock == abi::kClockThreadCpu)
        return CpuClock{Ref<Process>(current_process()), Ref<Task>(current_task()), CpuTimeKind::All};
    int id = ~(clock >> 3);
    bool is_thread = (clock & 4) != 0;
    int kind = clock & 3; // 0 all, 1 user, 2 the scheduler's, which is all
    if (kind == 3) return Error(Errno::EINVAL);
    CpuClock found;
    found.kind = kind == 1 ? CpuTimeKind::User : CpuTimeKind::All;
    if (is_thread) {
        found.task = id == 0 ? Ref<Task>(current_task()) : find_task(id);
        if (!found.task || &found.task->process() != &current_process()) return Error(Errno::EINVAL);
        found.process = Ref<Process>(current_process());
    } else {
        found.process = id == 0 ? Ref<Process>(current_process()) : find_process(id);
        if (!found.process) return Error(Errno::EINVAL);
    }
    return found;
}

u64 CpuClock::now_ns() const {
    if (task) return kind == CpuTimeKind::User ? task->cpu_time().user_ns : task->run_time_ns();
    ResourceUsage usage = process->usage();
    return usage.user_time_ns + (kind == CpuTimeKind::User ? 0 : usage.system_time_ns);
}

void CpuClockTimers::arm(CpuTimer& timer, const CpuClock& clock, u64 expiry_ns) {
    IrqLockGuard guard(lock_);
    if (is_closed_) return;
    timer.task_ = clock.task.get();
    timer.kind_ = clock.kind;
    timer.expiry_ns_ = expiry_ns;
    if (timer.node_.is_linked()) return;
    timer.acquire();
    timers_.push_back(timer);
    count_.fetch_add(1, std::memory_order_relaxed);
}

void CpuClockTimers::disarm(CpuTimer& timer) {
    Ref<CpuTimer> listed; // dropped without the lock
    IrqLockGuard guard(lock_);
    if (!timer.node_.is_linked()) return;
    timer.node_.unlink();
    count_.fetch_sub(1, std::memory_order_relaxed);
    listed = Ref<CpuTimer>::adopt(&timer);
}

Ref<CpuTimer> CpuClockTimers::take_expired(u64 all_ns, u64 user_ns) {
    IrqLockGuard guard(lock_);
    for (CpuTimer& timer : timers_) {
        u64 now_ns = timer.kind_ == CpuTimeKind::User ? user_ns : all_ns;
        if (timer.task_)
            now_ns = timer.kind_ == CpuTimeKind::User ? timer.task_->cpu_time().user_ns : timer.task_->run_time_ns();
        if (timer.expiry_ns_ > now_ns) continue;
        timer.node_.unlink();
        count_.fetch_sub(1, std::memory_order_relaxed);
        return Ref<CpuTimer>::adopt(&timer);
    }
    return nullptr;
}

void CpuClockTimers::check(Process& process) {
    if (is_empty()) return;
    ResourceUsage usage = process.usage();
    while (Ref<CpuTimer> timer = take_expired(usage.user_time_ns + usage.system_time_ns, usage.user_time_ns))
        timer->cpu_time_reached();
}

void CpuClockTimers::close() {
    for (;;) {
        Ref<CpuTimer> timer;
        {
            IrqLockGuard guard(lock_);
            is_closed_ = true;
            CpuTimer* first = timers_.pop_front();
            if (!first) return;
            timer = Ref<CpuTimer>::adopt(first);
            count_.fetch_sub(1, std::memory_order_relaxed);
        }
        timer->cpu_clock_ended();
    }
}

namespace {

/// RLIMIT_RTTIME, in microseconds, of the calling task.
void check_real_time(Process& process, Task& task) {
    if (task.scheduling().real_time_priority == 0) return;
    ResourceLimit limit = process.limits.get(Resource::RealtimeTime);
    if (limit.soft == kUnlimited && limit.hard == kUnlimited) return;
    RealTimeWatch& watch = task.real_time_watch;
    u64 run_time_ns = task.run_time_ns();
    if (watch.switches != task.voluntary_switches() || watch.start_ns == 0)
        watch = {.switches = task.voluntary_switches(), .start_ns = run_time_ns, .signalled_us = 0};
    u64 used_us = (run_time_ns - watch.start_ns) / 1000;
    if (limit.hard != kUnlimited && used_us >= limit.hard) {
        send_kernel_signal(process, kSigKill);
    } else if (limit.soft != kUnlimited && used_us >= limit.soft &&
               (watch.signalled_us == 0 || used_us >= watch.signalled_us + 1'000'000)) {
        watch.signalled_us = used_us;
        send_kernel_signal(process, kSigXcpu);
    }
}

} // namespace

void check_cpu_time(Process& process) {
    process.cpu_timers.check(process);
    process.timers.check_cpu_time();
    check_real_time(process, current_task());
}

} // namespace martlet
