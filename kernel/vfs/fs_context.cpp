#include "vfs/fs_context.h"

namespace martlet {

FsContext::FsContext(Path root, Path working_directory, u32 umask, Ref<MountNamespace> name_space)
    : root_(std::move(root)), working_directory_(std::move(working_directory)), umask_(umask),
      name_space_(std::move(name_space)) {}

Result<Ref<FsContext>> FsContext::create(Path root, Path working_directory, u32 umask) {
    return make_ref<FsContext>(std::move(root), std::move(working_directory), umask,
                               Ref<MountNamespace>(MountNamespace::initial()));
}

Result<Ref<FsContext>> FsContext::clone() {
    return make_ref<FsContext>(root(), working_directory(), umask(), Ref<MountNamespace>(*name_space_));
}

Result<void> FsContext::copy_name_space() {
    Path new_root = root();
    Path new_working_directory = working_directory();
    Ref<MountNamespace> copy = TRY(MountNamespace::copy(*name_space_, new_root, new_working_directory));
    set_root(std::move(new_root));
    set_working_directory(std::move(new_working_directory));
    LockGuard guard(lock_);
    std::swap(name_space_, copy);
    return {};
}

void FsContext::enter_name_space(Ref<MountNamespace> name_space) {
    Path top;
    {
        MutexGuard guard(mount_mutex);
        top = Path(Ref<Mount>(name_space->root()), Ref<Dentry>(name_space->root().root()));
        MountTable::cross_down(top);
    }
    set_root(top);
    set_working_directory(std::move(top));
    LockGuard guard(lock_);
    std::swap(name_space_, name_space);
}

void FsContext::replace_root(const Path& old_root, const Path& new_root) {
    if (root() == old_root) set_root(new_root);
    if (working_directory() == old_root) set_working_directory(new_root);
}

Ref<MountNamespace> FsContext::counted_name_space() {
    LockGuard guard(lock_);
    return name_space_;
}

Path FsContext::root() {
    LockGuard guard(lock_);
    return root_;
}

Path FsContext::working_directory() {
    LockGuard guard(lock_);
    return working_directory_;
}

void FsContext::set_root(Path path) {
    LockGuard guard(lock_);
    std::swap(root_, path); // the old one is dropped after the lock
}

void FsContext::set_working_directory(Path path) {
    LockGuard guard(lock_);
    std::swap(working_directory_, path);
}

} // namespace martlet
