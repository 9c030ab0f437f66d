// Paths of things without a name in the tree: pipes, sockets, event objects. Each gets an inode of one hidden
// file system and a dentry whose name is what /proc/pid/fd shows: "pipe:[12]", "anon_inode:[eventfd]".
#pragma once
#include <atomic>

#include "vfs/inode.h"
#include "vfs/path.h"

namespace martlet {

/// Null when memory is exhausted.
SuperBlock* anonymous_super_block();
u64 next_anonymous_inode_number();
Result<Path> make_anonymous_path(Ref<Inode> inode, std::string_view name);
/// A node of its own, shown as "pipe:[12]": `mode` with the type, owned by the caller.
Result<Path> make_anonymous_node(std::string_view type_name, u32 mode, Ref<RefCounted> attachment);
/// For files that share the one inode without a type ("anon_inode:[eventfd]").
Result<Path> anonymous_file_path(std::string_view name);

/// The path of a kind of thing that needs no inode of its own ("anon_inode:[eventfd]"): one inode is shared
/// by all of them. A constant object of the kind's source file; the path is made on first use and kept.
class AnonymousKind : NonCopyable {
public:
    explicit constexpr AnonymousKind(std::string_view name) : name_(name) {}
    Result<Path> path();

private:
    std::string_view name_;
    std::atomic<Path*> path_ = nullptr;
};

/// A file of such a kind: it has no position, and lseek(2) is without effect.
class AnonymousFile : public File {
public:
    using File::File;
    Result<u64> seek(i64, int) override { return 0; }
};

} // namespace martlet
