// The files of one process or task, by subject matter; process_directory.cpp has the rows.
#pragma once
#include "fs/proc/proc_inode.h"

namespace martlet {

// process_status.cpp
Result<void> show_stat(TextBuffer& text, const ProcSubject& subject);
Result<void> show_status(TextBuffer& text, const ProcSubject& subject);
Result<void> show_statm(TextBuffer& text, const ProcSubject& subject);
Result<void> show_comm(TextBuffer& text, const ProcSubject& subject);
Result<void> store_comm(std::string_view text, const ProcSubject& subject);
Result<void> show_limits(TextBuffer& text, const ProcSubject& subject);
Result<void> show_io(TextBuffer& text, const ProcSubject& subject);
// process_memory.cpp
Result<void> show_cmdline(TextBuffer& text, const ProcSubject& subject);
Result<void> show_environ(TextBuffer& text, const ProcSubject& subject);
Result<void> show_auxv(TextBuffer& text, const ProcSubject& subject);
Result<void> show_maps(TextBuffer& text, const ProcSubject& subject);
// process_mounts.cpp
Result<void> show_mounts(TextBuffer& text, const ProcSubject& subject);
Result<void> show_mountinfo(TextBuffer& text, const ProcSubject& subject);
// process_links.cpp
Result<Path> follow_exe(const ProcSubject& subject);
Result<Path> follow_cwd(const ProcSubject& subject);
Result<Path> follow_root(const ProcSubject& subject);
/// The fd and fdinfo directories.
Result<Ref<Inode>> create_descriptor_directory(SuperBlock& block, u64 number, const ProcSubject& subject, bool with_information);

// process_memory_file.cpp
Result<Ref<Inode>> create_memory_inode(SuperBlock& block, u64 number, const ProcSubject& subject);

/// The directory of a process, or of one of its tasks.
Result<Ref<Inode>> create_process_directory(SuperBlock& block, const ProcSubject& subject);

} // namespace martlet
