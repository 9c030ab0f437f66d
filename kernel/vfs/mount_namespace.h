// MountNamespace: one tree of mounts as a group of processes sees it (mount_namespaces(7)).
//
// A process belongs to the name space of its FsContext. The initial one lives for ever; another goes, with
// all its mounts, when the last process that refers to it does.
#pragma once
#include "base/ref.h"
#include "vfs/change_count.h"
#include "vfs/mount.h"

namespace martlet {

class MountNamespace final : public RefCounted {
public:
    static MountNamespace& initial();
    /// A copy of `from`: every mount becomes a peer or a slave of what it copies. `root` and
    /// `working_directory` are moved to the same places of the copy. ENOMEM.
    static Result<Ref<MountNamespace>> copy(MountNamespace& from, Path& root, Path& working_directory);
    u64 number() const { return number_; }
    /// Where a process that enters it begins. Under mount_mutex.
    Mount& root() const { return *root_; }
    void set_root(Mount& root) { root_ = &root; }

    constexpr explicit MountNamespace(u64 number) : number_(number) {}

    ChangeCount changes; // of its mounts and their flags

private:
    ~MountNamespace() override;
    u64 number_;
    Mount* root_ = nullptr; // mount_mutex; held by the table
};

} // namespace martlet
