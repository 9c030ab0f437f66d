// martlet.preempt_every_ns=N: asks for a switch every N nanoseconds, so that tests meet every interleaving of threads.
#include "arch/cpu.h"
#include "base/init.h"
#include "base/log.h"
#include "boot/command_line.h"
#include "boot/command_line_parser.h"
#include "time/clock.h"
#include "time/timer.h"

namespace martlet {
namespace {

inline constexpr u64 kShortestPeriodNs = 1'000;
u64 g_period_ns = 0;

void ask_for_switch(Timer& timer, void*) {
    this_cpu().need_resched.store(true, std::memory_order_relaxed);
    timer.arm(monotonic_ns() + g_period_ns);
}
Timer g_timer{ask_for_switch, nullptr};

void start_preemption_stress() {
    std::optional<std::string_view> option = command_line_option("martlet.preempt_every_ns");
    if (!option) return;
    std::optional<u64> period_ns = parse_number(*option);
    if (!period_ns || *period_ns < kShortestPeriodNs) {
        log_warning("martlet.preempt_every_ns needs a number of at least %llu",
                    static_cast<unsigned long long>(kShortestPeriodNs));
        return;
    }
    g_period_ns = *period_ns;
    g_timer.arm(monotonic_ns() + g_period_ns);
    log_notice("preemption stress: a switch every %llu ns", static_cast<unsigned long long>(g_period_ns));
}
INIT_TASK(Processor, start_preemption_stress);

} // namespace
} // namespace martlet
