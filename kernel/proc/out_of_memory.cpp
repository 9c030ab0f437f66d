// Choice: the process with the most pages in memory and in page tables, moved by oom_score_adj in thousandths of all
// memory. Init, and processes whose adjustment is -1000, are not chosen. A victim that is dying already gives its pages
// first; one whose pages were taken and who still does not go is passed over.
#include "proc/out_of_memory.h"

#include "base/assert.h"
#include "base/log.h"
#include "base/setting.h"
#include "mm/address_space.h"
#include "proc/process.h"
#include "proc/process_info.h"
#include "proc/signal.h"

namespace martlet {

namespace {

/// Panics instead of killing.
constinit Setting panic_on_oom("sys/vm/panic_on_oom", 0, 0, 2);
REGISTER_SETTING(panic_on_oom);

using ull = unsigned long long;
constexpr u32 kTableRows = 12;
constexpr u64 kPageKib = kPageSize / kKiB;

bool is_dying(Process& process) {
    IrqLockGuard guard(process.signals.lock);
    return process.signals.is_exiting;
}

u64 pages_of(const AddressSpace::Sizes& sizes) { return sizes.resident_pages + sizes.page_table_bytes / kPageSize; }

/// Pages that ending it would give, moved by its adjustment; nothing if it must not be chosen.
i64 badness(const Process& process, u64 pages) {
    int adjust = process.oom_adjust.load(std::memory_order_relaxed);
    if (process.is_init() || adjust == kOomAdjustMinimum) return 0;
    i64 points = static_cast<i64>(pages) + adjust * static_cast<i64>(total_memory_frames()) / 1000;
    return points > 0 ? points : 1;
}

struct Candidate {
    Ref<Process> process;
    Ref<AddressSpace> space;
    i64 points = 0;
};

/// The largest, of several the youngest; or, with `is_being_freed`, one that goes already and whose pages
/// have just been taken from it.
struct Choice {
    Candidate victim;
    bool is_being_freed = false;
};

Choice choose() {
    Choice choice;
    for (Ref<Process> process = next_process(2); process; process = next_process(process->id() + 1)) {
        Ref<AddressSpace> space = process_address_space(*process);
        if (!space || space->is_reaped()) continue;
        if (is_dying(*process)) {
            if (space->reap() > 0) return {.victim = {}, .is_being_freed = true};
            continue;
        }
        i64 points = badness(*process, pages_of(space->sizes()));
        if (points >= choice.victim.points && points > 0) choice.victim = {process, space, points};
    }
    return choice;
}

/// What memory is used for, and the processes in order of what they hold. No memory is allocated: each row is a search.
void log_table() {
    MemoryStatistics memory = memory_statistics();
    log_warning("out of memory: %llu KiB in all: %llu free, %llu anonymous, %llu page cache, %llu page "
                "tables, %llu kernel and heap",
                static_cast<ull>(memory.total_frames * kPageKib),
                static_cast<ull>(memory.free_frames * kPageKib),
                static_cast<ull>(memory.anonymous_frames * kPageKib),
                static_cast<ull>(memory.page_cache_frames * kPageKib),
                static_cast<ull>(memory.page_table_frames * kPageKib),
                static_cast<ull>((memory.kernel_frames + memory.heap_frames) * kPageKib));
    log_warning("    pid   uid total KiB   rss KiB  table KiB   adj name");
    u64 above = ~0ull; // rows come by falling pages; equals by rising number
    int above_id = 0;
    for (u32 row = 0; row < kTableRows; ++row) {
        Ref<Process> next;
        AddressSpace::Sizes next_sizes{};
        u64 most = 0;
        for (Ref<Process> process = next_process(1); process; process = next_process(process->id() + 1)) {
            Ref<AddressSpace> space = process_address_space(*process);
            if (!space) continue;
            AddressSpace::Sizes sizes = space->sizes();
            u64 pages = pages_of(sizes);
            bool is_shown = pages > above || (pages == above && process->id() <= above_id);
            if (is_shown || (next && pages <= most)) continue;
            next = process;
            next_sizes = sizes;
            most = pages;
        }
        if (!next) return;
        ProcessInfo info = process_info(*next);
        Ref<const Credentials> credentials = process_credentials(*next);
        log_warning("%7d %5u %9llu %9llu %10llu %5d %s", next->id(), credentials ? credentials->real_uid : 0,
                    static_cast<ull>(next_sizes.total_pages * kPageKib),
                    static_cast<ull>(next_sizes.resident_pages * kPageKib),
                    static_cast<ull>(next_sizes.page_table_bytes / kKiB),
                    static_cast<int>(next->oom_adjust.load(std::memory_order_relaxed)), info.name);
        above = most;
        above_id = next->id();
    }
}

/// In the words that log readers look for on Linux.
void log_victim(const Candidate& victim) {
    AddressSpace::Sizes sizes = victim.space->sizes();
    ProcessInfo info = process_info(*victim.process);
    Ref<const Credentials> credentials = process_credentials(*victim.process);
    log_error("Out of memory: Killed process %d (%s) total-vm:%llukB, anon-rss:%llukB, file-rss:%llukB, "
              "shmem-rss:0kB, UID:%u "
              "pgtables:%llukB oom_score_adj:%d",
              victim.process->id(), info.name, static_cast<ull>(sizes.total_pages * kPageKib),
              static_cast<ull>((sizes.resident_pages - sizes.shared_pages) * kPageKib),
              static_cast<ull>(sizes.shared_pages * kPageKib), credentials ? credentials->real_uid : 0,
              static_cast<ull>(sizes.page_table_bytes / kKiB),
              static_cast<int>(victim.process->oom_adjust.load(std::memory_order_relaxed)));
}

} // namespace

int oom_score(Process& process) {
    Ref<AddressSpace> space = process_address_space(process);
    if (!space || process.is_init()) return 0;
    int adjust = process.oom_adjust.load(std::memory_order_relaxed);
    if (adjust == kOomAdjustMinimum) return 0;
    i64 total = static_cast<i64>(total_memory_frames());
    i64 points = static_cast<i64>(pages_of(space->sizes())) + adjust * total / 1000;
    i64 score = (1000 + points * 1000 / total) * 2 / 3;
    return score > 0 ? static_cast<int>(score) : 0;
}

Result<void> set_oom_adjust(Process& process, int value) {
    if (value < kOomAdjustMinimum || value > kOomAdjustMaximum) return Error(Errno::EINVAL);
    bool may_lower = current_task().credentials().has(Capability::SysResource);
    if (!may_lower && value < process.oom_adjust_minimum.load(std::memory_order_relaxed)) return Error(Errno::EACCES);
    auto set = [&](Process& each) {
        each.oom_adjust.store(static_cast<i16>(value), std::memory_order_relaxed);
        if (may_lower) each.oom_adjust_minimum.store(static_cast<i16>(value), std::memory_order_relaxed);
    };
    set(process);
    Ref<AddressSpace> space = process_address_space(process);
    if (!space || space->reference_count() <= 2) return {};
    for (Ref<Process> each = next_process(2); each; each = next_process(each->id() + 1))
        if (each != &process && process_address_space(*each) == space) set(*each);
    return {};
}

bool kill_process_for_memory() {
    Choice choice = choose();
    if (choice.is_being_freed) return true;
    if (panic_on_oom.get() != 0) panic("out of memory, and vm.panic_on_oom is set");
    const Candidate& victim = choice.victim;
    if (!victim.process) return false;
    log_warning("%s invoked oom-killer: order=0, oom_score_adj=%d", process_info(current_process()).name,
                static_cast<int>(current_process().oom_adjust.load(std::memory_order_relaxed)));
    log_table();
    log_victim(victim);
    // Whoever shares the memory keeps it alive, so all of them go.
    for (Ref<Process> process = next_process(2); process; process = next_process(process->id() + 1))
        if (process_address_space(*process) == victim.space) send_kernel_signal(*process, kSigKill);
    u64 freed = victim.space->reap();
    log_info("oom_reaper: reaped process %d, took %llukB", victim.process->id(), static_cast<ull>(freed * kPageKib));
    return true;
}

} // namespace martlet
