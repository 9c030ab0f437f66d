// name_to_handle_at and open_by_handle_at.
#include "vfs/file_handle.h"

#include "syscall/file.h"
#include "syscall/file_support.h"
#include "vfs/dentry.h"
#include "vfs/mount.h"
#include "vfs/open.h"

namespace martlet {
namespace {

constexpr u32 kAtHandleFid = 0x200;
constexpr u32 kHeaderSize = sizeof(abi::FileHandle);

/// The mount that a descriptor's file is in. EBADF.
Result<Ref<Mount>> mount_of(int fd) {
    if (fd == kAtWorkingDirectory) return Ref<Mount>(current_task().fs_context().working_directory().mount());
    Ref<File> file = TRY(get_open_file(fd, Rights::Execute));
    if (!file->path()) return Error(Errno::ESTALE);
    return Ref<Mount>(file->path().mount());
}

} // namespace

/// With too little room the caller learns how much is needed (EOVERFLOW).
Result<void> sys_name_to_handle_at(int directory, UserString path, UserPtr<abi::FileHandle> user,
                                   UserPtr<int> mount_id, u32 flags) {
    if (flags & ~(kAtSymlinkFollow | kAtEmptyPath | kAtHandleFid)) return Error(Errno::EINVAL);
    NameArgument name = TRY(NameArgument::load(directory, path));
    Path found = TRY(name.walk((flags & kAtSymlinkFollow ? 0 : kAtSymlinkNoFollow) | (flags & kAtEmptyPath)));
    HandleUse use = flags & kAtHandleFid ? HandleUse::Identify : HandleUse::Open;
    FileHandle handle = TRY(make_file_handle(*found.dentry().inode(), use));
    abi::FileHandle given = TRY(user.load());
    if (given.size > kFileHandleSizeMax) return Error(Errno::EINVAL);
    bool fits = given.size >= handle.size;
    TRY(mount_id.store(static_cast<int>(found.mount().id())));
    std::span bytes(reinterpret_cast<const u8*>(&handle), fits ? sizeof handle : kHeaderSize);
    TRY(UserPtr<u8>(user.address()).store_array(bytes));
    return fits ? Result<void>() : Error(Errno::EOVERFLOW);
}

Result<int> sys_open_by_handle_at(int mount_fd, UserPtr<abi::FileHandle> user, u32 flags) {
    if (!current_credentials().has(Capability::DacReadSearch)) return Error(Errno::EPERM);
    abi::FileHandle given = TRY(user.load());
    if (given.size == 0 || given.size > kFileHandleSizeMax) return Error(Errno::EINVAL);
    u8 bytes[kHeaderSize + kFileHandleSizeMax] = {};
    TRY(UserPtr<u8>(user.address()).load_array({bytes, kHeaderSize + given.size}));
    FileHandle handle;
    memcpy(&handle, bytes, sizeof handle);
    handle.size = given.size; // as checked
    Ref<Mount> mount = TRY(mount_of(mount_fd));
    Path path = TRY(find_by_handle(*mount, handle));
    TRY(check_open_flags(flags));
    if (flags & (kOpenCreate | kTmpfileBit)) return Error(Errno::EINVAL); // a handle is of what exists
    if ((flags & kOpenDirectory) && !path.dentry().inode()->is_directory()) return Error(Errno::ENOTDIR);
    return install_file(TRY(open_path(path, flags | kOpenLargeFile)), flags);
}

} // namespace martlet
