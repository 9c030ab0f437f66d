// What the file calls share: from user arguments to kernel values.
#pragma once
#include "mm/user_access.h"
#include "proc/task.h"
#include "vfs/fd_table.h"
#include "vfs/fs_context.h"
#include "vfs/limits.h"
#include "vfs/operations.h"
#include "vfs/path_walk.h"

namespace martlet {

inline constexpr int kAtWorkingDirectory = -100; // AT_FDCWD
inline constexpr u32 kAtSymlinkNoFollow = 0x100, kAtRemoveDirectory = 0x200, kAtEffectiveAccess = 0x200,
                     kAtSymlinkFollow = 0x400, kAtNoAutomount = 0x800, kAtEmptyPath = 0x1000, kAtStatxSync = 0x6000;

/// EBADF, EACCES.
inline Result<Ref<File>> get_file(int fd, Rights needed) { return current_task().files().get(fd, needed); }
/// A descriptor for a new file: EMFILE, ENOMEM. O_CLOEXEC of `flags` counts.
Result<int> install_file(Descriptor descriptor, u32 flags);
inline Result<int> install_file(Ref<File> file, u32 flags) { return install_file(Descriptor{std::move(file)}, flags); }
/// As get_file, for calls that an O_PATH descriptor does not serve (EBADF).
Result<Ref<File>> get_open_file(int fd, Rights needed);

/// Whether an absolute name leaves the starting directory unused, as everywhere, or stays below it (openat2(2)).
enum class AbsoluteName : u8 { IgnoresStart, NeedsStart };

/// open(2)'s rules about combinations of flags, and those that it takes without effect beside O_PATH. EINVAL.
inline constexpr u32 kTmpfileBit = kOpenTmpfile & ~kOpenDirectory;
Result<void> check_open_flags(u32& flags);

/// F_SETFL, with O_ASYNC. EPERM: O_NOATIME is for owners.
Result<i64> set_status_flags(File& file, int fd, u32 flags);

/// A path argument and the directory it starts from.
class NameArgument {
public:
    /// EBADF, ENOTDIR for the descriptor; EFAULT, ENAMETOOLONG, ENOMEM for the name.
    static Result<NameArgument> load(int directory, UserString name,
                                     AbsoluteName absolute = AbsoluteName::IgnoresStart);
    NameAt at() const { return {start_, name_}; }
    bool is_empty() const { return name_.is_empty(); }
    /// To what the name leads; AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH count.
    Result<Path> walk(u32 at_flags) const;
    /// The same without counting as a use of the mount it ends on (MNT_EXPIRE).
    Result<Path> walk_without_use(u32 at_flags) const;

private:
    Path start_;
    String name_;
};

/// Gives the task a descriptor table of its own if others share it. ENOMEM.
Result<void> unshare_files();
Result<void> unshare_fs_context();
/// pivot_root(2): every process that has `old_root` as root or working directory gets `new_root`.
void replace_everybodys_root(const Path& old_root, const Path& new_root);

// fs_mount.cpp: what mount(2) and move_mount(2) have in common.
Result<void> attach_new_mount(Ref<Mount> mount, const Path& target);
Result<void> move_mounted(const Path& from, const Path& target);

/// What it takes away from the mode of something new.
inline u32 current_umask() { return current_task().fs_context().umask(); }

/// The user's iovec array, checked (EINVAL, EFAULT, ENOMEM) and limited in total.
class VectorArgument : NonCopyable {
public:
    Result<void> load(u64 address, u64 count);
    std::span<const UserIoVector> vectors() const { return {heap_ ? heap_.get() : inline_, count_}; }

private:
    static constexpr usize kInline = 8;
    UserIoVector inline_[kInline];
    Own<UserIoVector[]> heap_;
    usize count_ = 0;
};

} // namespace martlet
