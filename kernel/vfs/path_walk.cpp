#include "vfs/path_walk.h"

#include "vfs/inode.h"
#include "vfs/limits.h"
#include "vfs/mount.h"
#include "vfs/permission.h"

namespace martlet {

Result<Ref<Dentry>> lookup_child_locked(Dentry& parent, std::string_view name, u32 hash) {
    if (Ref<Dentry> dentry = DentryCache::find(parent, name, hash)) {
        if (!dentry->needs_revalidation() || (dentry->inode() && dentry->inode()->is_current())) return dentry;
        DentryCache::unhash(*dentry);
    }
    if (parent.is_deleted()) return Error(Errno::ENOENT);
    auto inode = parent.inode()->lookup(name);
    if (!inode && inode.error() != Errno::ENOENT) return Error(inode.error());
    return DentryCache::add(parent, name, hash, inode ? *std::move(inode) : nullptr);
}

Result<Ref<Dentry>> lookup_child(Dentry& parent, std::string_view name, u32 hash) {
    if (Ref<Dentry> dentry = DentryCache::find(parent, name, hash))
        if (!dentry->needs_revalidation() || (dentry->inode() && dentry->inode()->is_current())) [[likely]]
            return dentry;
    MutexGuard guard(parent.inode()->directory_lock);
    return lookup_child_locked(parent, name, hash);
}

const Path& PathWalk::root() {
    if (!root_) root_ = current_root();
    return root_;
}

Result<void> PathWalk::start(std::string_view name, u32 flags) {
    flags_ = flags;
    rest_ = name;
    if (name.empty() && !(flags & kWalkEmpty)) return Error(Errno::ENOENT);
    if (name.size() >= kPathMax) return Error(Errno::ENAMETOOLONG);
    if (flags & (kWalkBeneath | kWalkInRoot)) { // the start is as far up as it goes
        if (!current_) current_ = current_working_directory();
        root_ = current_;
    }
    if (!name.empty() && name[0] == '/') return jump_to_root();
    if (!current_) current_ = current_working_directory();
    return {};
}

Result<void> PathWalk::jump_to_root() {
    if (flags_ & kWalkBeneath) return Error(Errno::EXDEV);
    if ((flags_ & kWalkNoCrossMount) && current_ && &current_.mount() != &root().mount()) return Error(Errno::EXDEV);
    current_ = root();
    return {};
}

Result<void> PathWalk::to_end(std::string_view name, u32 flags) {
    TRY(start(name, flags));
    TRY(run(false));
    bool must_be_directory = has_trailing_slash_ || (flags & kWalkDirectory);
    if (must_be_directory && !current_.dentry().inode()->is_directory()) return Error(Errno::ENOTDIR);
    return {};
}

Result<void> PathWalk::to_parent(std::string_view name, u32 flags) {
    TRY(start(name, flags));
    return run(true);
}

/// Walks `rest_`, to its end or up to its last component.
Result<void> PathWalk::run(bool stop_at_parent) {
    const Credentials& credentials = current_credentials();
    last_kind_ = LastKind::Root;
    has_trailing_slash_ = false;
    for (;;) {
        usize begin = 0;
        while (begin < rest_.size() && rest_[begin] == '/') ++begin;
        rest_.remove_prefix(begin);
        if (rest_.empty()) return {};

        Inode* directory = current_.dentry().inode();
        if (!directory->is_directory()) return Error(Errno::ENOTDIR);
        TRY(check_search(*directory, credentials));

        u32 hash = DentryCache::kHashStart;
        usize size = 0;
        for (; size < rest_.size() && rest_[size] != '/'; ++size) hash = DentryCache::hash_step(hash, rest_[size]);
        std::string_view name = rest_.substr(0, size);
        std::string_view after = rest_.substr(size);
        usize slashes = 0;
        while (slashes < after.size() && after[slashes] == '/') ++slashes;
        bool is_last = slashes == after.size();
        has_trailing_slash_ = is_last && slashes > 0;
        if (size > kNameMax) return Error(Errno::ENAMETOOLONG);
        last_kind_ = LastKind::Normal;
        if (name[0] == '.') {
            if (size == 1) last_kind_ = LastKind::Dot;
            if (size == 2 && name[1] == '.') last_kind_ = LastKind::DotDot;
        }
        last_name_ = name;
        last_hash_ = hash;
        if (is_last && stop_at_parent) {
            rest_ = after;
            return {};
        }
        if (last_kind_ != LastKind::Normal) {
            rest_ = after;
            if (last_kind_ == LastKind::DotDot) TRY(step_up());
            continue;
        }
        Ref<Dentry> next = TRY(lookup_child(current_.dentry(), name, hash));
        Inode* inode = next->inode();
        if (!inode) return Error(Errno::ENOENT);
        if (inode->is_symlink() && (!is_last || has_trailing_slash_ || (flags_ & kWalkFollow))) [[unlikely]] {
            rest_ = after;
            if (is_last) TRY(check_link_follow(*directory, *inode, credentials));
            Path link(Ref<Mount>(current_.mount()), std::move(next));
            TRY(follow_link(link));
            continue;
        }
        rest_ = after;
        TRY(step_down(std::move(next)));
    }
}

void PathWalk::note_use(Mount& mount) const {
    if (mount.is_marked_for_expiry.load(std::memory_order_relaxed) && !(flags_ & kWalkKeepExpiry))
        mount.is_marked_for_expiry.store(false, std::memory_order_relaxed);
}

Result<void> PathWalk::step_down(Ref<Dentry> next) {
    if (!next->is_mount_point()) [[likely]] {
        current_.dentry_ = std::move(next); // the mount stays, and its count
        return {};
    }
    Path below(Ref<Mount>(current_.mount()), std::move(next));
    MountTable::cross_down(below);
    if ((flags_ & kWalkNoCrossMount) && &below.mount() != &current_.mount()) return Error(Errno::EXDEV);
    note_use(below.mount());
    current_ = std::move(below);
    return {};
}

Result<void> PathWalk::step_up() {
    const Path& top = root();
    Path up = current_;
    for (;;) {
        if (up == top) {
            if (flags_ & kWalkBeneath) return Error(Errno::EXDEV);
            break;
        }
        if (&up.dentry() != &up.mount().root()) {
            Ref<Dentry> parent = up.dentry().counted_parent();
            up = Path(Ref<Mount>(up.mount()), std::move(parent));
            break;
        }
        if (!MountTable::cross_up(up)) break;
    }
    MountTable::cross_down(up);
    if ((flags_ & kWalkNoCrossMount) && &up.mount() != &current_.mount()) return Error(Errno::EXDEV);
    current_ = std::move(up);
    return {};
}

/// Puts the link's text before what is left to walk, or jumps where a magic link points.
Result<void> PathWalk::follow_link(const Path& link) {
    if (++link_count_ > kSymlinkLimit || (flags_ & kWalkNoSymlinks)) return Error(Errno::ELOOP);
    if (link.mount().flags() & kMountNoSymFollow) return Error(Errno::ELOOP);
    Inode& inode = *link.dentry().inode();
    last_name_ = {};
    TRY(inode.check_follow());
    Path target = TRY(inode.follow_magic_link());
    if (target) {
        if (flags_ & kWalkNoMagicLinks) return Error(Errno::ELOOP);
        if (flags_ & (kWalkBeneath | kWalkInRoot)) return Error(Errno::EXDEV);
        if ((flags_ & kWalkNoCrossMount) && &target.mount() != &current_.mount()) return Error(Errno::EXDEV);
        current_ = std::move(target);
        return {};
    }
    String text = TRY(inode.read_link());
    note_access(link, inode);
    if (text.is_empty()) return Error(Errno::ENOENT);
    auto* joined = static_cast<char*>(::operator new(text.size() + rest_.size() + 1, std::nothrow));
    if (!joined) return Error(Errno::ENOMEM);
    memcpy(joined, text.c_str(), text.size());
    memcpy(joined + text.size(), rest_.data(), rest_.size());
    joined[text.size() + rest_.size()] = '\0';
    pending_ = String::adopt(joined, text.size() + rest_.size());
    rest_ = pending_.view();
    last_name_ = {};
    if (joined[0] == '/') return jump_to_root();
    return {};
}

Result<Ref<Dentry>> PathWalk::lookup_last() { return lookup_child(current_.dentry(), last_name_, last_hash_); }

Result<Ref<Dentry>> PathWalk::lookup_last_locked() {
    return lookup_child_locked(current_.dentry(), last_name_, last_hash_);
}

Result<void> PathWalk::follow_last(Dentry& link) {
    TRY(check_link_follow(*current_.dentry().inode(), *link.inode(), current_credentials()));
    Path path(Ref<Mount>(current_.mount()), Ref<Dentry>(link));
    TRY(follow_link(path));
    return run(true);
}

void PathWalk::enter_last(Ref<Dentry> dentry) {
    Path below(Ref<Mount>(current_.mount()), std::move(dentry));
    MountTable::cross_down(below);
    note_use(below.mount());
    current_ = std::move(below);
}

Result<Path> walk_path(Path start, std::string_view name, u32 flags) {
    PathWalk walk(std::move(start));
    TRY(walk.to_end(name, flags));
    return walk.take_path();
}

} // namespace martlet
