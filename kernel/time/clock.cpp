// The monotonic clock is a counter plus a base; the realtime clock is the monotonic one plus an offset.
//
// The counter's first calibration takes microseconds; a timer measures it again over a longer time and the
// clock goes on from where it is at the better rate. Counters narrower than 64 bits are folded in by that
// timer before they wrap. Locking: a sequence lock around the parameters: readers never wait in the usual
// case and take no lock. They are in the page that the vDSO reads too (time/vdso_data.h).
#include "time/clock.h"

#include <atomic>

#include "arch/cpu.h"
#include "arch/start.h"
#include "base/log.h"
#include "sync/wait_queue.h"
#include "time/timer.h"
#include "time/vdso_data.h"

namespace martlet {

constinit VdsoPage g_vdso_page;

namespace {

CycleClock g_counter{};
SpinLock g_lock{LockRank::Leaf}; // held to change the parameters
VdsoData& g_clock = g_vdso_page.data;
WaitQueue g_step_queue{LockRank::ClockStep};

/// Moves the base to now, at the given rate.
void rebase(const CycleConversion& conversion) {
    IrqLockGuard guard(g_lock);
    u64 cycles = g_counter.read();
    u64 ns = g_clock.ns_at(cycles, g_counter.mask);
    g_clock.sequence.fetch_add(1, std::memory_order_acq_rel);
    g_clock.base_cycles = cycles;
    g_clock.base_ns = ns;
    g_clock.conversion = conversion;
    g_clock.sequence.fetch_add(1, std::memory_order_release);
}

void maintain(Timer& timer, void*);
Timer g_maintenance{maintain, nullptr};

/// How long the counter may run without being folded in: half its range, and no overflow of the conversion.
u64 maintenance_period_ns() {
    CycleConversion conversion(g_counter.frequency_hz);
    u64 half = g_counter.mask == ~0ull ? ~0ull >> 8 : g_counter.mask / 2;
    return conversion.to_ns(half);
}

void maintain(Timer& timer, void*) {
    static bool is_refined = false;
    u64 frequency_hz = 0;
    if (!is_refined) {
        is_refined = true;
        frequency_hz = refine_cycle_clock();
        if (frequency_hz != 0) {
            g_counter.frequency_hz = frequency_hz;
            log_debug("clock: %s runs at %llu kHz", g_counter.name,
                      static_cast<unsigned long long>(frequency_hz / 1000));
        }
    }
    rebase(CycleConversion(g_counter.frequency_hz));
    timer.arm(monotonic_ns() + maintenance_period_ns());
}

} // namespace

void clock_init() {
    g_counter = find_cycle_clock();
    g_clock.base_cycles = g_counter.start;
    g_clock.conversion = CycleConversion(g_counter.frequency_hz);
    g_clock.is_counter_readable = g_counter.is_user_readable;
    g_clock.realtime_offset_ns = read_battery_clock() * kNanosecondsPerSecond;
    log_info("clock: %s at %llu kHz", g_counter.name, static_cast<unsigned long long>(g_counter.frequency_hz / 1000));
    // Under instruction counting this tells where the kernel began (scripts/bench).
    log_debug("clock: kernel entry at cycle %llu", static_cast<unsigned long long>(g_counter.start));
}

void start_clock_maintenance() {
    u64 first_ns = g_counter.needs_refinement ? 100 * kNanosecondsPerMillisecond : maintenance_period_ns();
    u64 period_ns = maintenance_period_ns();
    g_maintenance.arm(monotonic_ns() + (first_ns < period_ns ? first_ns : period_ns));
}

u64 monotonic_ns() {
    if (!g_counter.read) [[unlikely]]
        return 0;
    return g_clock.read_consistently([] { return g_clock.ns_at(g_counter.read(), g_counter.mask); });
}

u64 realtime_ns() { return monotonic_ns() + g_clock.realtime_offset_ns.load(std::memory_order_relaxed); }

void set_realtime_ns(u64 since_epoch_ns) {
    g_clock.realtime_offset_ns.store(since_epoch_ns - monotonic_ns(), std::memory_order_relaxed);
    g_step_queue.wake_all();
}

WaitQueue& clock_step_queue() { return g_step_queue; }

u64 clock_resolution_ns() { return kClockResolutionNs; }

} // namespace martlet
