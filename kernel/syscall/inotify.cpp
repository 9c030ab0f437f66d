// inotify_init(2), inotify_add_watch(2), inotify_rm_watch(2).
#include "event/inotify_file.h"
#include "syscall/event.h"
#include "syscall/file_support.h"
#include "vfs/dentry.h"
#include "vfs/permission.h"

namespace martlet {
namespace {

Result<Ref<InotifyFile>> get_inotify(int fd) {
    Ref<File> file = TRY(get_open_file(fd, Rights::Manage));
    if (!file->as<InotifyFile>()) return Error(Errno::EINVAL);
    return ref_static_cast<InotifyFile>(std::move(file));
}

} // namespace

Result<int> sys_inotify_init1(u32 flags) {
    if (flags & ~(kOpenCloseOnExec | kOpenNonBlock)) return Error(Errno::EINVAL);
    return install_file(TRY(InotifyFile::create(flags)), flags);
}

Result<int> sys_inotify_init() { return sys_inotify_init1(0); }

Result<int> sys_inotify_add_watch(int fd, UserString path, u32 mask) {
    if (!(mask & InotifyFile::kKnown)) return Error(Errno::EINVAL);
    Ref<File> file = TRY(get_open_file(fd, Rights::Manage));
    if ((mask & InotifyFile::kMaskAdd) && (mask & InotifyFile::kMaskCreate)) return Error(Errno::EINVAL);
    InotifyFile* inotify = file->as<InotifyFile>();
    if (!inotify) return Error(Errno::EINVAL);
    String name = TRY(copy_user_path(path));
    u32 flags = (mask & InotifyFile::kDontFollow ? 0 : kWalkFollow) |
                (mask & InotifyFile::kOnlyDirectory ? kWalkDirectory : 0);
    Path found = TRY(walk_path(Path(), name, flags));
    Inode& inode = *found.dentry().inode();
    TRY(check_permission(inode, kMayRead, current_task().credentials()));
    return inotify->add_watch(inode, mask);
}

Result<void> sys_inotify_rm_watch(int fd, int watch) {
    Ref<InotifyFile> inotify = TRY(get_inotify(fd));
    return inotify->remove_watch(watch);
}

} // namespace martlet
