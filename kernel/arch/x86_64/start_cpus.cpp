// Bringing up the other processors (Intel SDM 3A 8.4.4): INIT and STARTUP to each, all at once.
//
// Each takes the next prepared Cpu block (a ticket in ap_start.S), sets itself up and reports its APIC id. The boot
// processor then gives ids, in the firmware's order, to those that have come, and lets them go; one that comes too late
// finds no place and stops. So ids are dense and the same at each boot.
#include <algorithm>
#include <array>

#include "arch/page_table.h"
#include "arch/smp.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/cpu_features.h"
#include "arch/x86_64/descriptor_tables.h"
#include "arch/x86_64/fpu.h"
#include "arch/x86_64/local_apic.h"
#include "arch/x86_64/machine_check.h"
#include "arch/x86_64/registers.h"
#include "arch/x86_64/start_cpus.h"
#include "base/assert.h"
#include "base/log.h"
#include "boot/boot_info.h"
#include "boot/command_line.h"
#include "boot/command_line_parser.h"
#include "mm/frame.h"
#include "mm/init.h"
#include "sched/scheduler.h"
#include "sched/thread.h"
#include "time/clock.h"

namespace martlet {
namespace {

enum class Progress : u8 { Absent, Arrived, Released, Refused, Online };

/// One processor to be started: its block, and how far it has come. The processor itself says Arrived and
/// Online, the boot processor Released and Refused.
struct Candidate {
    Cpu cpu{};
    std::atomic<Progress> progress = Progress::Absent;
};

Candidate* g_candidates[kMaxCpus];
u32 g_candidate_count = 0;
u32 g_wanted_ids[kMaxCpus]; // APIC ids, as the firmware lists them
u32 g_wanted_count = 0;
u8* g_trampoline = nullptr;
std::array<u8, 256> g_trampoline_saved;

extern "C" {
extern const u8 ap_trampoline[], ap_trampoline_end[];
/// What ap_start.S works with: the number of the next processor to arrive, the limit, the blocks and the page table.
std::atomic<u32> ap_next_ticket = 0;
u32 ap_ticket_count = 0;
Cpu* ap_blocks[kMaxCpus];
u64 ap_page_table = 0;
}

/// From the options and the firmware's list.
void choose_cpus() {
    u64 limit = kMaxCpus;
    if (auto option = command_line_option("maxcpus"))
        if (std::optional<u64> number = parse_number(*option)) limit = std::max<u64>(*number, 1);
    if (command_line_option("nosmp")) limit = 1;
    const AcpiInfo& acpi = acpi_info();
    u32 own_id = this_cpu().apic_id;
    u32 left_out = 0;
    for (u32 apic_id : std::span(acpi.cpu_apic_ids, acpi.cpu_count)) {
        if (apic_id == own_id || std::ranges::find(g_wanted_ids, g_wanted_ids + g_wanted_count, apic_id) !=
                                     g_wanted_ids + g_wanted_count)
            continue;
        if (g_wanted_count + 1 >= std::min<u64>(limit, kMaxCpus) || !local_apic_can_address(apic_id)) ++left_out;
        else g_wanted_ids[g_wanted_count++] = apic_id;
    }
    if (left_out != 0 && limit >= kMaxCpus) log_warning("processors: %u more than can be used are left out", left_out);
}

/// A page below 64 KiB, which mm never hands out, that the firmware's map calls usable.
u8* find_trampoline_page() {
    constexpr u64 kFirst = kPageSize, kLimit = 64 * kKiB;
    for (const MemoryRange& range : boot_info().memory) {
        if (range.kind != MemoryKind::Usable) continue;
        u64 last = std::min(range.base + range.size, kLimit);
        u64 page = page_align_down(last) - kPageSize;
        if (last >= 2 * kPageSize && page >= std::max(range.base, kFirst)) return static_cast<u8*>(direct_map({page}));
    }
    return nullptr;
}

Result<Candidate*> make_candidate() {
    Own<Candidate> candidate = TRY(make_own<Candidate>());
    candidate->cpu.self = &candidate->cpu;
    TRY(make_descriptor_tables(candidate->cpu));
    candidate->cpu.kernel_stack_top = TRY(allocate_kernel_stack()) + kKernelStackSize;
    return candidate.release();
}

void make_candidates() {
    for (u32 index = 0; index < g_wanted_count; ++index) {
        Result<Candidate*> candidate = make_candidate();
        if (!candidate) {
            log_warning("processors: no memory for all of them");
            return;
        }
        g_candidates[g_candidate_count] = *candidate;
        ap_blocks[g_candidate_count++] = &(*candidate)->cpu;
    }
}

void wait_us(u64 microseconds) {
    u64 end_ns = monotonic_ns() + microseconds * 1000;
    while (monotonic_ns() < end_ns) cpu_relax();
}

/// Processors since the P6 need no pause after INIT; the first Pentium 4 and unknown makes get the specified one.
u64 init_pause_us() {
    u32 family = cpuid(1).eax >> 8 & 0xf;
    bool is_modern = (g_cpu_features.is_intel && family == 6) || (g_cpu_features.is_amd && family == 15) ||
                     g_cpu_features.under_hypervisor;
    return is_modern ? 0 : 10'000;
}

template <typename Send> void send_to_all(Send send) {
    for (u32 index = 0; index < g_wanted_count; ++index) send(g_wanted_ids[index]);
}

u32 arrived_count() { return std::min(ap_next_ticket.load(std::memory_order_relaxed), g_candidate_count); }

Candidate* find_arrived(u32 apic_id) {
    for (Candidate* candidate : std::span(g_candidates, g_candidate_count))
        if (candidate->progress.load(std::memory_order_acquire) == Progress::Arrived &&
            candidate->cpu.apic_id == apic_id)
            return candidate;
    return nullptr;
}

/// Until `done` or until nothing has come forward for a second.
template <typename Count> void wait_for_count(Count count, u32 wanted) {
    u64 since_ns = monotonic_ns();
    for (u32 seen = count(); seen < wanted && monotonic_ns() - since_ns < kNanosecondsPerSecond; cpu_relax()) {
        if (u32 now = count(); now != seen) {
            seen = now;
            since_ns = monotonic_ns();
        }
    }
}

u32 count_in(Progress progress) {
    return static_cast<u32>(
        std::ranges::count_if(std::span(g_candidates, g_candidate_count), [progress](Candidate* candidate) {
            return candidate->progress.load(std::memory_order_acquire) == progress;
        }));
}

/// From ap_start.S, on the block's stack, with the kernel's page table and GS base.
extern "C" [[noreturn]] void ap_main(Cpu& cpu) {
    Candidate& self = *g_candidates[std::ranges::find(ap_blocks, &cpu) - ap_blocks];
    page_attributes_init_cpu();
    load_descriptor_tables();
    enable_cpu_features();
    fpu_init_cpu();
    machine_check_init_cpu();
    local_apic_init_cpu();
    Progress expected = Progress::Absent;
    if (!self.progress.compare_exchange_strong(expected, Progress::Arrived, std::memory_order_acq_rel)) cpu_stop();
    Progress progress;
    while ((progress = self.progress.load(std::memory_order_acquire)) == Progress::Arrived) cpu_relax();
    if (progress == Progress::Refused) cpu_stop();
    publish_cpu_number();
    local_apic_timer_init_cpu();
    Scheduler::init_this_cpu();
    self.progress.store(Progress::Online, std::memory_order_release);
    irq_enable();
    Scheduler::idle();
}

} // namespace

void start_other_cpus() {
    choose_cpus();
    if (g_wanted_count == 0) return;
    g_trampoline = find_trampoline_page();
    if (!g_trampoline) {
        log_warning("processors: no memory below 64 KiB to start the others with");
        g_wanted_count = 0;
        return;
    }
    make_candidates();
    ap_ticket_count = g_candidate_count;
    ap_page_table = kernel_page_table_root();
    usize size = static_cast<usize>(ap_trampoline_end - ap_trampoline);
    ASSERT(size <= g_trampoline_saved.size());
    std::copy_n(g_trampoline, size, g_trampoline_saved.begin());
    std::copy_n(ap_trampoline, size, g_trampoline);

    constexpr u64 kStartupPauseUs = 10;
    u8 page = static_cast<u8>(direct_map_to_physical(g_trampoline).value >> kPageShift);
    send_to_all(local_apic_send_init);
    wait_us(init_pause_us());
    send_to_all([page](u32 apic_id) { local_apic_send_startup(apic_id, page); });
    wait_us(kStartupPauseUs);
    // The second one only where the first may have been missed: a running processor ignores it, but it costs.
    if (arrived_count() < g_candidate_count)
        send_to_all([page](u32 apic_id) { local_apic_send_startup(apic_id, page); });
}

void finish_starting_cpus() {
    if (g_wanted_count == 0) return;
    wait_for_count([] { return count_in(Progress::Arrived); }, g_candidate_count);
    Cpu* cpus[kMaxCpus];
    Candidate* released[kMaxCpus];
    u32 count = 0;
    for (u32 apic_id : std::span(g_wanted_ids, g_wanted_count)) {
        Candidate* candidate = find_arrived(apic_id);
        if (candidate && init_memory_for_cpu(count + 1)) {
            candidate->cpu.id = count + 1;
            released[count] = candidate;
            cpus[count++] = &candidate->cpu;
        } else {
            log_warning("processors: the one with APIC id %u does not start; it is left out", apic_id);
        }
    }
    publish_cpus({cpus, count});
    for (Candidate* candidate : std::span(released, count))
        candidate->progress.store(Progress::Released, std::memory_order_release);
    // Late ones, and ones that the firmware does not list, find that they are not wanted.
    for (Candidate* candidate : std::span(g_candidates, g_candidate_count)) {
        for (Progress seen : {Progress::Absent, Progress::Arrived})
            candidate->progress.compare_exchange_strong(seen, Progress::Refused, std::memory_order_acq_rel);
    }
    wait_for_count([] { return count_in(Progress::Online); }, count);
    if (count_in(Progress::Online) != count) panic("a processor stopped while it was starting");
    set_online_cpu_count(count + 1);
    if (arrived_count() == g_candidate_count)
        std::copy_n(g_trampoline_saved.begin(), static_cast<usize>(ap_trampoline_end - ap_trampoline), g_trampoline);
    log_info("processors: %u of %u in use", count + 1, g_wanted_count + 1);
}

} // namespace martlet
