// FsContext: a process's root directory, working directory and umask (CLONE_FS shares it).
#pragma once
#include "base/ref.h"
#include "sync/spinlock.h"
#include "vfs/path.h"

namespace martlet {

class FsContext : public RefCounted {
public:
    static Result<Ref<FsContext>> create(Path root, Path working_directory, u32 umask);
    Result<Ref<FsContext>> clone();
    Path root();
    Path working_directory();
    void set_root(Path path);
    void set_working_directory(Path path);
    u32 umask() const { return umask_.load(std::memory_order_relaxed); }
    u32 exchange_umask(u32 umask) { return umask_.exchange(umask & 0777); }

    FsContext(Path root, Path working_directory, u32 umask);

private:
    SpinLock lock_{LockRank::Leaf};
    Path root_ GUARDED_BY(lock_);
    Path working_directory_ GUARDED_BY(lock_);
    std::atomic<u32> umask_;
};

} // namespace martlet
