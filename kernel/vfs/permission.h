// Who may do what with an inode (path_resolution(7), capabilities(7)).
#pragma once
#include "vfs/inode.h"

namespace martlet {

struct Credentials;
class Dentry;

inline constexpr u32 kMayExecute = 1, kMayWrite = 2, kMayRead = 4;

/// EACCES unless every wanted permission is granted: by the first matching of owner, group and other, by the access
/// control list of who is not the owner, or by CAP_DAC_OVERRIDE (execute needs one x bit on files) or
/// CAP_DAC_READ_SEARCH.
Result<void> check_permission(const Inode& inode, u32 wanted, const Credentials& credentials);
/// Search permission of a directory; the common case needs one comparison.
inline Result<void> check_search(const Inode& directory, const Credentials& credentials) {
    bool has_list = directory.access_lists.load(std::memory_order_relaxed) != 0;
    if ((directory.mode() & 0111) == 0111 && !has_list) [[likely]] return {};
    return check_permission(directory, kMayExecute, credentials);
}
/// What proc_sys_fs(5) calls protected_…: extra rules in directories that everybody may write to.
struct NameProtection {
    std::atomic<u32> symlinks = 1, hard_links = 1, fifos = 0, regular = 0;
};
extern NameProtection name_protection;
/// protected_symlinks: EACCES for another's link as the last component in a sticky directory that others may write to.
Result<void> check_link_follow(const Inode& directory, const Inode& link, const Credentials& credentials);
/// protected_hardlinks: EPERM for a file that one could not open for reading and writing, or one with privileges.
Result<void> check_link_source(const Inode& inode, const Credentials& credentials);
/// protected_fifos and protected_regular: EACCES for O_CREAT of another's file in such a directory.
Result<void> check_open_existing(const Inode& directory, const Inode& inode, const Credentials& credentials);
/// The owner, or CAP_FOWNER.
bool is_owner_or_capable(const Inode& inode, const Credentials& credentials);
/// Adding a name: the directory is alive (ENOENT), writable and searchable (EACCES).
Result<void> check_create(const Dentry& directory, const Credentials& credentials);
/// Removing `victim`: as above, the sticky bit (EPERM), and the kind: ENOTDIR, EISDIR.
enum class VictimKind : u8 { Directory, NotDirectory };
Result<void> check_delete(const Dentry& directory, const Dentry& victim, VictimKind kind,
                          const Credentials& credentials);
/// The set-user-ID and set-group-ID bits that a write or truncation by these credentials clears from `mode`.
u32 privileges_lost_by_write(u32 mode, const Credentials& credentials);
/// Owner, group and mode of a new inode in `directory`: set-group-ID directories hand on their group, and the umask
/// counts where there is no default access control list.
InodeAttributes attributes_for_new(const Inode& directory, u32 mode, u32 umask, const Credentials& credentials);

} // namespace martlet
