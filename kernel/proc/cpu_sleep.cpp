#include "proc/cpu_sleep.h"

#include "proc/process.h"
#include "sched/scheduler.h"
#include "sync/wait_queue.h"

namespace martlet {

namespace {

class SleepTimer final : public CpuTimer {
public:
    void cpu_time_reached() override {
        is_over_.store(true, std::memory_order_release);
        event_.wake_all();
    }
    Result<void> wait() {
        return event_.wait([this] { return is_over_.load(std::memory_order_acquire); });
    }

private:
    std::atomic<bool> is_over_ = false;
    WaitQueue event_;
};

} // namespace

Result<void> sleep_until_cpu_time(const CpuClock& clock, u64 target_ns) {
    if (clock.now_ns() >= target_ns) return {};
    Ref<SleepTimer> timer = TRY(make_ref<SleepTimer>());
    clock.process->cpu_timers.arm(*timer, clock, target_ns);
    Result<void> waited = timer->wait();
    clock.process->cpu_timers.disarm(*timer);
    return waited;
}

} // namespace martlet
