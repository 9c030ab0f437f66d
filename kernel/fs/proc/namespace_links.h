// NameSpaceFile: an open name space, as setns(2) takes it (namespaces(7)). There is one name space of each kind but of
// mounts. Immutable.
#pragma once
#include "vfs/file.h"
#include "vfs/mount_namespace.h"

namespace martlet {

class NameSpaceFile final : public File {
public:
    static constexpr FileKind kKind = FileKind::NameSpace;
    NameSpaceFile(u32 flags, Path path, u64 clone_flag, Ref<MountNamespace> mounts)
        : File(flags, std::move(path), kKind), clone_flag_(clone_flag), mounts_(std::move(mounts)) {}
    Result<i64> ioctl(u32 command, u64 argument) override;
    /// CLONE_NEW… of its kind.
    u64 clone_flag() const { return clone_flag_; }
    /// Null for the other kinds.
    const Ref<MountNamespace>& mounts() const { return mounts_; }

private:
    const u64 clone_flag_;
    const Ref<MountNamespace> mounts_;
};

} // namespace martlet
