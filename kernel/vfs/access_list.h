// Access control lists (acl(5), POSIX.1e draft 17): the attributes system.posix_acl_access and
// system.posix_acl_default.
//
// A list is kept as the bytes of its attribute, in the inode's ExtendedAttributes; Inode::access_lists says which there
// are, so that an inode without one costs one test. The mode's group bits are the list's mask: chmod(2) changes both. A
// list that says no more than a mode becomes that mode. Changes are under attribute_lock.
#pragma once
#include <span>
#include <string_view>

#include "vfs/inode.h"
#include "vfs/path.h"

namespace martlet {

struct Credentials;

inline constexpr u8 kHasAccessList = 1, kHasDefaultList = 2; // of Inode::access_lists

/// Whether an attribute's name is that of a list.
bool is_access_list_name(std::string_view name);
/// setxattr(2); an empty value takes the list away. EOPNOTSUPP, EINVAL, EACCES (only directories have default lists),
/// EPERM.
Result<void> set_access_list(const Path& path, std::string_view name, std::span<const u8> value);
/// getxattr(2): ENODATA, ERANGE, EOPNOTSUPP.
Result<usize> get_access_list(Inode& inode, std::string_view name, std::span<u8> value);

/// Of the `wanted` permissions of somebody who is not the owner: all of them, or none. ENOMEM.
Result<u32> granted_by_access_list(const Inode& inode, u32 wanted, const Credentials& credentials);
/// The inode's mode has been changed; under attribute_lock.
Result<void> apply_mode_to_access_list(Inode& inode);

/// Makes `name`, with the lists that the directory's default list gives it. The umask is without effect there.
Result<Ref<Inode>> create_with_access(Inode& directory, std::string_view name, const InodeAttributes& attributes);
/// The same for an inode that has just been made. ENOMEM, ENOSPC.
Result<void> inherit_access_lists(Inode& directory, Inode& made);

} // namespace martlet
