// The files of one process or task, by subject matter; process_directory.cpp has the rows.
#pragma once
#include "fs/proc/proc_inode.h"
#include "mm/address_space.h"

namespace martlet {

// process_status.cpp
Result<void> show_stat(TextBuffer& text, const ProcSubject& subject);
Result<void> show_status(TextBuffer& text, const ProcSubject& subject);
Result<void> show_statm(TextBuffer& text, const ProcSubject& subject);
Result<void> show_comm(TextBuffer& text, const ProcSubject& subject);
Result<void> store_comm(std::string_view text, const ProcSubject& subject);
Result<void> show_limits(TextBuffer& text, const ProcSubject& subject);
// process_accounting.cpp
Result<void> show_io(TextBuffer& text, const ProcSubject& subject);
Result<void> show_sched(TextBuffer& text, const ProcSubject& subject);
Result<void> show_schedstat(TextBuffer& text, const ProcSubject& subject);
// process_kernel_side.cpp
Result<void> show_wchan(TextBuffer& text, const ProcSubject& subject);
Result<void> show_kernel_stack(TextBuffer& text, const ProcSubject& subject);
Result<void> show_syscall(TextBuffer& text, const ProcSubject& subject);
// process_settings.cpp
Result<void> show_personality(TextBuffer& text, const ProcSubject& subject);
Result<void> show_timer_slack(TextBuffer& text, const ProcSubject& subject);
Result<void> store_timer_slack(std::string_view value, const ProcSubject& subject);
Result<void> show_login_uid(TextBuffer& text, const ProcSubject& subject);
Result<void> store_login_uid(std::string_view value, const ProcSubject& subject);
Result<void> show_session_id(TextBuffer& text, const ProcSubject& subject);
Result<void> show_id_map(TextBuffer& text, const ProcSubject& subject);
Result<void> show_setgroups(TextBuffer& text, const ProcSubject& subject);
Result<void> show_cgroup(TextBuffer& text, const ProcSubject& subject);
Result<void> show_coredump_filter(TextBuffer& text, const ProcSubject& subject);
Result<void> store_coredump_filter(std::string_view value, const ProcSubject& subject);
Result<void> show_timers(TextBuffer& text, const ProcSubject& subject);
Result<void> show_cpuset(TextBuffer& text, const ProcSubject& subject);
Result<void> show_children(TextBuffer& text, const ProcSubject& subject);
// process_smaps.cpp
/// What follows the mapping's line in smaps.
void print_usage(TextBuffer& text, const AddressSpace::MappingView& view, const MappingUsage& usage);
Result<void> show_smaps_rollup(TextBuffer& text, const ProcSubject& subject);
Result<void> store_clear_refs(std::string_view value, const ProcSubject& subject);
Result<Ref<Inode>> create_pagemap_inode(SuperBlock& block, u64 number, const ProcSubject& subject);
// namespace_links.cpp
Result<Ref<Inode>> create_namespace_directory(SuperBlock& block, u64 number, const ProcSubject& subject);
// process_memory.cpp
Result<void> show_cmdline(TextBuffer& text, const ProcSubject& subject);
Result<void> show_environ(TextBuffer& text, const ProcSubject& subject);
Result<void> show_auxv(TextBuffer& text, const ProcSubject& subject);
/// Where the heap and the first stack are, for the names of their mappings.
struct MapsLabels {
    ProgramLayout layout;
    u64 current_break;
    static MapsLabels of(AddressSpace& space) { return {space.layout, space.current_break()}; }
};
/// The mapping's line of maps and smaps.
void print_mapping(TextBuffer& text, const AddressSpace::MappingView& view, const MapsLabels& labels);
// process_oom.cpp
Result<void> show_oom_score(TextBuffer& text, const ProcSubject& subject);
Result<void> show_oom_adjust(TextBuffer& text, const ProcSubject& subject);
Result<void> store_oom_adjust(std::string_view text, const ProcSubject& subject);
Result<void> show_old_oom_adjust(TextBuffer& text, const ProcSubject& subject);
Result<void> store_old_oom_adjust(std::string_view text, const ProcSubject& subject);
// process_mounts.cpp
ProcChanges watch_mounts(const ProcSubject& subject);
Result<void> show_mounts(TextBuffer& text, const ProcSubject& subject);
Result<void> show_mountinfo(TextBuffer& text, const ProcSubject& subject);
Result<void> show_mountstats(TextBuffer& text, const ProcSubject& subject);
// process_links.cpp
Result<Path> follow_exe(const ProcSubject& subject);
Result<Path> follow_cwd(const ProcSubject& subject);
Result<Path> follow_root(const ProcSubject& subject);
/// The fd and fdinfo directories.
Result<Ref<Inode>> create_descriptor_directory(SuperBlock& block, u64 number, const ProcSubject& subject,
                                               bool with_information);

// mappings_file.cpp
enum class MappingsDetail : u8 { Lines, Usage };
Result<Ref<Inode>> create_mappings_inode(SuperBlock& block, u64 number, const ProcSubject& subject,
                                         MappingsDetail detail);
// process_memory_file.cpp
Result<Ref<Inode>> create_memory_inode(SuperBlock& block, u64 number, const ProcSubject& subject);

/// The directory of a process, or of one of its tasks.
Result<Ref<Inode>> create_process_directory(SuperBlock& block, const ProcSubject& subject);

} // namespace martlet
