// The global files of /proc, by subject matter; system_tree.cpp has the rows.
#pragma once
#include "base/setting.h"
#include "fs/proc/proc_inode.h"

namespace martlet {

// system_status.cpp
Result<void> show_meminfo(TextBuffer& text, const ProcSubject&);
Result<void> show_uptime(TextBuffer& text, const ProcSubject&);
Result<void> show_loadavg(TextBuffer& text, const ProcSubject&);
Result<void> show_system_stat(TextBuffer& text, const ProcSubject&);
Result<void> show_vmstat(TextBuffer& text, const ProcSubject&);
Result<void> show_buddyinfo(TextBuffer& text, const ProcSubject&);
Result<void> show_interrupts(TextBuffer& text, const ProcSubject&);
Result<void> show_zoneinfo(TextBuffer& text, const ProcSubject&);
Result<void> show_slabinfo(TextBuffer& text, const ProcSubject&);
// system_pressure.cpp
Result<void> show_cpu_pressure(TextBuffer& text, const ProcSubject&);
Result<void> show_io_pressure(TextBuffer& text, const ProcSubject&);
Result<void> show_memory_pressure(TextBuffer& text, const ProcSubject&);
// system_tables.cpp
Result<void> show_locks(TextBuffer& text, const ProcSubject&);
Result<void> show_misc(TextBuffer& text, const ProcSubject&);
Result<void> show_consoles(TextBuffer& text, const ProcSubject&);
Result<void> show_tty_drivers(TextBuffer& text, const ProcSubject&);
Result<void> show_tty_disciplines(TextBuffer& text, const ProcSubject&);
Result<void> show_iomem(TextBuffer& text, const ProcSubject&);
Result<void> show_ioports(TextBuffer& text, const ProcSubject&);
Result<void> show_softirqs(TextBuffer& text, const ProcSubject&);
Result<void> show_kallsyms(TextBuffer& text, const ProcSubject&);
Result<void> show_empty(TextBuffer& text, const ProcSubject&);
Result<void> show_execdomains(TextBuffer& text, const ProcSubject&);
// system_identity.cpp
Result<void> show_unix_sockets(TextBuffer& text, const ProcSubject&); // system_net.cpp
Result<void> show_version(TextBuffer& text, const ProcSubject&);
Result<void> show_kernel_command_line(TextBuffer& text, const ProcSubject&);
Result<void> show_cpuinfo(TextBuffer& text, const ProcSubject&);
Result<void> show_filesystems(TextBuffer& text, const ProcSubject&);
Result<void> show_devices(TextBuffer& text, const ProcSubject&);
Result<void> show_swaps(TextBuffer& text, const ProcSubject&);
Result<void> show_partitions(TextBuffer& text, const ProcSubject&);
// sysvipc.cpp
Result<void> show_sysv_messages(TextBuffer& text, const ProcSubject&);
Result<void> show_sysv_semaphores(TextBuffer& text, const ProcSubject&);
Result<void> show_sysv_shared_memory(TextBuffer& text, const ProcSubject&);

/// One name below /proc: "meminfo", "sys/kernel/hostname". Directories arise from the slashes.
struct SystemEntry {
    std::string_view name;
    u32 permissions;
    ProcShow show;
    ProcStore store = nullptr;
    ProcWatch watch = nullptr;
};
/// sysctl.cpp: the rows below sys/, apart from the settings that other parts of the kernel register.
std::span<const SystemEntry> sysctl_entries();
// sysctl_ipc.cpp: limits that are no single number or too large for a Setting.
Result<void> show_semaphore_limits(TextBuffer& text, const ProcSubject&);
Result<void> store_semaphore_limits(std::string_view text, const ProcSubject&);
Result<void> show_shmall(TextBuffer& text, const ProcSubject&);
Result<void> store_shmall(std::string_view text, const ProcSubject&);
Result<void> show_shmmax(TextBuffer& text, const ProcSubject&);
Result<void> store_shmmax(std::string_view text, const ProcSubject&);
/// A setting's file.
Result<Ref<Inode>> create_setting_inode(SuperBlock& block, u64 number, Setting& setting);

/// Looks a name up in the static directory `prefix` ("" or "sys/kernel/"). ENOENT if there is none.
Result<Ref<Inode>> lookup_system_name(SuperBlock& block, std::string_view prefix, std::string_view name);
/// From position `offset` on; false when the sink is full. `base` is added to the positions handed out.
bool list_system_names(std::string_view prefix, u64 offset, u64 base, DirectorySink& sink);
/// Positions that list_system_names may use.
u64 system_name_limit();
/// kmsg_file.cpp: /proc/kmsg.
Result<Ref<Inode>> create_kmsg_inode(SuperBlock& block, u64 number);
} // namespace martlet
