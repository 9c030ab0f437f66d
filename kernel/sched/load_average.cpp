// Load averages as in uptime(1): exponentially damped means of the number of active threads over 1, 5 and 15 minutes,
// sampled every five seconds. Updates are lazy: whoever comes first after the time does them, and periods that passed
// while every CPU slept count as idle.
#include "sched/damped_mean.h"
#include "sched/scheduler.h"
#include "sync/spinlock.h"
#include "time/clock.h"

namespace martlet {
namespace {

constexpr u64 kPeriodNs = 5 * kNanosecondsPerSecond;
constexpr u64 kDecay[3] = {1884, 2014, 2037}; // 2048 * exp(-5 s / 1, 5, 15 min)

SpinLock g_lock{LockRank::Leaf};
u64 g_averages[3] GUARDED_BY(g_lock);
u64 g_next_update_ns GUARDED_BY(g_lock) = kPeriodNs;

} // namespace

void update_load_average() {
    u64 now_ns = monotonic_ns();
    IrqLockGuard guard(g_lock);
    u64 periods = take_ended_periods(now_ns, g_next_update_ns, kPeriodNs);
    if (periods == 0) return;
    u64 active = Scheduler::runnable_count();
    for (int index = 0; index < 3; ++index) {
        for (u64 idle = 1; idle < periods && g_averages[index] != 0; ++idle)
            g_averages[index] = damped(g_averages[index], kDecay[index], 0);
        g_averages[index] = damped(g_averages[index], kDecay[index], active);
    }
}

void Scheduler::load_average(u64 averages[3]) {
    update_load_average();
    IrqLockGuard guard(g_lock);
    for (int index = 0; index < 3; ++index) averages[index] = g_averages[index];
}

} // namespace martlet
