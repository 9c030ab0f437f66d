#include "vfs/fs_context.h"

namespace martlet {

FsContext::FsContext(Path root, Path working_directory, u32 umask)
    : root_(std::move(root)), working_directory_(std::move(working_directory)), umask_(umask) {}

Result<Ref<FsContext>> FsContext::create(Path root, Path working_directory, u32 umask) {
    return make_ref<FsContext>(std::move(root), std::move(working_directory), umask);
}

Result<Ref<FsContext>> FsContext::clone() { return create(root(), working_directory(), umask()); }

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
