// Names that go or change: unlink, rmdir, rename.
#include "vfs/limits.h"
#include "vfs/mount.h"
#include "vfs/notify.h"
#include "vfs/operations.h"
#include "vfs/path_walk.h"
#include "vfs/permission.h"

namespace martlet {

Result<void> remove_name(const NameAt& at) {
    PathWalk walk(at.start);
    TRY(walk.to_parent(at.name, 0));
    if (walk.last_kind() != LastKind::Normal) return Error(Errno::EISDIR);
    TRY(check_writable(walk.path().mount()));
    Dentry& parent = walk.path().dentry();
    Ref<Dentry> victim; // the last references go after the lock: freeing a file's pages takes time
    {
        MutexGuard guard(parent.inode()->directory_lock);
        victim = TRY(walk.lookup_last_locked());
        if (victim->is_negative()) return Error(Errno::ENOENT);
        Inode& inode = *victim->inode();
        if (walk.has_trailing_slash()) return Error(inode.is_directory() ? Errno::EISDIR : Errno::ENOTDIR);
        TRY(check_delete(parent, *victim, VictimKind::NotDirectory, current_credentials()));
        if (MountTable::is_in_use_here(*victim)) return Error(Errno::EBUSY);
        MutexGuard inode_guard(inode.attribute_lock);
        TRY(parent.inode()->unlink(victim->name(), inode));
        DentryCache::unhash(*victim);
    }
    notify_inode(*victim->inode(), kNotifyAttribute);
    MountTable::detach_all_from(*victim);
    Ref<Inode> inode = keep_for_notify(*victim->inode());
    victim = nullptr; // the file may end here, before its name's end is told
    notify_name(*parent.inode(), walk.last_name(), kNotifyDelete, 0, inode.get());
    return {};
}

Result<void> remove_directory(const NameAt& at) {
    PathWalk walk(at.start);
    TRY(walk.to_parent(at.name, 0));
    switch (walk.last_kind()) {
    case LastKind::Normal: break;
    case LastKind::Dot: return Error(Errno::EINVAL);
    case LastKind::DotDot: return Error(Errno::ENOTEMPTY);
    case LastKind::Root: return Error(Errno::EBUSY);
    }
    TRY(check_writable(walk.path().mount()));
    Dentry& parent = walk.path().dentry();
    Ref<Dentry> victim;
    {
        MutexGuard guard(parent.inode()->directory_lock);
        victim = TRY(walk.lookup_last_locked());
        TRY(check_delete(parent, *victim, VictimKind::Directory, current_credentials()));
        if (MountTable::is_in_use_here(*victim)) return Error(Errno::EBUSY);
        MutexGuard victim_guard(victim->inode()->directory_lock);
        TRY(parent.inode()->remove_directory(victim->name(), *victim->inode()));
        DentryCache::unhash(*victim);
    }
    MountTable::detach_all_from(*victim);
    DentryCache::shrink_tree(*victim); // negative names in it
    Ref<Inode> inode = keep_for_notify(*victim->inode());
    victim = nullptr;
    notify_name(*parent.inode(), walk.last_name(), kNotifyDelete | kNotifyDirectory, 0, inode.get());
    return {};
}

namespace {

/// The directory locks of a rename: the ancestor first, or by address if neither is above the other.
class RenameLocks {
public:
    RenameLocks(Dentry& from, Dentry& to) NO_THREAD_SAFETY_ANALYSIS
        : is_same_(&from == &to), rename_lock_(from.inode()->super_block().rename_lock) {
        first_ = &from.inode()->directory_lock;
        if (is_same_) {
            first_->lock();
            return;
        }
        rename_lock_.lock();
        second_ = &to.inode()->directory_lock;
        bool to_is_above = DentryCache::is_within(from, to);
        bool from_is_above = !to_is_above && DentryCache::is_within(to, from);
        if (to_is_above || (!from_is_above && second_ < first_)) std::swap(first_, second_);
        first_->lock();
        second_->lock();
    }
    ~RenameLocks() NO_THREAD_SAFETY_ANALYSIS {
        if (!is_same_) second_->unlock();
        first_->unlock();
        if (!is_same_) rename_lock_.unlock();
    }

private:
    bool is_same_;
    Mutex& rename_lock_; // one a file system: an overlay's rename moves names of the file systems below
    Mutex* first_ = nullptr;
    Mutex* second_ = nullptr;
};

/// The checks between finding both entries and asking the file system.
Result<void> check_rename(const Path& from_parent, Dentry& old_entry, const Path& to_parent,
                          Dentry& new_entry, u32 flags) {
    const Credentials& credentials = current_credentials();
    Inode& inode = *old_entry.inode();
    auto kind_of = [](const Inode& node) {
        return node.is_directory() ? VictimKind::Directory : VictimKind::NotDirectory;
    };
    TRY(check_delete(from_parent.dentry(), old_entry, kind_of(inode), credentials));
    bool exchange = (flags & kRenameExchange) != 0;
    if (new_entry.is_negative()) {
        TRY(check_create(to_parent.dentry(), credentials));
    } else {
        VictimKind wanted = exchange ? kind_of(*new_entry.inode()) : kind_of(inode);
        TRY(check_delete(to_parent.dentry(), new_entry, wanted, credentials));
    }
    // Moving a directory changes its "..": that is a write to it.
    if (&from_parent.dentry() != &to_parent.dentry()) {
        if (inode.is_directory()) TRY(check_permission(inode, kMayWrite, credentials));
        if (exchange && new_entry.inode()->is_directory())
            TRY(check_permission(*new_entry.inode(), kMayWrite, credentials));
    }
    if (MountTable::is_in_use_here(old_entry) || MountTable::is_in_use_here(new_entry)) return Error(Errno::EBUSY);
    return {};
}

void notify_move(PathWalk& from, PathWalk& to, Inode& inode) {
    u32 kind = inode.is_directory() ? kNotifyDirectory : 0, cookie = next_notify_cookie();
    Inode& old_directory = *from.path().dentry().inode();
    Inode& new_directory = *to.path().dentry().inode();
    report_rename({kNotifyRename | kind, nullptr, &inode, &old_directory, from.last_name(), &new_directory,
                   to.last_name()});
    notify_name(old_directory, from.last_name(), kNotifyMovedFrom | kind, cookie, &inode);
    notify_name(new_directory, to.last_name(), kNotifyMovedTo | kind, cookie, &inode);
}

/// `replaced` is what the new name led to, or null.
void notify_rename(PathWalk& from, PathWalk& to, Inode& inode, Inode* replaced, bool exchange) {
    if (!notify_is_used()) return;
    notify_move(from, to, inode);
    if (replaced && !exchange) notify_inode(*replaced, kNotifyAttribute);
    notify_inode(inode, kNotifyMoveSelf);
    if (!exchange) return;
    notify_move(to, from, *replaced);
    notify_inode(*replaced, kNotifyMoveSelf);
}

/// The entries of a rename and what lost its name by it, if anything did. They outlive the locks.
struct Renaming {
    Ref<Dentry> old_entry, new_entry;
    Ref<Inode> replaced;
};

Result<void> rename_locked(PathWalk& from, PathWalk& to, u32 flags, Renaming& renaming) {
    auto& [old_entry, new_entry, replaced] = renaming;
    old_entry = TRY(from.lookup_last_locked());
    if (old_entry->is_negative()) return Error(Errno::ENOENT);
    new_entry = TRY(to.lookup_last_locked());
    bool exchange = (flags & kRenameExchange) != 0;
    if ((flags & kRenameNoReplace) && !new_entry->is_negative()) return Error(Errno::EEXIST);
    if (exchange) {
        if (new_entry->is_negative()) return Error(Errno::ENOENT);
        if (!new_entry->inode()->is_directory() && to.has_trailing_slash()) return Error(Errno::ENOTDIR);
    }
    if (!old_entry->inode()->is_directory()) {
        if (from.has_trailing_slash()) return Error(Errno::ENOTDIR);
        if (!exchange && to.has_trailing_slash()) return Error(Errno::ENOTDIR);
    }
    Dentry& from_parent = from.path().dentry();
    Dentry& to_parent = to.path().dentry();
    if (DentryCache::is_within(to_parent, *old_entry)) return Error(Errno::EINVAL);
    if (!new_entry->is_negative() && DentryCache::is_within(from_parent, *new_entry))
        return Error(exchange ? Errno::EINVAL : Errno::ENOTEMPTY);
    if (old_entry->inode() == new_entry->inode()) return {}; // two names of one file: nothing happens
    TRY(check_rename(from.path(), *old_entry, to.path(), *new_entry, flags));
    bool leaves_whiteout = (flags & kRenameWhiteout) != 0;
    if (leaves_whiteout && !from_parent.inode()->supports_whiteouts()) return Error(Errno::EINVAL);
    String name = TRY(DentryCache::prepare_name(to.last_name()));
    String old_name;
    if (leaves_whiteout) old_name = TRY(String::create(old_entry->name()));
    TRY(from_parent.inode()->rename(old_entry->name(), *old_entry->inode(), *to_parent.inode(), to.last_name(),
                                    new_entry->inode(), exchange));
    notify_rename(from, to, *old_entry->inode(), new_entry->inode(), exchange);
    if (exchange) {
        DentryCache::exchange(*old_entry, *new_entry);
        return {};
    }
    if (new_entry->inode()) replaced = Ref<Inode>(*new_entry->inode());
    DentryCache::unhash(*new_entry);
    DentryCache::move(*old_entry, to_parent, to.last_name(), name);
    if (!leaves_whiteout) return {};
    InodeAttributes whiteout = attributes_for_new(*from_parent.inode(), kModeCharacter, 0, current_credentials());
    TRY(from_parent.inode()->create(old_name, whiteout));
    return {};
}

} // namespace

Result<void> rename_entry(const NameAt& from_at, const NameAt& to_at, u32 flags) {
    if (flags & ~(kRenameNoReplace | kRenameExchange | kRenameWhiteout)) return Error(Errno::EINVAL);
    if ((flags & (kRenameNoReplace | kRenameWhiteout)) && (flags & kRenameExchange)) return Error(Errno::EINVAL);
    if ((flags & kRenameWhiteout) && !current_credentials().has(Capability::Mknod)) return Error(Errno::EPERM);
    PathWalk from(from_at.start);
    TRY(from.to_parent(from_at.name, 0));
    PathWalk to(to_at.start);
    TRY(to.to_parent(to_at.name, 0));
    if (&from.path().mount() != &to.path().mount()) return Error(Errno::EXDEV);
    if (from.last_kind() != LastKind::Normal) return Error(Errno::EBUSY);
    if (to.last_kind() != LastKind::Normal) return Error(flags & kRenameNoReplace ? Errno::EEXIST : Errno::EBUSY);
    TRY(check_writable(from.path().mount()));
    Renaming renaming;
    {
        RenameLocks locks(from.path().dentry(), to.path().dentry());
        TRY(rename_locked(from, to, flags, renaming));
    }
    if (!renaming.replaced) return {};
    MountTable::detach_all_from(*renaming.new_entry);
    if (renaming.replaced->is_directory()) DentryCache::shrink_tree(*renaming.new_entry);
    return {};
}

} // namespace martlet
