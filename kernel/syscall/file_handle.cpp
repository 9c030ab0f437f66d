// name_to_handle_at and open_by_handle_at: no file system here can find a file by a handle (as procfs on Linux).
#include "syscall/file.h"
#include "syscall/file_support.h"
#include "vfs/mount.h"

namespace martlet {

Result<void> sys_name_to_handle_at(int directory, UserString path, UserPtr<abi::FileHandle> handle,
                                   UserPtr<int>, u32 flags) {
    if (flags & ~(kAtSymlinkFollow | kAtEmptyPath)) return Error(Errno::EINVAL);
    NameArgument name = TRY(NameArgument::load(directory, path));
    TRY(name.walk((flags & kAtSymlinkFollow ? 0 : kAtSymlinkNoFollow) | (flags & kAtEmptyPath)));
    TRY(handle.load());
    return Error(Errno::EOPNOTSUPP);
}

Result<int> sys_open_by_handle_at(int mount_fd, UserPtr<abi::FileHandle> handle, u32) {
    constexpr u32 kHandleMax = 128;
    if (!current_credentials().has(Capability::DacReadSearch)) return Error(Errno::EPERM);
    if (mount_fd != kAtWorkingDirectory) TRY(get_open_file(mount_fd, Rights::Execute));
    abi::FileHandle given = TRY(handle.load());
    if (given.size == 0 || given.size > kHandleMax) return Error(Errno::EINVAL);
    return Error(Errno::ESTALE);
}

} // namespace martlet
