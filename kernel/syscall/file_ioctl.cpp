// ioctl(2): what means the same for every file; the rest is the file's own.
#include "event/file_owner.h"
#include "syscall/file.h"
#include "syscall/file_owner.h"
#include "syscall/file_support.h"
#include "vfs/caller.h"
#include "vfs/file_system.h"
#include "vfs/inode.h"
#include "vfs/ioctl.h"

namespace martlet {
namespace {

Result<i64> set_flag(File& file, u64 argument, u32 flag) {
    int value = TRY(UserPtr<int>(argument).load());
    TRY(file.set_status_flags(value ? file.flags() | flag : file.flags() & ~flag));
    return 0;
}

/// FICLONE: the checks that come before a file system is asked, which none here could grant.
Result<i64> clone_file(File& target, int source_fd) {
    Ref<File> source = TRY(get_open_file(source_fd, Rights::Read));
    Inode *from = source->inode(), *to = target.inode();
    if (!from || !to || &from->super_block() != &to->super_block()) return Error(Errno::EXDEV);
    if (from->is_directory() || to->is_directory()) return Error(Errno::EISDIR);
    if (!from->is_regular() || !to->is_regular()) return Error(Errno::EINVAL);
    if (!source->can_read() || !target.can_write() || (target.flags() & kOpenAppend)) return Error(Errno::EBADF);
    return Error(Errno::EOPNOTSUPP);
}

} // namespace

Result<i64> sys_ioctl(int fd, u32 command, u64 argument) {
    Ref<File> file = TRY(get_open_file(fd, Rights::Manage));
    Inode* inode = file->inode();
    switch (command) {
    case kIoctlCloseOnExec:
    case kIoctlNoCloseOnExec:
        TRY(current_task().files().set_close_on_exec(fd, command == kIoctlCloseOnExec ? CloseOnExec::Yes
                                                                                      : CloseOnExec::No));
        return 0;
    case kIoctlNonBlock: return set_flag(*file, argument, kOpenNonBlock);
    case kIoctlAsync: {
        bool wanted = TRY(UserPtr<int>(argument).load()) != 0;
        if (wanted == ((file->flags() & kOpenAsync) != 0)) return 0;
        if (file->signalled_events() == 0) return Error(Errno::ENOTTY);
        return set_status_flags(*file, fd, file->flags() ^ kOpenAsync);
    }
    case kIoctlSetOwner:
    case kIoctlSetGroup:
    case kIoctlGetOwner:
    case kIoctlGetGroup: return owner_ioctl(*file, command, argument);
    case kIoctlBytesReadable:
        if (!inode || !inode->is_regular()) break;
        TRY(UserPtr<int>(argument).store(
            static_cast<int>(static_cast<i64>(inode->attributes.size) - static_cast<i64>(file->position))));
        return 0;
    case kIoctlQuerySize:
        if (!inode || !(inode->is_regular() || inode->is_directory() || inode->is_symlink()))
            return Error(Errno::ENOTTY);
        TRY(UserPtr<i64>(argument).store(static_cast<i64>(inode->attributes.size)));
        return 0;
    case kIoctlBlockMap:
        if (!inode || !inode->is_regular()) break;
        return Error(current_credentials().has(Capability::SysRawio) ? Errno::EINVAL : Errno::EPERM);
    case kIoctlBlockSize:
        if (!inode) return Error(Errno::EBADF);
        TRY(UserPtr<int>(argument).store(static_cast<int>(inode->super_block().statistics().block_size)));
        return 0;
    case kIoctlFreeze:
    case kIoctlThaw: return Error(current_credentials().has(Capability::SysAdmin) ? Errno::EOPNOTSUPP : Errno::EPERM);
    case kIoctlExtentMap: return Error(Errno::EOPNOTSUPP);
    case kIoctlClone: return clone_file(*file, static_cast<int>(argument));
    case kIoctlCloneRange: return clone_file(*file, static_cast<int>(TRY(UserPtr<i64>(argument).load())));
    default: break;
    }
    return file->ioctl(command, argument);
}

} // namespace martlet
