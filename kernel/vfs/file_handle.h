// File handles (name_to_handle_at(2), open_by_handle_at(2), fanotify(7)): what names a file of a file system for as
// long as it has a name, wherever it is moved to.
//
// A handle is the inode's number and the file system's generation, which no two file systems have had since boot; where
// numbers are never given twice (kernel/fs/ramfs), that names one file for ever. The file system finds the inode again.
#pragma once
#include "vfs/inode.h"
#include "vfs/path.h"

namespace martlet {

struct FileHandle {
    u32 size;  // of the bytes that follow the two
    i32 type;
    u32 generation, number_low, number_high;
};
static_assert(sizeof(FileHandle) == 20);
inline constexpr u32 kFileHandleSize = 12, kFileHandleSizeMax = 128; // MAX_HANDLE_SZ

/// Whether a handle shall lead back to the file, or only tell it from others (AT_HANDLE_FID).
enum class HandleUse : u8 { Open, Identify };
/// EOPNOTSUPP where the file system cannot find files by handles, ENOMEM.
Result<FileHandle> make_file_handle(Inode& inode, HandleUse use);
/// The place of the file in `mount`. ESTALE. A file that is no directory comes without the name it has.
Result<Path> find_by_handle(Mount& mount, const FileHandle& handle);

} // namespace martlet
