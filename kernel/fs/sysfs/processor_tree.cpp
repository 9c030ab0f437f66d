// devices/system: processors, memory nodes, the clock (Linux, Documentation/ABI/testing/sysfs-devices-system-cpu).
#include "arch/cpu.h"
#include "base/format.h"
#include "fs/sysfs/sysfs.h"
#include "mm/frame.h"

namespace martlet {
namespace {

using ulong = unsigned long long;

u64 online_mask() { return online_cpu_count() >= 64 ? ~0ull : (1ull << online_cpu_count()) - 1; }

Result<void> show_online(TextBuffer& text, u64) {
    print_bit_list(text, online_mask());
    text.append("\n");
    return {};
}
Result<void> show_number(TextBuffer& text, u64 number) {
    text.print("%llu\n", static_cast<ulong>(number));
    return {};
}
Result<void> show_mask(TextBuffer& text, u64 mask) {
    print_bit_mask(text, mask);
    return {};
}
Result<void> show_list(TextBuffer& text, u64 mask) {
    print_bit_list(text, mask);
    text.append("\n");
    return {};
}
Result<void> show_online_mask(TextBuffer& text, u64) { return show_mask(text, online_mask()); }

/// Each processor is a core of its own in one package.
Result<void> fill_topology(SysfsDirectory& directory, u64 cpu) {
    u64 self = 1ull << cpu;
    for (const char* name : {"core_cpus", "thread_siblings"}) TRY(directory.add_text(name, show_mask, self));
    for (const char* name : {"core_cpus_list", "thread_siblings_list"}) TRY(directory.add_text(name, show_list, self));
    for (const char* name : {"core_siblings", "die_cpus", "package_cpus"})
        TRY(directory.add_text(name, show_online_mask));
    for (const char* name : {"core_siblings_list", "die_cpus_list", "package_cpus_list"})
        TRY(directory.add_text(name, show_online));
    TRY(directory.add_text("core_id", show_number, cpu));
    TRY(directory.add_text("die_id", show_number, 0));
    return directory.add_text("physical_package_id", show_number, 0);
}

Result<void> show_processor_event(TextBuffer& text, u64) {
    text.append("DRIVER=processor\n");
    return {};
}

Result<void> fill_processor(SysfsDirectory& directory, u64 cpu) {
    TRY(directory.add_directory("topology", fill_topology, cpu));
    TRY(directory.add_link("node0", "../../node/node0"));
    TRY(directory.add_link("subsystem", "../../../../bus/cpu"));
    return directory.add_text("uevent", show_processor_event);
}

Result<void> fill_smt(SysfsDirectory& directory, u64) {
    TRY(directory.add_constant("active", "0"));
    return directory.add_constant("control", "notsupported");
}

Result<void> fill_processors(SysfsDirectory& directory, u64) {
    for (const char* name : {"online", "possible", "present"}) TRY(directory.add_text(name, show_online));
    for (const char* name : {"isolated", "nohz_full", "offline"}) TRY(directory.add_constant(name, ""));
    TRY(directory.add_text("kernel_max", show_number, kMaxCpus - 1));
    TRY(directory.add_directory("smt", fill_smt));
    for (u32 cpu = 0; cpu < online_cpu_count(); ++cpu) {
        char name[16];
        usize size = format(name, "cpu%u", cpu);
        TRY(directory.add_directory({name, size}, fill_processor, cpu));
    }
    return {};
}

Result<void> show_node_memory(TextBuffer& text, u64) {
    constexpr u64 kPageKib = kPageSize / kKiB;
    MemoryStatistics memory = memory_statistics();
    auto line = [&](const char* name, u64 frames) {
        text.print("Node 0 %-15s%8llu kB\n", name, static_cast<ulong>(frames * kPageKib));
    };
    line("MemTotal:", memory.total_frames);
    line("MemFree:", memory.free_frames);
    line("MemUsed:", memory.total_frames - memory.free_frames);
    line("FilePages:", memory.page_cache_frames);
    line("AnonPages:", memory.anonymous_frames);
    line("PageTables:", memory.page_table_frames);
    line("Slab:", memory.heap_frames);
    return {};
}

Result<void> fill_node(SysfsDirectory& directory, u64) {
    TRY(directory.add_text("cpulist", show_online));
    TRY(directory.add_text("cpumap", show_online_mask));
    TRY(directory.add_constant("distance", "10"));
    TRY(directory.add_text("meminfo", show_node_memory));
    for (u32 cpu = 0; cpu < online_cpu_count(); ++cpu) {
        char name[16], target[32];
        usize size = format(name, "cpu%u", cpu), target_size = format(target, "../../cpu/cpu%u", cpu);
        TRY(directory.add_link({name, size}, {target, target_size}));
    }
    return {};
}

Result<void> fill_nodes(SysfsDirectory& directory, u64) {
    for (const char* name : {"has_cpu", "has_memory", "has_normal_memory", "online", "possible"})
        TRY(directory.add_constant(name, "0"));
    return directory.add_directory("node0", fill_node);
}

} // namespace

Result<void> fill_system(SysfsDirectory& directory, u64) {
    TRY(directory.add_directory("cpu", fill_processors));
    return directory.add_directory("node", fill_nodes);
}

} // namespace martlet
