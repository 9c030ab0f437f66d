// The caller: what the VFS asks about whoever runs now. Answered by syscall/vfs_caller.cpp from the current
// task, so that the VFS does not depend on processes; while the kernel boots the caller is the kernel itself:
// root, no limits.
#pragma once
#include "proc/credentials.h"
#include "vfs/path.h"

namespace martlet {

const Credentials& current_credentials();
Path current_root();
Path current_working_directory();
class MountNamespace;
MountNamespace& current_mount_namespace();
/// RLIMIT_FSIZE.
u64 current_file_size_limit();
void raise_file_size_signal(); // SIGXFSZ
void raise_broken_pipe_signal(); // SIGPIPE
/// Process id of the caller, for record locks; 0 for the kernel.
int current_process_id();

} // namespace martlet
