#include "dev/loop/loop.h"

#include "base/format.h"
#include "dev/device.h"
#include "mm/user_access.h"
#include "proc/task.h"
#include "vfs/dentry.h"
#include "vfs/fd_table.h"
#include "vfs/file_system.h"
#include "vfs/inode.h"

namespace martlet {

LoopDevice::LoopDevice(u32 index, String name)
    : BlockDevice(name.view(), make_device(kLoopMajor, index)), index_(index), name_text_(std::move(name)) {}

Result<Ref<LoopDevice>> LoopDevice::create(u32 index) {
    char text[16];
    usize size = format(text, "loop%u", index);
    Ref<LoopDevice> device = TRY(make_ref<LoopDevice>(index, TRY(String::create({text, size}))));
    TRY(register_block_device(device));
    return device;
}

Result<Ref<LoopDevice>> find_loop_device(u32 index) {
    auto device = find_block_device(make_device(kLoopMajor, index));
    if (!device) return Error(Errno::ENODEV);
    return ref_static_cast<LoopDevice>(*std::move(device));
}

bool LoopDevice::is_bound() {
    MutexGuard guard(lock_);
    return static_cast<bool>(file_);
}

Result<String> LoopDevice::backing_path() {
    Path path;
    {
        MutexGuard guard(lock_);
        if (!file_) return String();
        path = file_->path();
    }
    return path.to_string(Path());
}

Result<LoopDevice::Backing> LoopDevice::backing() {
    MutexGuard guard(lock_);
    if (!file_) return Error(Errno::EIO);
    return Backing{file_, info_.offset};
}

/// The file may have become shorter: what is missing is an error.
/// From a regular file its bytes alone: a page fault may be what needs them, under locks that come after
/// those for the file's access time and its watchers.
Result<void> LoopDevice::read(u64 offset, std::span<u8> bytes) {
    Backing from = TRY(backing());
    Inode* regular = from.file->inode() && from.file->inode()->is_regular() ? from.file->inode() : nullptr;
    IoCursor cursor = IoCursor::kernel(bytes.data(), bytes.size());
    while (cursor.remaining() > 0) {
        usize done = bytes.size() - cursor.remaining();
        u64 position = from.offset + offset + done;
        auto count = regular ? regular->read_at(cursor, position) : from.file->read(cursor, position);
        if (!count || *count == 0) return Error(Errno::EIO);
    }
    return {};
}

Result<void> LoopDevice::write(u64 offset, std::span<const u8> bytes) {
    if (is_read_only()) return Error(Errno::EPERM);
    Backing to = TRY(backing());
    IoCursor cursor = IoCursor::kernel_const(bytes.data(), bytes.size());
    while (cursor.remaining() > 0) {
        usize done = bytes.size() - cursor.remaining();
        auto count = to.file->write(cursor, to.offset + offset + done);
        if (!count && count.error() == Errno::ENOMEM) return Error(Errno::ENOMEM);
        if (!count || *count == 0) return Error(Errno::EIO); // whatever the file's reason
    }
    return {};
}

Result<void> LoopDevice::flush() {
    Backing to = TRY(backing());
    return to.file->sync();
}

u64 LoopDevice::compute_size() {
    Inode* inode = file_ ? file_->inode() : nullptr;
    u64 size = inode ? inode->attributes.size : 0;
    size = size > info_.offset ? size - info_.offset : 0;
    if (info_.size_limit != 0 && size > info_.size_limit) size = info_.size_limit;
    return size & ~static_cast<u64>(kSectorSize - 1);
}

namespace {

bool is_block_size(u32 size) { return size >= kSectorSize && size <= kPageSize && (size & (size - 1)) == 0; }

/// A regular file (or a block device) that can be read; never the device itself.
Result<Ref<File>> backing_file(int fd, u64 own_number) {
    Ref<File> file = TRY(current_task().files().get(fd, Rights::Read | Rights::Write));
    Inode* inode = file->inode();
    if (!file->can_read() || !inode) return Error(Errno::EBADF);
    bool is_block = (inode->mode() & kModeTypeMask) == kModeBlock;
    if (!inode->is_regular() && !is_block) return Error(Errno::EINVAL);
    if (is_block && inode->attributes.device == own_number) return Error(Errno::EBADF);
    return file;
}

} // namespace

Result<void> LoopDevice::bind(int fd, u32 block_size, const abi::LoopInfo& info) {
    Ref<File> file = TRY(backing_file(fd, number()));
    if (block_size != 0 && !is_block_size(block_size)) return Error(Errno::EINVAL);
    MutexGuard guard(lock_);
    if (file_) return Error(Errno::EBUSY);
    info_ = info;
    info_.flags &= abi::kLoopReadOnly | abi::kLoopAutoclear | abi::kLoopPartitionScan | abi::kLoopDirect;
    if (!file->can_write()) info_.flags |= abi::kLoopReadOnly;
    is_read_only_.store((info_.flags & abi::kLoopReadOnly) != 0, std::memory_order_relaxed);
    block_size_.store(block_size ? block_size : kSectorSize, std::memory_order_relaxed);
    file_ = std::move(file);
    size_.store(compute_size(), std::memory_order_release);
    return {};
}

Ref<File> LoopDevice::unbind() {
    info_ = {};
    size_.store(0, std::memory_order_release);
    is_read_only_.store(false, std::memory_order_relaxed);
    return std::move(file_);
}

Result<void> LoopDevice::clear() {
    Ref<File> dropped;
    MutexGuard guard(lock_);
    if (!file_) return Error(Errno::ENXIO);
    if (openers() > 1) info_.flags |= abi::kLoopAutoclear; // goes with the last of them
    else dropped = unbind();
    return {};
}

void LoopDevice::closed() {
    Ref<File> dropped;
    MutexGuard guard(lock_);
    if (file_ && (info_.flags & abi::kLoopAutoclear)) dropped = unbind();
}

Result<void> LoopDevice::set_status(const abi::LoopInfo& info) {
    MutexGuard guard(lock_);
    if (!file_) return Error(Errno::ENXIO);
    if (info.encryption_key_size > sizeof info.encryption_key || info.encryption_type != 0) return Error(Errno::EINVAL);
    if (static_cast<i64>(info.offset) < 0 || static_cast<i64>(info.size_limit) < 0) return Error(Errno::EOVERFLOW);
    constexpr u32 kSettable = abi::kLoopAutoclear | abi::kLoopPartitionScan;
    u32 flags = (info_.flags & ~kSettable) | (info.flags & kSettable);
    info_ = info;
    info_.flags = flags;
    size_.store(compute_size(), std::memory_order_release);
    return {};
}

/// What was written goes to where it belonged; the same numbers may be other bytes then.
Result<i64> LoopDevice::apply_status(const abi::LoopInfo& info) {
    TRY(write_back());
    TRY(set_status(info));
    medium_changed();
    return 0;
}

Result<abi::LoopInfo> LoopDevice::status() {
    MutexGuard guard(lock_);
    if (!file_) return Error(Errno::ENXIO);
    abi::LoopInfo info = info_;
    Inode& inode = *file_->inode();
    info.number = index_;
    info.device = inode.super_block().device;
    info.inode = inode.number();
    info.special_device = inode.attributes.device;
    return info;
}

/// LOOP_CHANGE_FD: another file of the same size behind a read-only device.
Result<void> LoopDevice::change_file(int fd) {
    Ref<File> file = TRY(backing_file(fd, number()));
    MutexGuard guard(lock_);
    if (!file_) return Error(Errno::ENXIO);
    if (!is_read_only() || file->inode()->attributes.size != file_->inode()->attributes.size)
        return Error(Errno::EINVAL);
    std::swap(file_, file);
    return {};
}

Result<i64> LoopDevice::ioctl(u32 command, u64 argument) {
    switch (command) {
    case abi::kLoopSetFd:
        TRY(bind(static_cast<int>(argument), 0, {}));
        medium_changed();
        return 0;
    case abi::kLoopConfigure: {
        auto config = TRY(UserPtr<abi::LoopConfig>(argument).load());
        for (u64 word : config.reserved)
            if (word != 0) return Error(Errno::EINVAL);
        TRY(bind(static_cast<int>(config.fd), config.block_size, config.info));
        medium_changed();
        return 0;
    }
    case abi::kLoopClearFd:
        TRY(write_back());
        TRY(clear());
        if (!is_bound()) medium_changed();
        return 0;
    case abi::kLoopChangeFd:
        TRY(change_file(static_cast<int>(argument)));
        medium_changed();
        return 0;
    case abi::kLoopSetStatus: return apply_status(TRY(UserPtr<abi::LoopInfo>(argument).load()));
    case abi::kLoopGetStatus: TRY(UserPtr<abi::LoopInfo>(argument).store(TRY(status()))); return 0;
    case abi::kLoopSetStatusOld: {
        auto old = TRY(UserPtr<abi::LoopInfoOld>(argument).load());
        abi::LoopInfo info = {};
        info.offset = static_cast<u32>(old.offset);
        info.flags = static_cast<u32>(old.flags);
        memcpy(info.file_name, old.name, sizeof info.file_name);
        return apply_status(info);
    }
    case abi::kLoopGetStatusOld: {
        abi::LoopInfo info = TRY(status());
        if (info.offset > 0x7fff'ffff) return Error(Errno::EOVERFLOW);
        abi::LoopInfoOld old = {};
        old.number = static_cast<i32>(info.number);
        old.device = info.device;
        old.inode = info.inode;
        old.offset = static_cast<i32>(info.offset);
        old.flags = static_cast<i32>(info.flags);
        memcpy(old.name, info.file_name, sizeof old.name);
        TRY(UserPtr<abi::LoopInfoOld>(argument).store(old));
        return 0;
    }
    case abi::kLoopSetCapacity: {
        {
            MutexGuard guard(lock_);
            if (!file_) return Error(Errno::ENXIO);
            size_.store(compute_size(), std::memory_order_release);
        }
        size_changed();
        return 0;
    }
    case abi::kLoopSetDirect:
        return is_bound() ? Result<i64>(0) : Error(Errno::ENXIO); // the file's pages are used as they are
    case abi::kLoopSetBlockSize:
        if (!is_bound()) return Error(Errno::ENXIO);
        if (!is_block_size(static_cast<u32>(argument))) return Error(Errno::EINVAL);
        block_size_.store(static_cast<u32>(argument), std::memory_order_relaxed);
        return 0;
    default: return Error(Errno::ENOTTY);
    }
}

} // namespace martlet
