// Opening: open(2), openat2(2), execve's open.
#pragma once
#include "vfs/file.h"
#include "vfs/operations.h"

namespace martlet {

struct OpenRequest {
    u32 flags = 0;      // kOpen…
    u32 mode = 0;       // permissions of a new file
    u32 walk_flags = 0; // kWalk… from openat2's resolve
    u32 umask = 0;
};

/// With every error of open(2).
Result<Ref<File>> open_file(const NameAt& at, const OpenRequest& request);
/// Opens what a path already leads to; permissions are checked (magic links, O_PATH reopen).
Result<Ref<File>> open_path(const Path& path, u32 flags);
/// Whether O_DIRECT means something for the file (EINVAL): it is a block device.
bool can_bypass_cache(const File& file);
/// Makes the File for an inode without any check.
Result<Ref<File>> open_inode(const Path& path, u32 flags);
/// For execve(2): a regular file with execute permission on a mount that allows it (EACCES), not open for writing
/// (ETXTBSY). Nobody can open it for writing until the last reference to the File is gone. `walk_flags`: kWalk….
Result<Ref<File>> open_executable(const NameAt& at, u32 walk_flags);

} // namespace martlet
