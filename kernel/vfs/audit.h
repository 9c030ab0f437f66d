// What the VFS holds right now, for the account at power-off: after everything was closed and unmounted,
// inodes and dentries are those of the mounted file systems, and there are no files.
#pragma once
#include "vfs/dentry.h"
#include "vfs/inode.h"

namespace martlet {

struct VfsCounts {
    u64 inodes, files, dentries, unused_dentries;
};

inline VfsCounts vfs_counts() {
    DentryStatistics dentries = DentryCache::statistics();
    return {live_inode_count(), live_file_count(), dentries.live, dentries.unused};
}

} // namespace martlet
