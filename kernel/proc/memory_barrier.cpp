#include "proc/memory_barrier.h"

#include <atomic>

#include "arch/smp.h"
#include "mm/address_space.h"
#include "proc/task.h"

namespace martlet {

namespace {

u32 bit(BarrierKind kind) { return 1u << static_cast<u32>(kind); }

/// On each CPU, from an interrupt, whose IRET also makes the processor fetch changed code anew (Intel SDM 3A 8.1.3).
void run_barrier(void* kind) {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (*static_cast<BarrierKind*>(kind) != BarrierKind::RestartSequences) return;
    Task* task = current_task_or_null();
    if (task && task->rseq.area != 0) task->set_work(ThreadWork::Notify);
}

void run_on(CpuMask cpus, BarrierKind kind) {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (cpus != 0) call_on_cpus(cpus, run_barrier, &kind);
}

CpuMask other_cpus() {
    PreemptGuard guard;
    return online_cpus() & ~cpu_bit(this_cpu().id);
}

} // namespace

void memory_barrier_everywhere() { run_on(other_cpus(), BarrierKind::Memory); }

void register_private_memory_barrier(BarrierKind kind) {
    current_task().address_space()->barrier_registrations.fetch_or(bit(kind));
}

/// Every other CPU is reached, whatever it runs: which ones run this memory may change at any moment.
Result<void> private_memory_barrier(BarrierKind kind, std::optional<int> only_cpu) {
    if (!(current_task().address_space()->barrier_registrations.load() & bit(kind))) return Error(Errno::EPERM);
    if (!only_cpu) run_on(kind == BarrierKind::RestartSequences ? online_cpus() : other_cpus(), kind);
    else if (*only_cpu >= 0 && static_cast<u32>(*only_cpu) < online_cpu_count())
        run_on(cpu_bit(static_cast<u32>(*only_cpu)), kind);
    return {};
}

} // namespace martlet
