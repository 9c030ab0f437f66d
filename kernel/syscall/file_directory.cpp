// getdents, getcwd, chdir, chroot, umask.
#include "syscall/file.h"
#include "syscall/file_support.h"
#include "vfs/dentry.h"
#include "vfs/inode.h"
#include "vfs/permission.h"

namespace martlet {
namespace {

enum class EntryFormat : u8 { Old, New };

/// Lays entries out for the user's buffer: struct linux_dirent (type in the last byte) or linux_dirent64.
/// They are gathered in a piece of kernel memory and copied out together; what could not be copied was not
/// read.
class UserDirectorySink final : public DirectorySink {
public:
    UserDirectorySink(u64 buffer, usize size, EntryFormat layout, u64 position)
        : buffer_(buffer), size_(size), position_(position), gathered_position_(position), layout_(layout) {}

    bool add(std::string_view name, u64 number, u32 mode, u64 next_offset) override {
        bool is_new = layout_ == EntryFormat::New;
        usize used = is_new ? kNewHeader + name.size() + 1 : kOldHeader + name.size() + 2;
        usize length = align_up(used, 8);
        if (name.size() > kNameMax || length > size_ - done_ - gathered_) {
            is_full_ = true;
            return false;
        }
        if (length > sizeof piece_ - gathered_ && !flush()) return false;
        u8* entry = piece_ + gathered_;
        u64 last = 0; // the padding and, in the old format, the type
        memcpy(entry + length - 8, &last, 8);
        u8 type = static_cast<u8>((mode & kModeTypeMask) >> 12);
        auto length_16 = static_cast<u16>(length);
        memcpy(entry, &number, 8);
        memcpy(entry + 8, &next_offset, 8);
        memcpy(entry + 16, &length_16, 2);
        memcpy(entry + (is_new ? kNewHeader : kOldHeader), name.data(), name.size());
        entry[is_new ? 18 : length - 1] = type;
        gathered_ += length;
        gathered_position_ = next_offset;
        return true;
    }

    /// Copies what was gathered; false at a bad address.
    bool flush() {
        if (gathered_ > 0 && !UserSpan(buffer_ + done_, gathered_).copy_from_kernel({piece_, gathered_})) {
            is_fault_ = true;
            return false;
        }
        done_ += gathered_;
        gathered_ = 0;
        position_ = gathered_position_;
        return true;
    }
    /// Behind the last entry that reached the user.
    u64 position() const { return position_; }

    Result<usize> result() const {
        if (done_ > 0) return done_;
        if (is_fault_) return Error(Errno::EFAULT);
        if (is_full_) return Error(Errno::EINVAL); // not room for one entry
        return 0;
    }

private:
    static constexpr usize kNewHeader = 19, kOldHeader = 18;
    u64 buffer_;
    usize size_;
    usize done_ = 0, gathered_ = 0;
    u64 position_, gathered_position_;
    EntryFormat layout_;
    bool is_full_ = false, is_fault_ = false;
    u8 piece_[1024];
};

Result<usize> read_entries(int fd, u64 buffer, u32 size, EntryFormat layout) {
    Ref<File> file = TRY(get_open_file(fd, Rights::Read));
    MutexGuard guard(file->position_lock);
    UserDirectorySink sink(buffer, size, layout, file->position);
    TRY(file->read_directory(sink));
    if (!sink.flush()) file->position = sink.position();
    return sink.result();
}

Result<Path> walk_to_directory(UserString path) {
    NameArgument name = TRY(NameArgument::load(kAtWorkingDirectory, path));
    Path found = TRY(walk_path(name.at().start, name.at().name, kWalkFollow | kWalkDirectory));
    TRY(check_permission(*found.dentry().inode(), kMayExecute, current_credentials()));
    return found;
}

} // namespace

Result<usize> sys_getdents(int fd, u64 buffer, u32 size) { return read_entries(fd, buffer, size, EntryFormat::Old); }
Result<usize> sys_getdents64(int fd, u64 buffer, u32 size) { return read_entries(fd, buffer, size, EntryFormat::New); }

Result<usize> sys_getcwd(UserPtr<char> buffer, usize size) {
    Path directory = current_working_directory();
    if (directory.dentry().is_deleted()) return Error(Errno::ENOENT);
    String text = TRY(directory.to_string(current_root()));
    usize needed = text.size() + 1;
    if (needed > size) return Error(Errno::ERANGE);
    TRY(buffer.store_array({text.c_str(), needed}));
    return needed;
}

Result<void> sys_chdir(UserString path) {
    current_task().fs_context().set_working_directory(TRY(walk_to_directory(path)));
    return {};
}

Result<void> sys_fchdir(int fd) {
    Ref<File> file = TRY(get_file(fd, Rights::Execute));
    Inode* inode = file->inode();
    if (!inode || !inode->is_directory() || !file->path()) return Error(Errno::ENOTDIR);
    TRY(check_permission(*inode, kMayExecute, current_credentials()));
    current_task().fs_context().set_working_directory(file->path());
    return {};
}

Result<void> sys_chroot(UserString path) {
    Path root = TRY(walk_to_directory(path));
    if (!current_credentials().has(Capability::SysChroot)) return Error(Errno::EPERM);
    current_task().fs_context().set_root(std::move(root));
    return {};
}

Result<u32> sys_umask(u32 mask) { return current_task().fs_context().exchange_umask(mask); }

} // namespace martlet
