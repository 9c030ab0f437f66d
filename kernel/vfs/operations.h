// Changes to the tree of names and to attributes: what mkdir(2), rename(2), chmod(2) … do once their
// arguments are kernel values. Permissions, read-only mounts and every error order are here; file systems
// only store.
#pragma once
#include <string_view>

#include "vfs/inode.h"
#include "vfs/path.h"

namespace martlet {

/// An at-call's directory (an empty Path: the working directory) and name.
struct NameAt {
    Path start;
    std::string_view name;
};

/// `mode` carries the type; regular, character, block, FIFO and socket.
Result<void> make_node(const NameAt& at, u32 mode, u64 device, u32 umask = 0);
/// A socket's name: `attachment` is what the new inode holds from the start. Answers where it is.
Result<Path> make_socket(const NameAt& at, u32 mode, u32 umask, Ref<RefCounted> attachment);
Result<void> make_directory(const NameAt& at, u32 mode, u32 umask = 0);
Result<void> make_symlink(const NameAt& at, std::string_view target);
/// link(2) of what `old_path` is to a new name.
Result<void> make_link(const Path& old_path, const NameAt& at);
Result<void> remove_name(const NameAt& at);
Result<void> remove_directory(const NameAt& at);
// renameat2(2) flags.
inline constexpr u32 kRenameNoReplace = 1, kRenameExchange = 2, kRenameWhiteout = 4;
Result<void> rename_entry(const NameAt& from, const NameAt& to, u32 flags);

Result<String> read_link(const Path& path);

Result<void> change_mode(const Path& path, u32 mode);
/// ~0u leaves an id as it is.
Result<void> change_owner(const Path& path, u32 user_id, u32 group_id);
/// utimensat(2): null times mean "now" for both.
struct TimeChange {
    enum class Kind : u8 { Set, Now, Omit } kind = Kind::Now;
    TimeSpec value;
};
Result<void> change_times(const Path& path, const TimeChange& access, const TimeChange& modify);
/// truncate(2) and ftruncate(2); write permission is checked by the caller.
Result<void> change_size(Inode& inode, u64 size);
/// The same for who does not have the file open for writing (O_TRUNC, truncate): ETXTBSY while it is executed.
Result<void> truncate_as_writer(Inode& inode, u64 size);
/// access(2) with the credentials in force; EROFS for writing to a read-only mount.
Result<void> check_access(const Path& path, u32 wanted, const Credentials& credentials);

} // namespace martlet
