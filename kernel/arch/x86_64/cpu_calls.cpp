// arch/smp.h: calls between processors, and stopping them.
//
// A CPU has one call under way at a time, in its own slot; it marks itself in `callers` of each CPU that is
// to run it. The mark, not the interrupt, says what is to be done: one interrupt may serve several callers.
#include "arch/smp.h"

#include "arch/x86_64/cpu_calls.h"
#include "arch/x86_64/local_apic.h"
#include "arch/x86_64/traps.h"
#include "base/assert.h"
#include "sync/preempt.h"
#include "time/clock.h"

namespace martlet {
namespace {

struct alignas(64) Call {
    void (*function)(void*);
    void* context;
    std::atomic<CpuMask> pending;
};
Call g_calls[kMaxCpus];

std::atomic<bool> g_is_stopping = false;
std::atomic<CpuMask> g_stopped = 0;

template <typename Visit> void for_each_cpu(CpuMask cpus, Visit visit) {
    for (; cpus != 0; cpus &= cpus - 1) visit(static_cast<u32>(__builtin_ctzll(cpus)));
}

} // namespace

void run_cpu_calls() {
    Cpu& cpu = this_cpu();
    for_each_cpu(cpu.callers.exchange(0, std::memory_order_acq_rel), [&](u32 caller) {
        Call& call = g_calls[caller];
        call.function(call.context);
        call.pending.fetch_and(~cpu_bit(cpu.id), std::memory_order_release);
    });
}

void call_on_cpus(CpuMask cpus, void (*function)(void*), void* context) {
    might_sleep();
    PreemptGuard guard;
    CpuMask self = cpu_bit(this_cpu().id);
    CpuMask others = cpus & ~self & online_cpus();
    Call& call = g_calls[this_cpu().id];
    if (others != 0) {
        call.function = function;
        call.context = context;
        call.pending.store(others, std::memory_order_relaxed);
        for_each_cpu(others, [&](u32 id) {
            Cpu& target = cpu_by_id(id);
            if (target.callers.fetch_or(self, std::memory_order_acq_rel) == 0)
                local_apic_send(target.apic_id, kVectorCall);
        });
    }
    if (cpus & self) {
        u64 state = irq_save();
        function(context);
        irq_restore(state);
    }
    while (others != 0 && call.pending.load(std::memory_order_acquire) != 0) cpu_relax();
}

void stop_other_cpus() {
    constexpr u64 kPatienceNs = 10 * kNanosecondsPerMillisecond;
    CpuMask others = online_cpus() & ~cpu_bit(this_cpu().id);
    if (others == 0 || g_is_stopping.exchange(true, std::memory_order_acq_rel)) return;
    for_each_cpu(others, [](u32 id) { local_apic_send_nmi(cpu_by_id(id).apic_id); });
    u64 start_ns = monotonic_ns();
    while ((g_stopped.load(std::memory_order_acquire) & others) != others &&
           monotonic_ns() - start_ns < kPatienceNs)
        cpu_relax();
}

void stop_if_asked() {
    if (!g_is_stopping.load(std::memory_order_acquire)) return;
    g_stopped.fetch_or(cpu_bit(this_cpu().id), std::memory_order_release);
    cpu_stop();
}

} // namespace martlet
