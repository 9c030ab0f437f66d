// The rows of the global files, and the directories that their names imply.
//
// Rows come from three tables: here, sysctl.cpp, and the settings that the whole kernel registers. At boot
// they are put in the order of their names, so that a directory's rows are neighbours and its repeated
// components too.
#include <algorithm>

#include "base/init.h"
#include "base/log.h"
#include "base/vector.h"
#include "fs/proc/system_entries.h"

extern "C" {
extern martlet::Setting* const __start_martlet_settings[];
extern martlet::Setting* const __stop_martlet_settings[];
}

namespace martlet {
namespace {

/// Nobody can ask for a trigger, and without one every wait ends at once.
ProcChanges poll_pressure(const ProcSubject&) { return {nullptr, {}, ProcChanges::kAlways | kPollErr | kPollPri}; }
/// There is no swapon(2), so it never changes.
ProcChanges poll_swaps(const ProcSubject&) { return {nullptr, {}, ProcChanges::kReadable}; }

constexpr SystemEntry kEntries[] = {
    {"buddyinfo", 0444, show_buddyinfo},
    {"bus/input/devices", 0444, show_empty},
    {"cmdline", 0444, show_kernel_command_line},
    {"consoles", 0444, show_consoles},
    {"cpuinfo", 0444, show_cpuinfo},
    {"devices", 0444, show_devices},
    {"diskstats", 0444, show_empty},
    {"dma", 0444, show_empty},
    {"execdomains", 0444, show_execdomains},
    {"filesystems", 0444, show_filesystems},
    {"interrupts", 0444, show_interrupts},
    {"iomem", 0400, show_iomem},
    {"ioports", 0400, show_ioports},
    {"kallsyms", 0444, show_kallsyms},
    {"loadavg", 0444, show_loadavg},
    {"locks", 0444, show_locks},
    {"meminfo", 0444, show_meminfo},
    {"misc", 0444, show_misc},
    {"modules", 0444, show_empty},
    {"net/unix", 0444, show_unix_sockets},
    {"partitions", 0444, show_partitions},
    {"pressure/cpu", 0444, show_cpu_pressure, nullptr, poll_pressure},
    {"pressure/io", 0444, show_io_pressure, nullptr, poll_pressure},
    {"pressure/memory", 0444, show_memory_pressure, nullptr, poll_pressure},
    {"slabinfo", 0400, show_slabinfo},
    {"softirqs", 0444, show_softirqs},
    {"stat", 0444, show_system_stat},
    {"swaps", 0444, show_swaps, nullptr, poll_swaps},
    {"sysvipc/msg", 0444, show_sysv_messages},
    {"sysvipc/sem", 0444, show_sysv_semaphores},
    {"sysvipc/shm", 0444, show_sysv_shared_memory},
    {"tty/drivers", 0444, show_tty_drivers},
    {"tty/ldiscs", 0444, show_tty_disciplines},
    {"uptime", 0444, show_uptime},
    {"version", 0444, show_version},
    {"vmstat", 0444, show_vmstat},
    {"zoneinfo", 0444, show_zoneinfo},
};

/// One of the two.
struct Row {
    const SystemEntry* entry;
    Setting* setting;
    std::string_view name() const { return entry ? entry->name : setting->name(); }
};
constinit Vector<Row> rows; // written once, before the first mount

void collect_rows() {
    bool good = true;
    for (const SystemEntry& entry : kEntries) good &= rows.push_back({&entry, nullptr}).has_value();
    for (const SystemEntry& entry : sysctl_entries()) good &= rows.push_back({&entry, nullptr}).has_value();
    for (Setting* const* each = __start_martlet_settings; each != __stop_martlet_settings; ++each)
        good &= rows.push_back({nullptr, *each}).has_value();
    if (!good) log_error("proc: no memory for the names of the global files");
    std::ranges::sort(rows.span(), {}, &Row::name);
}
INIT_TASK(FileSystems, collect_rows);

/// A directory of the static part; its names stay.
class SystemDirectory final : public ProcInode {
public:
    SystemDirectory(SuperBlock& block, u64 number, std::string_view prefix)
        : ProcInode(block, number, kModeDirectory | 0555, {}), prefix_(prefix) {}
    Result<Ref<Inode>> lookup(std::string_view name) override {
        return lookup_system_name(super_block(), prefix_, name);
    }
    Result<void> read_directory(u64 offset, DirectorySink& sink) override {
        list_system_names(prefix_, offset, 0, sink);
        return {};
    }

private:
    std::string_view prefix_; // part of a row's name, with its slash
};

/// The component of row's name after `prefix`, or nothing if it is elsewhere.
std::string_view component_after(std::string_view name, std::string_view prefix) {
    if (!name.starts_with(prefix)) return {};
    name.remove_prefix(prefix.size());
    return name.substr(0, name.find('/'));
}

/// The first row whose name is not below `prefix` followed by `name`.
usize lower_bound(std::string_view prefix, std::string_view name) {
    auto is_below = [&](const Row& row) {
        std::string_view head = row.name().substr(0, prefix.size());
        if (head != prefix) return head < prefix;
        return row.name().substr(prefix.size()) < name;
    };
    usize low = 0, high = rows.size();
    while (low < high) {
        usize middle = (low + high) / 2;
        if (is_below(rows[middle])) low = middle + 1;
        else high = middle;
    }
    return low;
}

u64 inode_number(u64 row, bool is_directory) { return (is_directory ? 0x2000u : 0x1000u) + row; }

} // namespace

u64 system_name_limit() { return rows.size(); }

Result<Ref<Inode>> lookup_system_name(SuperBlock& block, std::string_view prefix, std::string_view name) {
    for (usize row = lower_bound(prefix, name); row < rows.size(); ++row) {
        std::string_view full = rows[row].name();
        if (!full.starts_with(prefix) || !full.substr(prefix.size()).starts_with(name)) break;
        if (component_after(full, prefix) != name) continue; // "pid" before "pid_max"
        usize end = prefix.size() + name.size();
        if (full.size() > end)
            return make_ref<SystemDirectory>(block, inode_number(row, true), full.substr(0, end + 1));
        if (Setting* setting = rows[row].setting)
            return create_setting_inode(block, inode_number(row, false), *setting);
        const SystemEntry& entry = *rows[row].entry;
        return make_ref<ProcTextInode>(block, inode_number(row, false), kModeRegular | entry.permissions,
                                       ProcSubject(), entry.show, entry.store, entry.watch);
    }
    return Error(Errno::ENOENT);
}

bool list_system_names(std::string_view prefix, u64 offset, u64 base, DirectorySink& sink) {
    usize first = prefix.empty() ? 0 : lower_bound(prefix, {});
    std::string_view previous;
    for (usize row = first; row < rows.size(); ++row) {
        std::string_view name = component_after(rows[row].name(), prefix);
        if (name.empty()) break;
        bool is_repeated = name == previous;
        previous = name;
        if (is_repeated || row < offset) continue;
        bool is_directory = rows[row].name().size() > prefix.size() + name.size();
        if (!sink.add(name, inode_number(row, is_directory), is_directory ? kModeDirectory : kModeRegular,
                      base + row + 1))
            return false;
    }
    return true;
}

} // namespace martlet
