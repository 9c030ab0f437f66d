// What the machine is doing: memory, time, load, interrupts.
#include <utility>

#include "arch/interrupts.h"
#include "arch/page_table.h"
#include "fs/proc/system_entries.h"
#include "mm/frame.h"
#include "mm/overcommit.h"
#include "mm/heap.h"
#include "sched/scheduler.h"
#include "time/clock.h"
#include "vfs/dentry.h"
#include "vfs/filled_cache.h"
#include "vfs/write_back.h"

namespace martlet {
namespace {

using ulong = unsigned long long;
constexpr u64 kPageKib = kPageSize / kKiB;
constexpr u64 kNanosecondsPerTick = 10'000'000; // USER_HZ is 100

u64 idle_ns() {
    u64 total = 0;
    for (u32 cpu = 0; cpu < online_cpu_count(); ++cpu) total += Scheduler::cpu_times(cpu).idle_ns;
    return total;
}

struct StateCounts {
    u32 running = 0, blocked = 0;
};
StateCounts count_states() {
    StateCounts counts;
    for (Ref<Process> process = next_process(1); process; process = next_process(process->id() + 1)) {
        char state = process_info(*process).state;
        if (state == 'R') ++counts.running;
        if (state == 'D') ++counts.blocked;
    }
    return counts;
}

void print_cpu_line(TextBuffer& text, const Scheduler::CpuTimes& times) {
    text.print(" %llu %llu %llu %llu 0 0 0 0 0 0\n", static_cast<ulong>(times.user_ns / kNanosecondsPerTick),
               static_cast<ulong>(times.nice_ns / kNanosecondsPerTick),
               static_cast<ulong>(times.system_ns / kNanosecondsPerTick),
               static_cast<ulong>(times.idle_ns / kNanosecondsPerTick));
}

/// After the total: one number for each line up to the highest in use.
void print_line_counts(TextBuffer& text) {
    struct Context {
        TextBuffer& text;
        u32 next_line;
    } context{text, 0};
    for_each_interrupt(
        [](void* opaque, const InterruptRow& row) {
            auto& to = *static_cast<Context*>(opaque);
            if (row.label) return;
            for (; to.next_line < row.line; ++to.next_line) to.text.append(" 0");
            u64 count = 0;
            for (u32 cpu = 0; cpu < online_cpu_count(); ++cpu) count += interrupt_count(cpu, row.slot);
            to.text.print(" %llu", static_cast<ulong>(count));
            ++to.next_line;
        },
        &context);
}

} // namespace

Result<void> show_meminfo(TextBuffer& text, const ProcSubject&) {
    MemoryStatistics memory = memory_statistics();
    auto line = [&](const char* name, u64 kib) { text.print("%-16s%8llu kB\n", name, static_cast<ulong>(kib)); };
    WriteBack::Statistics write_back = WriteBack::statistics();
    u64 free = memory.free_frames;
    DentryStatistics names = DentryCache::statistics();
    u64 reclaimable = names.live > 0 ? names.pages * names.unused / names.live : 0;
    // The RAM file systems' pages have no other copy: they are cache in kind, but cannot be dropped.
    line("MemTotal:", memory.total_frames * kPageKib);
    line("MemFree:", free * kPageKib);
    line("MemAvailable:", (free + FilledCache::total_pages() + reclaimable) * kPageKib);
    line("Buffers:", 0);
    line("Cached:", memory.page_cache_frames * kPageKib);
    line("SwapCached:", 0);
    line("Active:", memory.anonymous_frames * kPageKib);
    line("Inactive:", memory.page_cache_frames * kPageKib);
    line("Active(anon):", memory.anonymous_frames * kPageKib);
    line("Inactive(anon):", 0);
    line("Active(file):", 0);
    line("Inactive(file):", memory.page_cache_frames * kPageKib);
    line("Unevictable:", 0);
    line("Mlocked:", 0);
    line("SwapTotal:", 0);
    line("SwapFree:", 0);
    line("Zswap:", 0);
    line("Zswapped:", 0);
    line("Dirty:", write_back.dirty * kPageKib);
    line("Writeback:", write_back.writing * kPageKib);
    line("AnonPages:", memory.anonymous_frames * kPageKib);
    line("Mapped:", 0);
    line("Shmem:", memory.page_cache_frames * kPageKib);
    line("KReclaimable:", reclaimable * kPageKib);
    line("Slab:", memory.heap_frames * kPageKib);
    line("SReclaimable:", reclaimable * kPageKib);
    line("SUnreclaim:", (memory.heap_frames - reclaimable) * kPageKib);
    line("KernelStack:", 0);
    line("PageTables:", memory.page_table_frames * kPageKib);
    line("SecPageTables:", 0);
    line("NFS_Unstable:", 0);
    line("Bounce:", 0);
    line("WritebackTmp:", 0);
    line("CommitLimit:", commit_limit_frames() * kPageKib);
    line("Committed_AS:", committed_frames() * kPageKib);
    line("VmallocTotal:", 0);
    line("VmallocUsed:", 0);
    line("VmallocChunk:", 0);
    line("Percpu:", 0);
    line("HardwareCorrupted:", 0);
    line("AnonHugePages:", PageTable::large_count() * (kLargePageSize / kKiB));
    for (const char* name : {"ShmemHugePages:", "ShmemPmdMapped:", "FileHugePages:", "FilePmdMapped:"})
        line(name, 0);
    for (const char* name : {"HugePages_Total:", "HugePages_Free:", "HugePages_Rsvd:", "HugePages_Surp:"})
        text.print("%-16s%8u\n", name, 0u);
    line("Hugepagesize:", 2048);
    line("Hugetlb:", 0);
    line("DirectMap4k:", 0);
    line("DirectMap2M:", memory.total_frames * kPageKib);
    return {};
}

Result<void> show_uptime(TextBuffer& text, const ProcSubject&) {
    constexpr u64 kHundredth = 10'000'000;
    u64 up = monotonic_ns() / kHundredth, idle = idle_ns() / kHundredth;
    text.print("%llu.%02llu %llu.%02llu\n", static_cast<ulong>(up / 100), static_cast<ulong>(up % 100),
               static_cast<ulong>(idle / 100), static_cast<ulong>(idle % 100));
    return {};
}

Result<void> show_loadavg(TextBuffer& text, const ProcSubject&) {
    constexpr u32 kFractionBits = 11;
    u64 averages[3];
    Scheduler::load_average(averages);
    for (u64 average : averages) {
        average += (1u << kFractionBits) / 200; // rounds to hundredths
        text.print("%llu.%02llu ", static_cast<ulong>(average >> kFractionBits),
                   static_cast<ulong>((average & ((1u << kFractionBits) - 1)) * 100 >> kFractionBits));
    }
    ProcessTotals totals = process_totals();
    text.print("%u/%u %d\n", Scheduler::runnable_count(), totals.tasks, totals.last_id);
    return {};
}

Result<void> show_system_stat(TextBuffer& text, const ProcSubject&) {
    Scheduler::CpuTimes total{};
    u32 cpus = online_cpu_count();
    for (u32 cpu = 0; cpu < cpus; ++cpu) {
        Scheduler::CpuTimes times = Scheduler::cpu_times(cpu);
        total.user_ns += times.user_ns;
        total.nice_ns += times.nice_ns;
        total.system_ns += times.system_ns;
        total.idle_ns += times.idle_ns;
    }
    text.append("cpu ");
    print_cpu_line(text, total);
    u64 interrupts = 0;
    for (u32 cpu = 0; cpu < cpus; ++cpu) {
        text.print("cpu%u", cpu);
        print_cpu_line(text, Scheduler::cpu_times(cpu));
        interrupts += cpu_by_id(cpu).interrupts;
    }
    ProcessTotals totals = process_totals();
    StateCounts counts = count_states();
    u64 boot_time = (realtime_ns() - monotonic_ns()) / kNanosecondsPerSecond;
    text.print("intr %llu", static_cast<ulong>(interrupts));
    print_line_counts(text);
    text.print("\nctxt %llu\nbtime %llu\nprocesses %llu\nprocs_running %u\nprocs_blocked %u\n",
               static_cast<ulong>(Scheduler::total_context_switches()), static_cast<ulong>(boot_time),
               static_cast<ulong>(totals.forks), counts.running, counts.blocked);
    text.append("softirq 0 0 0 0 0 0 0 0 0 0 0\n");
    return {};
}

Result<void> show_vmstat(TextBuffer& text, const ProcSubject&) {
    MemoryStatistics memory = memory_statistics();
    auto line = [&](const char* name, u64 value) { text.print("%s %llu\n", name, static_cast<ulong>(value)); };
    line("nr_free_pages", memory.free_frames);
    line("nr_anon_pages", memory.anonymous_frames);
    line("nr_file_pages", memory.page_cache_frames);
    line("nr_page_table_pages", memory.page_table_frames);
    line("nr_slab_unreclaimable", memory.heap_frames);
    WriteBack::Statistics write_back = WriteBack::statistics();
    line("nr_dirty", write_back.dirty);
    line("nr_writeback", write_back.writing);
    line("nr_dirtied", write_back.dirtied_total);
    line("nr_written", write_back.written_total);
    line("nr_dirty_threshold", write_back.limit);
    line("nr_dirty_background_threshold", write_back.background_limit);
    line("pgpgin", 0);
    line("pgpgout", 0);
    line("pswpin", 0);
    line("pswpout", 0);
    return {};
}

/// One node, one zone.
Result<void> show_zoneinfo(TextBuffer& text, const ProcSubject&) {
    MemoryStatistics memory = memory_statistics();
    auto number = [&](const char* name, u64 value) {
        text.print("      %-12s %llu\n", name, static_cast<ulong>(value));
    };
    text.append("Node 0, zone   Normal\n  per-node stats\n");
    number("nr_anon_pages", memory.anonymous_frames);
    number("nr_file_pages", memory.page_cache_frames);
    number("nr_page_table_pages", memory.page_table_frames);
    number("nr_slab_unreclaimable", memory.heap_frames);
    text.print("  pages free     %llu\n", static_cast<ulong>(memory.free_frames));
    u64 low = memory.emergency_frames;
    for (auto [name, value] : {std::pair<const char*, u64>{"min", low},
                               {"low", low},
                               {"high", low},
                               {"spanned", memory.total_frames},
                               {"present", memory.total_frames},
                               {"managed", memory.total_frames}})
        text.print("        %-8s %llu\n", name, static_cast<ulong>(value));
    text.append("        protection: (0)\n");
    number("nr_free_pages", memory.free_frames);
    return {};
}

/// The size classes of the kernel heap (slabinfo(5)).
Result<void> show_slabinfo(TextBuffer& text, const ProcSubject&) {
    HeapStatistics heap = heap_statistics();
    text.append("slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> <objperslab> "
                "<pagesperslab> : tunables "
                "<limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
    for (u32 index = 0; index < kSizeClassCount; ++index) {
        u32 size = kSizeClasses[index].block_size, per_slab = static_cast<u32>(kPageSize) / size;
        u64 live = heap.live_by_class[index], slabs = per_slab ? (live + per_slab - 1) / per_slab : live;
        text.print("kmalloc-%-9u %6llu %6llu %6u %4u %4d : tunables %4u %4u %4u : slabdata %6llu %6llu %6d\n", size,
                   static_cast<ulong>(live), static_cast<ulong>(live), size, per_slab ? per_slab : 1, 1, 0u, 0u, 0u,
                   static_cast<ulong>(slabs), static_cast<ulong>(slabs), 0);
    }
    return {};
}

Result<void> show_buddyinfo(TextBuffer& text, const ProcSubject&) {
    MemoryStatistics memory = memory_statistics();
    text.append("Node 0, zone   Normal ");
    for (u64 blocks : memory.free_blocks) text.print("%6llu ", static_cast<ulong>(blocks));
    text.append("\n");
    return {};
}

Result<void> show_interrupts(TextBuffer& text, const ProcSubject&) {
    text.append("           ");
    for (u32 cpu = 0; cpu < online_cpu_count(); ++cpu) text.print("CPU%-8u", cpu);
    text.append("\n");
    for_each_interrupt(
        [](void* opaque, const InterruptRow& row) {
            TextBuffer& to = *static_cast<TextBuffer*>(opaque);
            if (row.label) to.print("%3s:", row.label);
            else to.print("%3u:", row.line);
            for (u32 cpu = 0; cpu < online_cpu_count(); ++cpu)
                to.print(" %10llu", static_cast<ulong>(interrupt_count(cpu, row.slot)));
            if (row.label) to.print("   %s\n", row.name);
            else to.print("   IO-APIC  %3u-edge      %s\n", row.line, row.name);
        },
        &text);
    text.append("ERR:          0\nMIS:          0\n");
    return {};
}

} // namespace martlet
