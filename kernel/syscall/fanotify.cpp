// fanotify_init(2), fanotify_mark(2).
#include "event/fanotify_file.h"
#include "syscall/event.h"
#include "syscall/file_support.h"
#include "vfs/dentry.h"
#include "vfs/mount.h"
#include "vfs/permission.h"

namespace martlet {
namespace {

// Of fanotify_mark(2).
constexpr u32 kAdd = 1, kRemove = 2, kDontFollow = 4, kOnlyDirectory = 8, kMount = 0x10, kIgnoredMask = 0x20,
              kSurvivesModify = 0x40, kFlush = 0x80, kFileSystem = 0x100, kKnownFlags = 0x1ff;

/// What is marked: the path, or without one the descriptor itself.
Result<Path> find_marked(int directory, UserString path, u32 flags) {
    if (path.address() == 0) {
        Ref<File> file = TRY(get_open_file(directory, Rights::None));
        if (!file->path()) return Error(Errno::EBADF);
        Inode* inode = file->inode();
        if ((flags & kOnlyDirectory) && !(inode && inode->is_directory())) return Error(Errno::ENOTDIR);
        return file->path();
    }
    NameArgument name = TRY(NameArgument::load(directory, path));
    NameAt at = name.at();
    return walk_path(at.start, at.name,
                     (flags & kDontFollow ? 0 : kWalkFollow) | (flags & kOnlyDirectory ? kWalkDirectory : 0));
}

} // namespace

Result<int> sys_fanotify_init(u32 flags, u32 event_flags) {
    constexpr u32 kClasses = 0xc, kKnown = FanotifyFile::kCloseOnExec | FanotifyFile::kNonBlock |
                                           FanotifyFile::kUnlimitedQueue | FanotifyFile::kUnlimitedMarks |
                                           FanotifyFile::kReportThread | kClasses;
    constexpr u32 kEventFlags = kOpenAccessMode | kOpenAppend | kOpenNonBlock | kOpenSync | kOpenDsync |
                                kOpenCloseOnExec | kOpenLargeFile | kOpenNoAtime;
    if (!current_credentials().has(Capability::SysAdmin)) return Error(Errno::EPERM);
    if ((flags & ~kKnown) || (flags & kClasses) == kClasses) return Error(Errno::EINVAL);
    if ((event_flags & ~kEventFlags) || (event_flags & kOpenAccessMode) == kOpenAccessMode) return Error(Errno::EINVAL);
    Ref<File> file = TRY(FanotifyFile::create(flags, event_flags));
    return install_file(std::move(file), flags & FanotifyFile::kCloseOnExec ? kOpenCloseOnExec : 0);
}

Result<void> sys_fanotify_mark(int fd, u32 flags, u64 mask, int directory, UserString path) {
    constexpr u32 kMaskFlags = FanotifyFile::kOnChild | FanotifyFile::kOnDirectory;
    constexpr u32 kScopes = kMount | kFileSystem, kCommands = kAdd | kRemove | kFlush;
    if ((mask >> 32) != 0 || (flags & ~kKnownFlags) || (flags & kScopes) == kScopes) return Error(Errno::EINVAL);
    u32 command = flags & kCommands;
    if (command != kAdd && command != kRemove && command != kFlush) return Error(Errno::EINVAL);
    if (command == kFlush ? (flags & ~(kScopes | kFlush)) != 0 : mask == 0) return Error(Errno::EINVAL);
    if (mask & ~static_cast<u64>(FanotifyFile::kEvents | kMaskFlags)) return Error(Errno::EINVAL);
    FanotifyFile::MarkRequest request = {FanotifyFile::MarkKind::Inode, static_cast<u32>(mask),
                                         (flags & kIgnoredMask) != 0, (flags & kSurvivesModify) != 0};
    if (flags & kMount) request.kind = FanotifyFile::MarkKind::Mount;
    if (flags & kFileSystem) request.kind = FanotifyFile::MarkKind::FileSystem;
    if (request.ignores) request.mask &= ~kMaskFlags;
    Ref<File> file = TRY(get_open_file(fd, Rights::Manage));
    FanotifyFile* group = file->as<FanotifyFile>();
    if (!group) return Error(Errno::EINVAL);
    if (command == kFlush) {
        group->flush_marks(request.kind);
        return {};
    }
    Path found = TRY(find_marked(directory, path, flags));
    Inode* inode = found.dentry().inode();
    TRY(check_permission(*inode, kMayRead, current_credentials()));
    if (request.kind != FanotifyFile::MarkKind::Inode || !inode->is_directory())
        request.mask &= ~FanotifyFile::kOnChild;
    if (command == kRemove) return group->remove_mark(found, request);
    // The next write would take it away.
    if (request.ignores && !request.survives_modify && request.kind == FanotifyFile::MarkKind::Inode &&
        inode->has_writers())
        return {};
    return group->add_mark(found, request);
}

} // namespace martlet
