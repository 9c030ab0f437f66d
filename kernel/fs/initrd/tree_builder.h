// TreeBuilder: puts the entries of an archive into the RAM root, as an unpacking program run by root would. A
// later entry replaces an earlier one of its name; directories that no entry made appear with mode 755.
#pragma once
#include "base/vector.h"
#include "fs/initrd/archive_entry.h"
#include "vfs/inode.h"
#include "vfs/path.h"
#include "vfs/path_walk.h"

namespace martlet {

class TreeBuilder {
public:
    explicit TreeBuilder(const Path& root) : root_(root) {}

    /// Answers the inode that the entry's name now leads to; a regular file is empty and the caller's to fill.
    Result<Ref<Inode>> place(const ArchiveEntry& entry);
    /// Sets the directories' times, which every name made in them had changed.
    void finish();

private:
    struct DirectoryTime {
        Ref<Inode> directory;
        u64 modify_time;
    };
    Result<Ref<Dentry>> walk_to(PathWalk& walk, std::string_view path);
    Result<void> make_parents(std::string_view path);
    Result<Ref<Inode>> update_directory(Inode& directory, const ArchiveEntry& entry);
    Result<Ref<Inode>> place_hard_link(const ArchiveEntry& entry);

    Path root_;
    Vector<DirectoryTime> directory_times_;
};

} // namespace martlet
