// open, openat, openat2, creat, pipe.
#include "fs/pipe/pipe.h"
#include "proc/resource_limits.h"
#include "syscall/file.h"
#include "syscall/file_support.h"
#include "vfs/open.h"

namespace martlet {
namespace {

constexpr u32 kValidFlags = kOpenAccessMode | kOpenCreate | kOpenExclusive | kOpenNoControllingTty |
                            kOpenTruncate | kOpenAppend | kOpenNonBlock | kOpenSync | kOpenDsync |
                            kOpenAsync | kOpenDirect | kOpenLargeFile | kOpenDirectory | kOpenNoFollow |
                            kOpenNoAtime | kOpenCloseOnExec | kOpenPath | kOpenTmpfile;
CloseOnExec close_on_exec_of(u32 flags) { return flags & kOpenCloseOnExec ? CloseOnExec::Yes : CloseOnExec::No; }

Result<int> open_and_install(int directory, UserString path, u32 flags, u32 mode, u32 walk_flags) {
    TRY(check_open_flags(flags));
    bool is_confined = (walk_flags & (kWalkBeneath | kWalkInRoot)) != 0;
    NameArgument name =
        TRY(NameArgument::load(directory, path, is_confined ? AbsoluteName::NeedsStart : AbsoluteName::IgnoresStart));
    bool makes = (flags & (kOpenCreate | kTmpfileBit)) != 0;
    OpenRequest request{flags, makes ? mode & kModePermissions : 0, walk_flags, makes ? current_umask() : 0};
    Ref<File> file = TRY(open_file(name.at(), request));
    return current_task().files().install(std::move(file), close_on_exec_of(flags), current_limit(Resource::OpenFiles));
}

} // namespace

Result<void> check_open_flags(u32& flags) {
    if (flags & kOpenPath) {
        flags &= kOpenDirectory | kOpenNoFollow | kOpenPath | kOpenCloseOnExec;
        return {};
    }
    if (flags & kTmpfileBit) {
        if ((flags & kOpenTmpfile) != kOpenTmpfile) return Error(Errno::EINVAL);
        if ((flags & kOpenAccessMode) == kOpenReadOnly || (flags & kOpenCreate)) return Error(Errno::EINVAL);
        return {};
    }
    if ((flags & kOpenCreate) && (flags & kOpenDirectory)) return Error(Errno::EINVAL);
    return {};
}

Result<int> sys_openat(int directory, UserString path, u32 flags, u32 mode) {
    return open_and_install(directory, path, (flags & kValidFlags) | kOpenLargeFile, mode, 0);
}

Result<int> sys_open(UserString path, u32 flags, u32 mode) {
    return sys_openat(kAtWorkingDirectory, path, flags, mode);
}

Result<int> sys_creat(UserString path, u32 mode) {
    return sys_openat(kAtWorkingDirectory, path, kOpenCreate | kOpenWriteOnly | kOpenTruncate, mode);
}

Result<int> sys_openat2(int directory, UserString path, u64 how_address, usize size) {
    constexpr u64 kNoCross = 1, kNoMagic = 2, kNoSymlinks = 4, kBeneath = 8, kInRoot = 16, kCached = 32;
    if (size < sizeof(abi::OpenHow)) return Error(Errno::EINVAL);
    if (size > kPageSize) return Error(Errno::E2BIG);
    abi::OpenHow how = TRY(UserPtr<abi::OpenHow>(how_address).load());
    for (usize offset = sizeof how; offset < size; ++offset) // fields of the future must be zero
        if (TRY(UserPtr<u8>(how_address + offset).load()) != 0) return Error(Errno::E2BIG);
    if (how.flags & ~static_cast<u64>(kValidFlags)) return Error(Errno::EINVAL);
    auto flags = static_cast<u32>(how.flags);
    bool may_create = (flags & kOpenCreate) || (flags & kTmpfileBit);
    if (how.mode & ~(may_create ? static_cast<u64>(kModePermissions) : 0)) return Error(Errno::EINVAL);
    if (how.resolve & ~(kNoCross | kNoMagic | kNoSymlinks | kBeneath | kInRoot | kCached)) return Error(Errno::EINVAL);
    if ((how.resolve & kBeneath) && (how.resolve & kInRoot)) return Error(Errno::EINVAL);
    if ((flags & kOpenPath) && (flags & ~(kOpenPath | kOpenDirectory | kOpenNoFollow | kOpenCloseOnExec)))
        return Error(Errno::EINVAL);
    if (how.resolve & kCached) return Error(Errno::EAGAIN); // the caller then tries without
    u32 walk_flags = 0;
    if (how.resolve & kNoCross) walk_flags |= kWalkNoCrossMount;
    if (how.resolve & kNoMagic) walk_flags |= kWalkNoMagicLinks;
    if (how.resolve & kNoSymlinks) walk_flags |= kWalkNoSymlinks;
    if (how.resolve & kBeneath) walk_flags |= kWalkBeneath;
    if (how.resolve & kInRoot) walk_flags |= kWalkInRoot;
    return open_and_install(directory, path, flags | (flags & kOpenPath ? 0 : kOpenLargeFile),
                            static_cast<u32>(how.mode), walk_flags);
}

Result<void> sys_pipe2(UserPtr<int> ends, u32 flags) {
    if (flags & ~(kOpenCloseOnExec | kOpenNonBlock | kOpenDirect)) return Error(Errno::EINVAL);
    PipeEnds pipe = TRY(create_pipe(flags));
    FdTable& files = current_task().files();
    u64 limit = current_limit(Resource::OpenFiles);
    int numbers[2];
    numbers[0] = TRY(files.install(std::move(pipe.reader), close_on_exec_of(flags), limit));
    auto second = files.install(std::move(pipe.writer), close_on_exec_of(flags), limit);
    Result<void> stored;
    if (second) {
        numbers[1] = *second;
        stored = ends.store_array(numbers);
        if (stored) return {};
        (void)files.close(numbers[1]);
    }
    (void)files.close(numbers[0]);
    return second ? stored : Error(second.error());
}

Result<void> sys_pipe(UserPtr<int> ends) { return sys_pipe2(ends, 0); }

} // namespace martlet
