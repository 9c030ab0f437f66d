// FsContext: a process's root directory, working directory, umask and mount name space (CLONE_FS shares it).
#pragma once
#include "base/ref.h"
#include "sync/spinlock.h"
#include "vfs/mount_namespace.h"

namespace martlet {

class FsContext : public RefCounted {
public:
    static Result<Ref<FsContext>> create(Path root, Path working_directory, u32 umask);
    /// unshare(2) and clone(2) CLONE_NEWNS, on a context that only the caller uses: a copy of the name space.
    Result<void> copy_name_space();
    /// setns(2), as above: its root becomes root and working directory.
    void enter_name_space(Ref<MountNamespace> name_space);
    MountNamespace& name_space() const { return *name_space_; }
    /// For those who look at somebody else's context.
    Ref<MountNamespace> counted_name_space();
    /// pivot_root(2): whoever stands on the old root now stands on the new one.
    void replace_root(const Path& old_root, const Path& new_root);
    Result<Ref<FsContext>> clone();
    Path root();
    Path working_directory();
    void set_root(Path path);
    void set_working_directory(Path path);
    u32 umask() const { return umask_.load(std::memory_order_relaxed); }
    u32 exchange_umask(u32 umask) { return umask_.exchange(umask & 0777); }

    /// Tasks that have it as theirs; references for a look do not count.
    std::atomic<u32> users = 0;

    FsContext(Path root, Path working_directory, u32 umask, Ref<MountNamespace> name_space);

private:
    SpinLock lock_{LockRank::Leaf};
    Path root_ GUARDED_BY(lock_);
    Path working_directory_ GUARDED_BY(lock_);
    std::atomic<u32> umask_;
    // Changes only while nobody else uses the context, under lock_ for those who look.
    Ref<MountNamespace> name_space_;
};

} // namespace martlet
