// Paths of things without a name in the tree: pipes, sockets, event objects. Each gets an inode of one hidden file system
// and a dentry whose name is what /proc/pid/fd shows: "pipe:[12]", "anon_inode:[eventfd]".
#pragma once
#include "vfs/inode.h"
#include "vfs/path.h"

namespace martlet {

/// Null when memory is exhausted.
SuperBlock* anonymous_super_block();
u64 next_anonymous_inode_number();
Result<Path> make_anonymous_path(Ref<Inode> inode, std::string_view name);
/// For files that share the one inode without a type ("anon_inode:[eventfd]").
Result<Path> anonymous_file_path(std::string_view name);

} // namespace martlet
