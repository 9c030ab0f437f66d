// Averages are brought up to date lazily, as the load average's are: by the tick, and by whoever reads them.
#include "sched/pressure.h"

#include <atomic>

#include "sched/damped_mean.h"
#include "sched/scheduler.h"
#include "sync/spinlock.h"
#include "time/clock.h"

namespace martlet {
namespace {

constexpr u64 kPeriodNs = 2 * kNanosecondsPerSecond;
constexpr u64 kDecay[3] = {1677, 1981, 2034}; // 2048 * exp(-2 s / 10, 60, 300 s)

struct Line {
    std::atomic<u64> total_ns = 0;
    u64 total_before_ns = 0; // at the last update
    u64 averages[3] = {};
};
struct Lines {
    Line some, full;
};

SpinLock g_lock{LockRank::Leaf};
Lines g_lines[static_cast<u32>(PressureKind::Count)]; // all but the totals under g_lock
u64 g_next_update_ns GUARDED_BY(g_lock) = kPeriodNs;
std::atomic<u32> g_memory_waiters;
std::atomic<u64> g_memory_since_ns;

Lines& lines_of(PressureKind kind) { return g_lines[static_cast<u32>(kind)]; }

void update(Line& line, u64 periods) REQUIRES(g_lock) {
    u64 total_ns = line.total_ns.load(std::memory_order_relaxed);
    u64 percent = (total_ns - line.total_before_ns) * 100 / (periods * kPeriodNs);
    line.total_before_ns = total_ns;
    if (percent > 100) percent = 100;
    for (int index = 0; index < 3; ++index) {
        u64& average = line.averages[index];
        for (u64 period = 0; period < periods && (average != 0 || percent != 0); ++period) {
            u64 next = damped(average, kDecay[index], percent);
            if (next == average) break;
            average = next;
        }
    }
}

Pressure reading_of(const Line& line) REQUIRES(g_lock) {
    return {{line.averages[0], line.averages[1], line.averages[2]}, line.total_ns.load(std::memory_order_relaxed)};
}

} // namespace

void update_pressure() {
    u64 now_ns = monotonic_ns();
    IrqLockGuard guard(g_lock);
    u64 periods = take_ended_periods(now_ns, g_next_update_ns, kPeriodNs);
    if (periods == 0) return;
    for (Lines& lines : g_lines) {
        update(lines.some, periods);
        update(lines.full, periods);
    }
}

PressureLines pressure(PressureKind kind) {
    update_pressure();
    IrqLockGuard guard(g_lock);
    return {reading_of(lines_of(kind).some), reading_of(lines_of(kind).full)};
}

void note_waiting_for_cpu(u64 ns, u32 working_cpus) {
    lines_of(PressureKind::Cpu)
        .some.total_ns.fetch_add(ns / (working_cpus != 0 ? working_cpus : 1), std::memory_order_relaxed);
}

MemoryStall::MemoryStall() {
    if (g_memory_waiters.fetch_add(1, std::memory_order_acq_rel) == 0)
        g_memory_since_ns.store(monotonic_ns(), std::memory_order_relaxed);
}

MemoryStall::~MemoryStall() {
    u32 waiters = g_memory_waiters.load(std::memory_order_relaxed);
    u64 since_ns = g_memory_since_ns.load(std::memory_order_relaxed);
    if (g_memory_waiters.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    u64 waited_ns = monotonic_ns() - since_ns;
    Lines& lines = lines_of(PressureKind::Memory);
    lines.some.total_ns.fetch_add(waited_ns, std::memory_order_relaxed);
    if (Scheduler::runnable_count() <= waiters) lines.full.total_ns.fetch_add(waited_ns, std::memory_order_relaxed);
}

} // namespace martlet
