#include "syscall/file_support.h"

#include "proc/process.h"
#include "proc/process_info.h"
#include "proc/resource_limits.h"

namespace martlet {

Result<Ref<File>> get_open_file(int fd, Rights needed) {
    Ref<File> file = TRY(get_file(fd, needed));
    if (file->flags() & kOpenPath) return Error(Errno::EBADF);
    return file;
}

Result<int> install_file(Descriptor descriptor, u32 flags) {
    CloseOnExec cloexec = flags & kOpenCloseOnExec ? CloseOnExec::Yes : CloseOnExec::No;
    return current_task().files().install(std::move(descriptor), cloexec, current_limit(Resource::OpenFiles));
}

Result<NameArgument> NameArgument::load(int directory, UserString name, AbsoluteName absolute) {
    NameArgument argument;
    argument.name_ = TRY(copy_user_path(name));
    bool is_absolute = absolute == AbsoluteName::IgnoresStart && argument.name_.view().starts_with('/');
    if (directory != kAtWorkingDirectory && !is_absolute) {
        Ref<File> file = TRY(get_file(directory, Rights::Execute)); // as search permission
        if (!file->path()) return Error(Errno::ENOTDIR);
        argument.start_ = file->path();
    }
    return argument;
}

Result<Path> NameArgument::walk(u32 at_flags) const {
    u32 flags = at_flags & kAtSymlinkNoFollow ? 0 : kWalkFollow;
    if (at_flags & kAtEmptyPath) flags |= kWalkEmpty;
    return walk_path(start_, name_, flags);
}

Result<Path> NameArgument::walk_without_use(u32 at_flags) const {
    return walk_path(start_, name_, (at_flags & kAtSymlinkNoFollow ? 0 : kWalkFollow) | kWalkKeepExpiry);
}

void replace_everybodys_root(const Path& old_root, const Path& new_root) {
    for (Ref<Process> process = next_process(1); process; process = next_process(process->id() + 1))
        for (Ref<Task> task = next_task(*process, 1); task; task = next_task(*process, task->thread_id() + 1))
            if (Ref<FsContext> context = task->share_fs_context()) context->replace_root(old_root, new_root);
}

Result<void> unshare_files() {
    Task& task = current_task();
    if (task.files().reference_count() == 1) return {};
    Ref<FdTable> own = TRY(task.files().clone());
    (void)task.set_files(std::move(own)); // what was shared is dropped here, without locks
    return {};
}

Result<void> unshare_fs_context() {
    Task& task = current_task();
    if (task.fs_context().reference_count() == 1) return {};
    Ref<FsContext> own = TRY(task.fs_context().clone());
    (void)task.set_fs_context(std::move(own));
    return {};
}

Result<void> VectorArgument::load(u64 address, u64 count) {
    if (count > kMaxVectors) return Error(Errno::EINVAL);
    if (count > kInline) {
        heap_ = Own<UserIoVector[]>(new (std::nothrow) UserIoVector[count]);
        if (!heap_) return Error(Errno::ENOMEM);
    }
    UserIoVector* vectors = heap_ ? heap_.get() : inline_;
    count_ = count;
    if (count > 0) TRY(UserPtr<UserIoVector>(address).load_array({vectors, count}));
    u64 total = 0;
    for (usize index = 0; index < count; ++index) {
        UserIoVector& vector = vectors[index];
        if (static_cast<i64>(vector.size) < 0) return Error(Errno::EINVAL);
        if (vector.size > kMaxTransfer - total) vector.size = kMaxTransfer - total; // the rest is a short count
        total += vector.size;
    }
    return {};
}

} // namespace martlet
