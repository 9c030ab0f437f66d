// PathWalk: from a path name to what it names (path_resolution(7), POSIX.1-2017 4.13).
//
// Usual use:  PathWalk walk(start);                       start: an empty Path means the working directory
//             TRY(walk.to_end(name, kWalkFollow));        … walk.path()
//        or:  TRY(walk.to_parent(name, 0));               … walk.path(), walk.last_name(), then walk.enter_last(…)
// Walks hold references only; nothing is locked when they return.
#pragma once
#include "vfs/caller.h"
#include "vfs/dentry.h"
#include "vfs/path.h"

namespace martlet {

inline constexpr u32 kWalkFollow = 1;          // a symbolic link as the last component is followed
inline constexpr u32 kWalkDirectory = 2;       // the result must be a directory (ENOTDIR)
inline constexpr u32 kWalkEmpty = 4;           // an empty name means the start itself (AT_EMPTY_PATH)
// openat2(2) RESOLVE_*
inline constexpr u32 kWalkNoCrossMount = 8, kWalkNoMagicLinks = 16, kWalkNoSymlinks = 32, kWalkBeneath = 64,
                     kWalkInRoot = 128, kWalkCached = 256;
inline constexpr u32 kWalkKeepExpiry = 512;          // crossing a mount is no use of it (umount2(2) MNT_EXPIRE)

enum class LastKind : u8 { Normal, Dot, DotDot, Root };

class PathWalk {
public:
    explicit PathWalk(Path start) : current_(std::move(start)) {}

    /// To the last component; the result exists. ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG, ENOMEM, EXDEV.
    Result<void> to_end(std::string_view name, u32 flags);
    /// To the directory that holds the last component, which need not exist.
    Result<void> to_parent(std::string_view name, u32 flags);

    const Path& path() const { return current_; }
    Path take_path() { return std::move(current_); }

    // After to_parent.
    LastKind last_kind() const { return last_kind_; }
    std::string_view last_name() const { return last_name_; }
    bool has_trailing_slash() const { return has_trailing_slash_; }
    /// The cache's or the file system's answer for the last name; negative if absent. The `_locked` one wants the
    /// directory's directory_lock held.
    Result<Ref<Dentry>> lookup_last();
    Result<Ref<Dentry>> lookup_last_locked();
    /// The last component turned out to be this link: walks on to the parent of what it names.
    Result<void> follow_last(Dentry& link);
    /// Steps onto the last component, and onto what is mounted there.
    void enter_last(Ref<Dentry> dentry);

private:
    Result<void> start(std::string_view name, u32 flags);
    Result<void> run(bool stop_at_parent);
    Result<void> step_up();
    void note_use(Mount& mount) const;
    Result<void> step_down(Ref<Dentry> next);
    Result<void> follow_link(const Path& link);
    Result<void> jump_to_root();
    const Path& root();

    Path current_;
    Path root_;            // fetched when needed
    String pending_;       // what is left to walk once a link was met; rest_ points into it
    std::string_view rest_;
    std::string_view last_name_;
    u32 last_hash_ = 0;
    u32 flags_ = 0;
    u32 link_count_ = 0;
    LastKind last_kind_ = LastKind::Root;
    bool has_trailing_slash_ = false;
};

/// Looks `name` up in the directory `parent`, through the cache. Negative if absent.
Result<Ref<Dentry>> lookup_child(Dentry& parent, std::string_view name, u32 hash);
/// The same with the directory_lock already held.
Result<Ref<Dentry>> lookup_child_locked(Dentry& parent, std::string_view name, u32 hash);

/// The common walk in one call.
Result<Path> walk_path(Path start, std::string_view name, u32 flags);

} // namespace martlet
