// The rows of the global files, and the directories that their names imply.
#include "fs/proc/system_entries.h"

namespace martlet {
namespace {

constexpr SystemEntry kEntries[] = {
    {"buddyinfo", 0444, show_buddyinfo},
    {"cmdline", 0444, show_kernel_command_line},
    {"cpuinfo", 0444, show_cpuinfo},
    {"devices", 0444, show_devices},
    {"filesystems", 0444, show_filesystems},
    {"interrupts", 0444, show_interrupts},
    {"loadavg", 0444, show_loadavg},
    {"meminfo", 0444, show_meminfo},
    {"partitions", 0444, show_partitions},
    {"stat", 0444, show_system_stat},
    {"swaps", 0444, show_swaps},
    {"sysvipc/msg", 0444, show_sysv_messages},
    {"sysvipc/sem", 0444, show_sysv_semaphores},
    {"sysvipc/shm", 0444, show_sysv_shared_memory},
    {"uptime", 0444, show_uptime},
    {"version", 0444, show_version},
    {"vmstat", 0444, show_vmstat},
};

usize entry_count() { return std::size(kEntries) + sysctl_entries().size(); }
const SystemEntry& entry_at(usize row) {
    return row < std::size(kEntries) ? kEntries[row] : sysctl_entries()[row - std::size(kEntries)];
}

/// A directory of the static part; its names stay.
class SystemDirectory final : public ProcInode {
public:
    SystemDirectory(SuperBlock& block, u64 number, std::string_view prefix)
        : ProcInode(block, number, kModeDirectory | 0555, {}), prefix_(prefix) {}
    Result<Ref<Inode>> lookup(std::string_view name) override { return lookup_system_name(super_block(), prefix_, name); }
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

u64 inode_number(u64 row, bool is_directory) { return (is_directory ? 0x2000u : 0x1000u) + row; }

} // namespace

u64 system_name_limit() { return entry_count(); }

Result<Ref<Inode>> lookup_system_name(SuperBlock& block, std::string_view prefix, std::string_view name) {
    for (usize row = 0; row < entry_count(); ++row) {
        const SystemEntry& entry = entry_at(row);
        if (component_after(entry.name, prefix) != name) continue;
        usize end = prefix.size() + name.size();
        if (entry.name.size() == end)
            return make_ref<ProcTextInode>(block, inode_number(row, false), kModeRegular | entry.permissions, ProcSubject(), entry.show, entry.store);
        // The directory's number does not depend on which of its rows was found: it is the first.
        return make_ref<SystemDirectory>(block, inode_number(row, true), entry.name.substr(0, end + 1));
    }
    return Error(Errno::ENOENT);
}

bool list_system_names(std::string_view prefix, u64 offset, u64 base, DirectorySink& sink) {
    for (usize row = offset; row < entry_count(); ++row) {
        std::string_view name = component_after(entry_at(row).name, prefix);
        if (name.empty()) continue;
        bool is_repeated = false;
        for (usize before = 0; before < row && !is_repeated; ++before)
            is_repeated = component_after(entry_at(before).name, prefix) == name;
        if (is_repeated) continue;
        bool is_directory = entry_at(row).name.size() > prefix.size() + name.size();
        if (!sink.add(name, inode_number(row, is_directory), is_directory ? kModeDirectory : kModeRegular, base + row + 1)) return false;
    }
    return true;
}

} // namespace martlet
