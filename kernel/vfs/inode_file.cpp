#include "vfs/inode_file.h"

#include "vfs/caller.h"
#include "vfs/dentry.h"
#include "vfs/inode.h"
#include "vfs/limits.h"
#include "vfs/mount.h"
#include "vfs/notify.h"
#include "vfs/permission.h"

namespace martlet {

InodeFile::InodeFile(Inode& inode, u32 flags, const Path& path) : File(flags, path), inode_(inode) {}

InodeFile::~InodeFile() {
    if (!counts_as_writer_) return;
    inode_->release_write();
    if (path()) path().mount().end_write();
}

Result<Ref<File>> open_inode_file(Inode& inode, u32 flags, const Path& path) {
    bool writes = (flags & kOpenAccessMode) != kOpenReadOnly && !(flags & kOpenPath) && inode.is_regular();
    Ref<InodeFile> file = TRY(make_ref<InodeFile>(inode, flags, path));
    if (writes) {
        TRY(inode.acquire_write());
        if (auto begun = path ? path.mount().begin_write() : Result<void>(); !begun) {
            inode.release_write();
            return Error(begun.error());
        }
        file->counts_as_writer_ = true;
    }
    return file;
}

/// The positions in a directory are cookies: there is no end to count from.
Result<u64> InodeFile::seek(i64 offset, int whence) {
    if (inode_->is_directory() && whence > kSeekCurrent) return Error(Errno::EINVAL);
    return File::seek(offset, whence);
}

Result<usize> InodeFile::read(IoCursor& to, u64 offset) {
    if (inode_->is_directory()) return Error(Errno::EISDIR);
    TRY(ask_permission(*this, kNotifyAccessPermission));
    bool asks_for_bytes = to.remaining() > 0; // at the end of the file, too, it is a use
    usize count = TRY(inode_->read_at(to, offset));
    if (asks_for_bytes && !(flags() & kOpenNoAtime)) note_access(path(), *inode_);
    if (count > 0) notify_file(*this, kNotifyAccess);
    return count;
}

/// RLIMIT_FSIZE and the largest offset, the loss of privileges, the write itself, the times. Under attribute_lock.
Result<usize> InodeFile::write_locked(IoCursor& from, u64 offset) {
    if (from.remaining() == 0) return 0;
    u64 limit = current_file_size_limit();
    if (offset >= limit) {
        raise_file_size_signal();
        return Error(Errno::EFBIG);
    }
    if (limit > kMaxFileSize) limit = kMaxFileSize;
    if (offset >= limit) return Error(Errno::EFBIG);
    from.truncate(limit - offset);
    inode_->attributes.mode &= ~privileges_lost_by_write(inode_->mode(), current_credentials());
    usize count = TRY(inode_->write_at(from, offset));
    inode_->touch(true);
    return count;
}

Result<usize> InodeFile::write(IoCursor& from, u64 offset) {
    MutexGuard guard(inode_->attribute_lock);
    usize count = TRY(write_locked(from, offset));
    if (count > 0) notify_file(*this, kNotifyModify);
    return count;
}

Result<usize> InodeFile::append(IoCursor& from, u64& end) {
    MutexGuard guard(inode_->attribute_lock);
    u64 offset = inode_->attributes.size;
    usize count = TRY(write_locked(from, offset));
    end = offset + count;
    if (count > 0) notify_file(*this, kNotifyModify);
    return count;
}

Result<Ref<MemoryObject>> InodeFile::mapping_object() {
    auto object = TRY(inode_->mapping_object());
    note_access(path(), *inode_);
    return object;
}

/// ".", ".." and the file system's entries: positions 0 and 1 belong to the dots, an entry's own offset is
/// shifted by 2.
Result<void> InodeFile::read_directory(DirectorySink& sink) {
    if (!inode_->is_directory()) return Error(Errno::ENOTDIR);
    TRY(ask_permission(*this, kNotifyAccessPermission));
    if (path().dentry().is_deleted()) return Error(Errno::ENOENT);
    class ShiftedSink final : public DirectorySink {
    public:
        ShiftedSink(DirectorySink& sink, u64& position) : sink_(sink), position_(position) {}
        bool add(std::string_view name, u64 number, u32 mode, u64 next_offset) override {
            if (!sink_.add(name, number, mode, next_offset + 2)) return false;
            position_ = next_offset + 2;
            return true;
        }

    private:
        DirectorySink& sink_;
        u64& position_;
    } shifted(sink, position);
    if (position == 0) {
        if (!sink.add(".", inode_->number(), inode_->mode(), 1)) return {};
        position = 1;
    }
    if (position == 1) {
        Ref<Dentry> parent = parent_across_mounts(path());
        if (!sink.add("..", parent->inode()->number(), parent->inode()->mode(), 2)) return {};
        position = 2;
    }
    MutexGuard guard(inode_->directory_lock);
    TRY(inode_->read_directory(position - 2, shifted));
    notify_file(*this, kNotifyAccess);
    note_access(path(), *inode_);
    return {};
}

} // namespace martlet
