// Process descriptors (pidfd_open(2)): a file that refers to one process for ever, however its number is used
// again.
//
// Readable once the process has ended (poll(2)). The file holds a reference to the Process; its own state
// never changes.
#pragma once
#include "proc/process.h"
#include "vfs/fd_table.h"

namespace martlet {

/// `flags`: kOpenNonBlock or 0 (PIDFD_NONBLOCK). ENOMEM.
Result<Ref<File>> create_pidfd(Ref<Process> process, u32 flags);
/// The process behind descriptor `fd` of the calling task: EBADF if it is no such file, EACCES.
Result<Ref<Process>> process_of_descriptor(int fd, Rights needed);

} // namespace martlet
