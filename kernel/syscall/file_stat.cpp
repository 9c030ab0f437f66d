// stat, statx, statfs and their families.
#include "dev/device.h"
#include "syscall/file.h"
#include "syscall/file_support.h"
#include "vfs/dentry.h"
#include "vfs/inode.h"
#include "vfs/mount.h"

namespace martlet {
namespace {

Result<void> store_stat(Inode& inode, UserPtr<abi::Stat> status) {
    TRY(inode.refresh_attributes());
    const InodeAttributes& from = inode.attributes;
    abi::Stat to{};
    to.device = inode.super_block().device;
    to.inode = inode.number();
    to.link_count = from.link_count;
    to.mode = from.mode;
    to.user_id = from.user_id;
    to.group_id = from.group_id;
    to.special_device = from.device;
    to.size = static_cast<i64>(from.size);
    to.block_size = from.block_size;
    to.blocks = static_cast<i64>(from.blocks_512);
    to.access_seconds = from.access_time.seconds;
    to.access_nanoseconds = from.access_time.nanoseconds;
    to.modify_seconds = from.modify_time.seconds;
    to.modify_nanoseconds = from.modify_time.nanoseconds;
    to.change_seconds = from.change_time.seconds;
    to.change_nanoseconds = from.change_time.nanoseconds;
    return status.store(to);
}

abi::StatxTime statx_time(const TimeSpec& time) { return {time.seconds, static_cast<u32>(time.nanoseconds)}; }

Result<void> store_statx(Inode& inode, const Mount* mount, bool is_mount_root, UserPtr<abi::Statx> status) {
    constexpr u32 kBasicStats = 0x7ff, kBirthTime = 0x800, kMountId = 0x1000;
    constexpr u64 kAttributeAutomount = 0x1000, kAttributeMountRoot = 0x2000, kAttributeDax = 0x20'0000;
    TRY(inode.refresh_attributes());
    const InodeAttributes& from = inode.attributes;
    abi::Statx to{};
    to.mask = kBasicStats | kBirthTime | (mount ? kMountId : 0);
    to.block_size = from.block_size;
    to.attributes = is_mount_root ? kAttributeMountRoot : 0;
    to.attributes_mask = kAttributeAutomount | kAttributeMountRoot | kAttributeDax;
    to.link_count = from.link_count;
    to.user_id = from.user_id;
    to.group_id = from.group_id;
    to.mode = static_cast<u16>(from.mode);
    to.inode = inode.number();
    to.size = from.size;
    to.blocks = from.blocks_512;
    to.access = statx_time(from.access_time);
    to.birth = statx_time(from.birth_time);
    to.change = statx_time(from.change_time);
    to.modify = statx_time(from.modify_time);
    to.special_major = device_major(from.device);
    to.special_minor = device_minor(from.device);
    to.device_major = device_major(inode.super_block().device);
    to.device_minor = device_minor(inode.super_block().device);
    to.mount_id = mount ? mount->id() : 0;
    return status.store(to);
}

/// The file that an empty path with AT_EMPTY_PATH means, when it has no place in the tree.
Result<Ref<File>> file_without_path(int directory, UserString path, u32 flags) {
    if (!(flags & kAtEmptyPath) || directory < 0) return Error(Errno::ENOENT);
    if (path && TRY(path.cast<const u8>().load()) != 0) return Error(Errno::ENOENT);
    return get_file(directory, Rights::None);
}

Result<void> store_statfs(const Mount& mount, UserPtr<abi::StatFs> status) {
    constexpr i64 kReadOnly = 1, kNoSuid = 2, kNoDev = 4, kNoExec = 8, kValid = 32, kNoAtime = 1024,
                  kNoDirAtime = 2048, kRelatime = 4096, kNoSymFollow = 8192;
    FileSystemStatistics from = mount.super_block().statistics();
    abi::StatFs to{};
    to.type = static_cast<i64>(from.type_magic);
    to.block_size = to.fragment_size = static_cast<i64>(from.block_size);
    to.blocks = from.blocks;
    to.blocks_free = from.blocks_free;
    to.blocks_available = from.blocks_available;
    to.files = from.files;
    to.files_free = from.files_free;
    to.id[0] = static_cast<i32>(mount.super_block().device);
    to.name_length = static_cast<i64>(from.name_length);
    u64 flags = mount.flags();
    to.flags = kValid | (mount.is_read_only() ? kReadOnly : 0) | (flags & kMountNoSuid ? kNoSuid : 0) |
               (flags & kMountNoDev ? kNoDev : 0) | (flags & kMountNoExec ? kNoExec : 0) |
               (flags & kMountNoAtime ? kNoAtime : 0) | (flags & kMountNoDirAtime ? kNoDirAtime : 0) |
               (flags & kMountNoSymFollow ? kNoSymFollow : 0) |
               (flags & (kMountNoAtime | kMountStrictAtime) ? 0 : kRelatime);
    return status.store(to);
}

} // namespace

Result<void> sys_newfstatat(int directory, UserString path, UserPtr<abi::Stat> status, u32 flags) {
    if (flags & ~(kAtSymlinkNoFollow | kAtEmptyPath | kAtNoAutomount)) return Error(Errno::EINVAL);
    if (flags & kAtEmptyPath)
        if (auto file = file_without_path(directory, path, flags)) {
            if (!(*file)->inode()) return Error(Errno::EBADF);
            return store_stat(*(*file)->inode(), status);
        }
    NameArgument name = TRY(NameArgument::load(directory, path));
    Path found = TRY(name.walk(flags));
    return store_stat(*found.dentry().inode(), status);
}

Result<void> sys_stat(UserString path, UserPtr<abi::Stat> status) {
    return sys_newfstatat(kAtWorkingDirectory, path, status, 0);
}

Result<void> sys_lstat(UserString path, UserPtr<abi::Stat> status) {
    return sys_newfstatat(kAtWorkingDirectory, path, status, kAtSymlinkNoFollow);
}

Result<void> sys_fstat(int fd, UserPtr<abi::Stat> status) {
    Ref<File> file = TRY(get_file(fd, Rights::None));
    if (!file->inode()) return Error(Errno::EBADF);
    return store_stat(*file->inode(), status);
}

Result<void> sys_statx(int directory, UserString path, u32 flags, u32 mask, UserPtr<abi::Statx> status) {
    constexpr u32 kReservedMask = 0x8000'0000;
    if (flags & ~(kAtSymlinkNoFollow | kAtEmptyPath | kAtNoAutomount | kAtStatxSync)) return Error(Errno::EINVAL);
    if ((flags & kAtStatxSync) == kAtStatxSync || (mask & kReservedMask)) return Error(Errno::EINVAL);
    if (flags & kAtEmptyPath)
        if (auto file = file_without_path(directory, path, flags)) {
            if (!(*file)->inode()) return Error(Errno::EBADF);
            const Path& place = (*file)->path();
            bool is_root = place && &place.dentry() == &place.mount().root();
            return store_statx(*(*file)->inode(), place ? &place.mount() : nullptr, is_root, status);
        }
    NameArgument name = TRY(NameArgument::load(directory, path));
    Path found = TRY(name.walk(flags));
    return store_statx(*found.dentry().inode(), &found.mount(), &found.dentry() == &found.mount().root(), status);
}

Result<void> sys_statfs(UserString path, UserPtr<abi::StatFs> status) {
    NameArgument name = TRY(NameArgument::load(kAtWorkingDirectory, path));
    Path found = TRY(name.walk(0));
    return store_statfs(found.mount(), status);
}

Result<void> sys_ustat(u32 device, UserPtr<abi::UStat> status) {
    abi::UStat to{};
    {
        MutexGuard guard(mount_mutex);
        Mount* found = MountTable::first();
        while (found && found->super_block().device != device) found = MountTable::next(*found);
        if (!found) return Error(Errno::EINVAL);
        FileSystemStatistics from = found->super_block().statistics();
        to.blocks_free = static_cast<i32>(from.blocks_free);
        to.files_free = from.files_free;
    }
    return status.store(to);
}

Result<void> sys_fstatfs(int fd, UserPtr<abi::StatFs> status) {
    Ref<File> file = TRY(get_file(fd, Rights::None));
    if (!file->path()) return Error(Errno::EBADF);
    return store_statfs(file->path().mount(), status);
}

} // namespace martlet
