// System calls on names, attributes and mounts.
#pragma once
#include "abi/file.h"
#include "abi/mount.h"
#include "mm/user_access.h"

namespace martlet {

// fs_names.cpp
Result<void> sys_mkdir(UserString path, u32 mode);
Result<void> sys_mkdirat(int directory, UserString path, u32 mode);
Result<void> sys_mknod(UserString path, u32 mode, u32 device);
Result<void> sys_mknodat(int directory, UserString path, u32 mode, u32 device);
Result<void> sys_rmdir(UserString path);
Result<void> sys_unlink(UserString path);
Result<void> sys_unlinkat(int directory, UserString path, u32 flags);
Result<void> sys_rename(UserString old_path, UserString new_path);
Result<void> sys_renameat(int old_directory, UserString old_path, int new_directory, UserString new_path);
Result<void> sys_renameat2(int old_directory, UserString old_path, int new_directory, UserString new_path, u32 flags);
Result<void> sys_link(UserString old_path, UserString new_path);
Result<void> sys_linkat(int old_directory, UserString old_path, int new_directory, UserString new_path, u32 flags);
Result<void> sys_symlink(UserString target, UserString path);
Result<void> sys_symlinkat(UserString target, int directory, UserString path);
Result<usize> sys_readlink(UserString path, UserPtr<char> buffer, int size);
Result<usize> sys_readlinkat(int directory, UserString path, UserPtr<char> buffer, int size);
// fs_attributes.cpp
Result<void> sys_access(UserString path, u32 mode);
Result<void> sys_faccessat(int directory, UserString path, u32 mode);
Result<void> sys_faccessat2(int directory, UserString path, u32 mode, u32 flags);
Result<void> sys_chmod(UserString path, u32 mode);
Result<void> sys_fchmod(int fd, u32 mode);
Result<void> sys_fchmodat(int directory, UserString path, u32 mode);
Result<void> sys_fchmodat2(int directory, UserString path, u32 mode, u32 flags);
Result<void> sys_chown(UserString path, u32 user_id, u32 group_id);
Result<void> sys_fchown(int fd, u32 user_id, u32 group_id);
Result<void> sys_lchown(UserString path, u32 user_id, u32 group_id);
Result<void> sys_fchownat(int directory, UserString path, u32 user_id, u32 group_id, u32 flags);
Result<void> sys_utime(UserString path, u64 times);
Result<void> sys_utimes(UserString path, u64 times);
Result<void> sys_futimesat(int directory, UserString path, u64 times);
Result<void> sys_utimensat(int directory, UserString path, u64 times, u32 flags);
Result<void> sys_truncate(UserString path, i64 size);
// fs_xattr.cpp
Result<void> sys_setxattr(UserString path, UserString name, UserPtr<const u8> value, usize size, u32 flags);
Result<void> sys_lsetxattr(UserString path, UserString name, UserPtr<const u8> value, usize size, u32 flags);
Result<void> sys_fsetxattr(int fd, UserString name, UserPtr<const u8> value, usize size, u32 flags);
Result<usize> sys_getxattr(UserString path, UserString name, UserPtr<u8> value, usize size);
Result<usize> sys_lgetxattr(UserString path, UserString name, UserPtr<u8> value, usize size);
Result<usize> sys_fgetxattr(int fd, UserString name, UserPtr<u8> value, usize size);
Result<usize> sys_listxattr(UserString path, UserPtr<char> names, usize size);
Result<usize> sys_llistxattr(UserString path, UserPtr<char> names, usize size);
Result<usize> sys_flistxattr(int fd, UserPtr<char> names, usize size);
Result<void> sys_removexattr(UserString path, UserString name);
Result<void> sys_lremovexattr(UserString path, UserString name);
Result<void> sys_fremovexattr(int fd, UserString name);
// fs_namespace.cpp
Result<void> sys_unshare(u64 flags);
Result<void> sys_setns(int fd, u32 kinds);
// fs_mount_api.cpp
Result<int> sys_fsopen(UserString name, u32 flags);
Result<int> sys_fspick(int directory, UserString path, u32 flags);
Result<void> sys_fsconfig(int fd, u32 command, UserString key, u64 value, int auxiliary);
Result<int> sys_fsmount(int fd, u32 flags, u32 attributes);
Result<int> sys_open_tree(int directory, UserString path, u32 flags);
Result<void> sys_move_mount(int from_directory, UserString from_path, int to_directory, UserString to_path, u32 flags);
Result<void> sys_mount_setattr(int directory, UserString path, u32 flags,
                               UserPtr<abi::MountAttributes> attributes, usize size);
// fs_mount.cpp
Result<void> sys_mount(UserString source, UserString target, UserString type, u64 flags, UserString data);
Result<void> sys_umount2(UserString target, u32 flags);
Result<void> sys_pivot_root(UserString new_root, UserString put_old);

} // namespace martlet
