// fanotify_init(2), fanotify_mark(2).
#include "event/fanotify_file.h"
#include "syscall/event.h"
#include "syscall/file_support.h"
#include "vfs/dentry.h"
#include "vfs/file_handle.h"
#include "vfs/file_system.h"
#include "vfs/mount.h"
#include "vfs/permission.h"

namespace martlet {
namespace {

// Of fanotify_mark(2).
constexpr u32 kAdd = 1, kRemove = 2, kDontFollow = 4, kOnlyDirectory = 8, kMount = 0x10, kIgnoredMask = 0x20,
              kFlush = 0x80, kFileSystem = 0x100, kKnownFlags = 0x7ff;

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

constexpr u32 kOnDirectoryOnly = kNotifyNameEvents | FanotifyFile::kOnChild | FanotifyFile::kOnDirectory;

/// What a group of this kind may be told of by such a mark (fanotify_mark(2)). EINVAL.
Result<void> check_events(u32 group_flags, u32 mark_flags, u32 mask) {
    bool is_file_system = (mark_flags & kFileSystem) != 0, is_mount = (mark_flags & kMount) != 0;
    if ((mask & kNotifyPermissionEvents) && !(group_flags & FanotifyFile::kClasses)) return Error(Errno::EINVAL);
    if ((mask & FanotifyFile::kFileSystemError) && !is_file_system) return Error(Errno::EINVAL);
    if ((mark_flags & FanotifyFile::kEvictable) && (is_file_system || is_mount)) return Error(Errno::EINVAL);
    bool wants_handles = (mask & (FanotifyFile::kHandleEvents | FanotifyFile::kFileSystemError)) != 0;
    if (wants_handles && (!(group_flags & kReportsHandles) || is_mount)) return Error(Errno::EINVAL);
    if ((mask & kNotifyRename) && !(group_flags & kReportName)) return Error(Errno::EINVAL);
    return {};
}

/// Whether such a mark on `path` can be made: ENOTDIR; EINVAL and EISDIR for ignoring what a write would bring back.
Result<void> check_new_mark(u32 group_flags, u32 mark_flags, u32 mask, const Path& path) {
    Inode& inode = *path.dentry().inode();
    bool is_inode = !(mark_flags & (kMount | kFileSystem));
    // Who answers would have to open files of /proc to decide.
    FileSystem* type = path.mount().super_block().type;
    if ((mask & kNotifyPermissionEvents) && type && type->name() == "proc") return Error(Errno::EINVAL);
    if (!is_inode && path.dentry().is_anonymous()) return Error(Errno::EINVAL);
    bool is_strict = (group_flags & kReportTargetFid) || (mask & kNotifyRename) || (mark_flags & FanotifyFile::kIgnore);
    if (is_strict && is_inode && !inode.is_directory() && (mask & kOnDirectoryOnly)) return Error(Errno::ENOTDIR);
    if (group_flags & kReportsHandles) {
        auto handle = make_file_handle(inode, HandleUse::Open);
        if (!handle) return Error(handle.error() == Errno::EOPNOTSUPP ? Errno::ENODEV : handle.error());
    }
    bool returns = (mark_flags & FanotifyFile::kIgnore) && !(mark_flags & FanotifyFile::kSurvivesModify);
    if (returns && !is_inode) return Error(Errno::EINVAL);
    if (returns && inode.is_directory()) return Error(Errno::EISDIR);
    return {};
}

} // namespace

Result<int> sys_fanotify_init(u32 flags, u32 event_flags) {
    constexpr u32 kClasses = FanotifyFile::kClasses, kKnown = FanotifyFile::kCloseOnExec | FanotifyFile::kNonBlock |
                                           FanotifyFile::kUnlimitedQueue | FanotifyFile::kUnlimitedMarks |
                                           FanotifyFile::kAudit | kReportPidfd | kReportThread | kReportsHandles |
                                           kClasses;
    constexpr u32 kPrivileged = kClasses | kReportThread | kReportPidfd | FanotifyFile::kUnlimitedQueue |
                                FanotifyFile::kUnlimitedMarks;
    constexpr u32 kEventFlags = kOpenAccessMode | kOpenAppend | kOpenNonBlock | kOpenSync | kOpenDsync |
                                kOpenCloseOnExec | kOpenLargeFile | kOpenNoAtime;
    const Credentials& credentials = current_credentials();
    bool is_privileged = credentials.has(Capability::SysAdmin);
    if (!is_privileged && ((flags & kPrivileged) || !(flags & kReportsHandles))) return Error(Errno::EPERM);
    if ((flags & ~kKnown) || (flags & kClasses) == kClasses) return Error(Errno::EINVAL);
    if ((flags & kReportPidfd) && (flags & kReportThread)) return Error(Errno::EINVAL);
    if ((event_flags & ~kEventFlags) || (event_flags & kOpenAccessMode) == kOpenAccessMode) return Error(Errno::EINVAL);
    if ((flags & kReportsHandles) && (flags & kClasses)) return Error(Errno::EINVAL);
    if ((flags & kReportName) && !(flags & kReportDirectoryFid)) return Error(Errno::EINVAL);
    constexpr u32 kTargetNeeds = kReportName | kReportFid;
    if ((flags & kReportTargetFid) && (flags & kTargetNeeds) != kTargetNeeds) return Error(Errno::EINVAL);
    if ((flags & FanotifyFile::kAudit) && !credentials.has(Capability::AuditWrite)) return Error(Errno::EPERM);
    Ref<File> file =
        TRY(FanotifyFile::create(flags | (is_privileged ? 0 : kUnprivilegedGroup), event_flags));
    return install_file(std::move(file), flags & FanotifyFile::kCloseOnExec ? kOpenCloseOnExec : 0);
}

Result<void> sys_fanotify_mark(int fd, u32 flags, u64 wide_mask, int directory, UserString path) {
    constexpr u32 kMaskFlags = FanotifyFile::kOnChild | FanotifyFile::kOnDirectory;
    constexpr u32 kScopes = kMount | kFileSystem, kCommands = kAdd | kRemove | kFlush;
    constexpr u32 kIgnoring = kIgnoredMask | FanotifyFile::kIgnore;
    auto mask = static_cast<u32>(wide_mask);
    if ((wide_mask >> 32) != 0 || (flags & ~kKnownFlags) || (flags & kScopes) == kScopes) return Error(Errno::EINVAL);
    u32 command = flags & kCommands;
    if (command != kAdd && command != kRemove && command != kFlush) return Error(Errno::EINVAL);
    if (command == kFlush ? (flags & ~(kScopes | kFlush)) != 0 : mask == 0) return Error(Errno::EINVAL);
    if ((mask & ~(FanotifyFile::kEvents | kMaskFlags)) || (flags & kIgnoring) == kIgnoring) return Error(Errno::EINVAL);
    if (flags & kIgnoredMask) mask &= ~kMaskFlags;
    Ref<File> file = TRY(get_open_file(fd, Rights::Manage));
    FanotifyFile* group = file->as<FanotifyFile>();
    if (!group) return Error(Errno::EINVAL);
    u32 group_flags = group->group_flags();
    if ((group_flags & kUnprivilegedGroup) && (flags & kScopes)) return Error(Errno::EPERM);
    TRY(check_events(group_flags, flags, mask));
    FanotifyFile::MarkRequest request = {FanotifyFile::MarkKind::Inode, mask, (flags & kIgnoring) != 0, flags};
    if (flags & kMount) request.kind = FanotifyFile::MarkKind::Mount;
    if (flags & kFileSystem) request.kind = FanotifyFile::MarkKind::FileSystem;
    if (command == kFlush) {
        group->flush_marks(request.kind);
        return {};
    }
    Path found = TRY(find_marked(directory, path, flags));
    Inode* inode = found.dentry().inode();
    TRY(check_permission(*inode, kMayRead, current_credentials()));
    if (command == kAdd) TRY(check_new_mark(group_flags, flags, mask, found));
    bool is_inode = request.kind == FanotifyFile::MarkKind::Inode;
    if (!is_inode || !inode->is_directory()) request.mask &= ~FanotifyFile::kOnChild;
    if (command == kRemove) return group->remove_mark(found, request);
    // The next write would take it away.
    bool survives = (flags & FanotifyFile::kSurvivesModify) != 0;
    if (request.ignores && !survives && is_inode && inode->has_writers()) return {};
    return group->add_mark(found, request);
}

} // namespace martlet
