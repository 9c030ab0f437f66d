// Path: a place in the tree of mounted file systems: a mount and a dentry of it, both counted.
#pragma once
#include <string_view>

#include "base/ref.h"
#include "base/string.h"

namespace martlet {

class Dentry;
class Mount;
class FsContext;
struct Credentials;

class Path {
public:
    Path();
    Path(Ref<Mount> mount, Ref<Dentry> dentry);
    Path(const Path&);
    Path(Path&&) noexcept;
    Path& operator=(Path) noexcept;
    ~Path();

    explicit operator bool() const { return static_cast<bool>(dentry_); }
    Mount& mount() const { return *mount_; }
    Dentry& dentry() const { return *dentry_; }
    bool operator==(const Path& other) const { return mount_ == other.mount_ && dentry_ == other.dentry_; }

    /// The absolute name as seen from `root`; " (deleted)" appended when it has been unlinked;
    /// "(unreachable)" prefix as getcwd(2) describes. ENAMETOOLONG, ENOMEM.
    Result<String> to_string(const Path& root) const;
    /// The name within its file system, whatever is mounted where.
    Result<String> to_string_in_file_system() const;

private:
    friend class PathWalk; // steps from dentry to dentry of one mount
    Ref<Mount> mount_;
    Ref<Dentry> dentry_;
};

} // namespace martlet
