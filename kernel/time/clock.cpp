// The monotonic clock is a counter plus a base; the realtime clock is the monotonic one plus an offset.
//
// The counter's first calibration takes microseconds; a timer measures it again over a longer time and the clock goes on
// from where it is at the better rate. Counters narrower than 64 bits are folded in by that timer before they wrap.
// Locking: a sequence lock around the parameters: readers never wait in the usual case and take no lock.
#include "time/clock.h"

#include <atomic>

#include "arch/cpu.h"
#include "arch/start.h"
#include "base/log.h"
#include "sync/spinlock.h"
#include "time/cycle_conversion.h"
#include "time/timer.h"

namespace martlet {
namespace {

/// What turns a counter value into time. Written under g_lock with g_sequence odd meanwhile.
struct Rate {
    u64 base_cycles = 0;
    u64 base_ns = 0;
    CycleConversion conversion;
};

CycleClock g_counter{};
SpinLock g_lock{LockRank::Leaf};
std::atomic<u32> g_sequence = 0;
Rate g_rate;
std::atomic<u64> g_realtime_offset_ns = 0;

u64 read_with(const Rate& rate) {
    return rate.base_ns + rate.conversion.to_ns((g_counter.read() - rate.base_cycles) & g_counter.mask);
}

/// Moves the base to now, at the given rate.
void rebase(const CycleConversion& conversion) {
    IrqLockGuard guard(g_lock);
    u64 cycles = g_counter.read();
    u64 ns = g_rate.base_ns + g_rate.conversion.to_ns((cycles - g_rate.base_cycles) & g_counter.mask);
    g_sequence.fetch_add(1, std::memory_order_acq_rel);
    g_rate = {cycles, ns, conversion};
    g_sequence.fetch_add(1, std::memory_order_release);
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
            log_debug("clock: %s runs at %llu kHz", g_counter.name, static_cast<unsigned long long>(frequency_hz / 1000));
        }
    }
    rebase(CycleConversion(g_counter.frequency_hz));
    timer.arm(monotonic_ns() + maintenance_period_ns());
}

} // namespace

void clock_init() {
    g_counter = find_cycle_clock();
    g_rate = {g_counter.start, 0, CycleConversion(g_counter.frequency_hz)};
    g_realtime_offset_ns = read_battery_clock() * kNanosecondsPerSecond;
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
    for (;;) {
        u32 before = g_sequence.load(std::memory_order_acquire);
        u64 ns = read_with(g_rate);
        std::atomic_thread_fence(std::memory_order_acquire);
        if ((before & 1) == 0 && g_sequence.load(std::memory_order_relaxed) == before) [[likely]]
            return ns;
        cpu_relax();
    }
}

u64 realtime_ns() { return monotonic_ns() + g_realtime_offset_ns.load(std::memory_order_relaxed); }

void set_realtime_ns(u64 since_epoch_ns) {
    g_realtime_offset_ns.store(since_epoch_ns - monotonic_ns(), std::memory_order_relaxed);
}

u64 clock_resolution_ns() { return 1; }

} // namespace martlet
