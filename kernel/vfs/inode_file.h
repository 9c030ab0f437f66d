// InodeFile: an open regular file or directory, served by its inode.
#pragma once
#include "vfs/file.h"

namespace martlet {

class InodeFile : public File {
public:
    InodeFile(Inode& inode, u32 flags, const Path& path);
    ~InodeFile() override;

    Result<usize> read(IoCursor& to, u64 offset) override;
    Result<usize> write(IoCursor& from, u64 offset) override;
    Result<usize> append(IoCursor& from, u64& end) override;
    bool is_seekable() const override { return true; }
    Result<u64> seek(i64 offset, int whence) override;
    Result<Ref<MemoryObject>> mapping_object() override;
    Result<void> read_directory(DirectorySink& sink) override;
    Result<void> sync() override { return {}; }
    Inode* inode() const override { return inode_.get(); }

private:
    Result<usize> write_locked(IoCursor& from, u64 offset);

    Ref<Inode> inode_;
    bool counts_as_writer_ = false;
    friend Result<Ref<File>> open_inode_file(Inode& inode, u32 flags, const Path& path);
};

/// Opens it; ETXTBSY for writing a program that runs, ENOMEM.
Result<Ref<File>> open_inode_file(Inode& inode, u32 flags, const Path& path);

} // namespace martlet
