// arch/interrupts.h: lines, their handlers and counts, and the interrupts of the kernel itself.
#include "arch/interrupts.h"

#include <atomic>

#include "arch/cpu.h"
#include "arch/start.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/cpu_calls.h"
#include "arch/x86_64/io_apic.h"
#include "arch/x86_64/local_apic.h"
#include "arch/x86_64/traps.h"
#include "base/log.h"
#include "debug/log_setup.h"
#include "sync/spinlock.h"
#include "time/timer.h"

namespace martlet {
namespace {

/// One registered line; published by storing `handler` last.
struct Line {
    const char* name;
    void* context;
    std::atomic<InterruptHandler> handler;
};
inline constexpr u32 kIsaLines = 16;
Line g_lines[kIsaLines];
SpinLock g_lock{LockRank::Device};
bool g_is_started = false;
std::atomic<bool> g_log_is_pending = false;

/// Counts of each CPU: the lines, then what has no line. Written by that CPU alone.
enum CountSlot : u32 { kCountTimer = kIsaLines, kCountReschedule, kCountCall, kCountLog, kCountSlots };
std::atomic<u64> g_counts[kMaxCpus][kCountSlots];

void count(u32 slot) {
    std::atomic<u64>& counter = g_counts[this_cpu().id][slot];
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

} // namespace

void start_interrupts() {
    legacy_pic_disable();
    local_apic_init_cpu();
    io_apic_init();
    local_apic_timer_init();
    g_is_started = true;
}

Result<void> register_isa_interrupt(u32 isa_irq, const char* name, InterruptHandler handler, void* context) {
    if (isa_irq >= kIsaLines) return Error(Errno::ENODEV);
    IrqLockGuard guard(g_lock);
    Line& line = g_lines[isa_irq];
    if (line.handler.load(std::memory_order_relaxed)) return Error(Errno::EBUSY);
    line.name = name;
    line.context = context;
    line.handler.store(handler, std::memory_order_release);

    u32 global_line = isa_irq;
    Polarity polarity = Polarity::High;
    Trigger trigger = Trigger::Edge;
    if (const AcpiInfo::IsaOverride& override = acpi_info().isa_overrides[isa_irq]; override.present) {
        global_line = override.line;
        if ((override.flags & 3) == 3) polarity = Polarity::Low;
        if ((override.flags >> 2 & 3) == 3) trigger = Trigger::Level;
    }
    if (!io_apic_route(global_line, kFirstLineVector + isa_irq, this_cpu().apic_id, polarity, trigger)) {
        line.handler.store(nullptr, std::memory_order_release);
        return Error(Errno::ENODEV);
    }
    return {};
}

void for_each_interrupt(void (*show)(void*, const InterruptRow&), void* context) {
    for (u32 index = 0; index < kIsaLines; ++index)
        if (g_lines[index].handler.load(std::memory_order_acquire))
            show(context, {nullptr, index, g_lines[index].name, index});
    show(context, {"LOC", 0, "Local timer interrupts", kCountTimer});
    show(context, {"IWI", 0, "IRQ work interrupts", kCountLog});
    show(context, {"RES", 0, "Rescheduling interrupts", kCountReschedule});
    show(context, {"CAL", 0, "Function call interrupts", kCountCall});
}

u64 interrupt_count(u32 cpu_id, u32 slot) { return g_counts[cpu_id][slot].load(std::memory_order_relaxed); }

void send_reschedule_interrupt(u32 cpu_id) { local_apic_send(cpu_by_id(cpu_id).apic_id, kVectorReschedule); }

bool send_log_interrupt() {
    if (!g_is_started) return false;
    if (!g_log_is_pending.exchange(true, std::memory_order_acq_rel)) local_apic_send_self(kVectorLog);
    return true;
}

void dispatch_interrupt(u32 vector) {
    if (vector >= kFirstLineVector && vector < kFirstLineVector + kIsaLines) {
        Line& line = g_lines[vector - kFirstLineVector];
        count(vector - kFirstLineVector);
        if (InterruptHandler handler = line.handler.load(std::memory_order_acquire)) handler(line.context);
        local_apic_end_of_interrupt();
        return;
    }
    switch (vector) {
    case kVectorTimer:
        count(kCountTimer);
        local_apic_end_of_interrupt();
        run_expired_timers();
        return;
    case kVectorReschedule: // need_resched is looked at on the way out
        count(kCountReschedule);
        local_apic_end_of_interrupt();
        return;
    case kVectorCall:
        count(kCountCall);
        local_apic_end_of_interrupt();
        run_cpu_calls();
        return;
    case kVectorLog:
        count(kCountLog);
        local_apic_end_of_interrupt();
        g_log_is_pending.store(false, std::memory_order_release);
        run_deferred_log_work();
        return;
    case kVectorApicError:
        local_apic_end_of_interrupt();
        log_warning("the local APIC reports an error");
        return;
    case kVectorSpurious: return; // neither in service nor acknowledged (Intel SDM 3A 11.9)
    default:
        // The masked PICs' spurious interrupts are not the local APIC's.
        if (vector >= kFirstLegacyVector + 16) local_apic_end_of_interrupt();
        return;
    }
}

} // namespace martlet
