// mkdir, mknod, rmdir, unlink, rename, link, symlink, readlink.
#include "syscall/file_support.h"
#include "syscall/fs.h"
#include "vfs/dentry.h"
#include "vfs/inode.h"

namespace martlet {

Result<void> sys_mkdirat(int directory, UserString path, u32 mode) {
    NameArgument name = TRY(NameArgument::load(directory, path));
    return make_directory(name.at(), mode, current_umask());
}
Result<void> sys_mkdir(UserString path, u32 mode) { return sys_mkdirat(kAtWorkingDirectory, path, mode); }

Result<void> sys_mknodat(int directory, UserString path, u32 mode, u32 device) {
    u32 type = mode & kModeTypeMask;
    if (type == 0) type = kModeRegular;
    if (type == kModeDirectory) return Error(Errno::EPERM);
    if (type != kModeRegular && type != kModeCharacter && type != kModeBlock && type != kModeFifo &&
        type != kModeSocket)
        return Error(Errno::EINVAL);
    NameArgument name = TRY(NameArgument::load(directory, path));
    return make_node(name.at(), type | (mode & kModePermissions), device, current_umask());
}
Result<void> sys_mknod(UserString path, u32 mode, u32 device) {
    return sys_mknodat(kAtWorkingDirectory, path, mode, device);
}

Result<void> sys_unlinkat(int directory, UserString path, u32 flags) {
    if (flags & ~kAtRemoveDirectory) return Error(Errno::EINVAL);
    NameArgument name = TRY(NameArgument::load(directory, path));
    return flags & kAtRemoveDirectory ? remove_directory(name.at()) : remove_name(name.at());
}
Result<void> sys_rmdir(UserString path) { return sys_unlinkat(kAtWorkingDirectory, path, kAtRemoveDirectory); }
Result<void> sys_unlink(UserString path) { return sys_unlinkat(kAtWorkingDirectory, path, 0); }

Result<void> sys_renameat2(int old_directory, UserString old_path, int new_directory, UserString new_path, u32 flags) {
    NameArgument from = TRY(NameArgument::load(old_directory, old_path));
    NameArgument to = TRY(NameArgument::load(new_directory, new_path));
    return rename_entry(from.at(), to.at(), flags);
}
Result<void> sys_renameat(int old_directory, UserString old_path, int new_directory, UserString new_path) {
    return sys_renameat2(old_directory, old_path, new_directory, new_path, 0);
}
Result<void> sys_rename(UserString old_path, UserString new_path) {
    return sys_renameat2(kAtWorkingDirectory, old_path, kAtWorkingDirectory, new_path, 0);
}

Result<void> sys_linkat(int old_directory, UserString old_path, int new_directory, UserString new_path, u32 flags) {
    if (flags & ~(kAtSymlinkFollow | kAtEmptyPath)) return Error(Errno::EINVAL);
    NameArgument from = TRY(NameArgument::load(old_directory, old_path));
    // Naming a file by its descriptor alone would let a receiver of descriptors make names.
    if ((flags & kAtEmptyPath) && from.is_empty() && !current_credentials().has(Capability::DacReadSearch))
        return Error(Errno::ENOENT);
    Path old_file = TRY(from.walk((flags & kAtSymlinkFollow ? 0 : kAtSymlinkNoFollow) | (flags & kAtEmptyPath)));
    NameArgument to = TRY(NameArgument::load(new_directory, new_path));
    return make_link(old_file, to.at());
}
Result<void> sys_link(UserString old_path, UserString new_path) {
    return sys_linkat(kAtWorkingDirectory, old_path, kAtWorkingDirectory, new_path, 0);
}

Result<void> sys_symlinkat(UserString target, int directory, UserString path) {
    String text = TRY(copy_user_path(target));
    NameArgument name = TRY(NameArgument::load(directory, path));
    return make_symlink(name.at(), text);
}
Result<void> sys_symlink(UserString target, UserString path) {
    return sys_symlinkat(target, kAtWorkingDirectory, path);
}

Result<usize> sys_readlinkat(int directory, UserString path, UserPtr<char> buffer, int size) {
    if (size <= 0) return Error(Errno::EINVAL);
    NameArgument name = TRY(NameArgument::load(directory, path));
    Path link = TRY(name.walk(kAtSymlinkNoFollow | kAtEmptyPath));
    // An empty path means the descriptor itself, which must be a link then.
    if (name.is_empty() && !link.dentry().inode()->is_symlink()) return Error(Errno::ENOENT);
    String text = TRY(read_link(link));
    usize count = text.size() < static_cast<usize>(size) ? text.size() : static_cast<usize>(size);
    TRY(buffer.store_array({text.c_str(), count}));
    return count;
}
Result<usize> sys_readlink(UserString path, UserPtr<char> buffer, int size) {
    return sys_readlinkat(kAtWorkingDirectory, path, buffer, size);
}

} // namespace martlet
