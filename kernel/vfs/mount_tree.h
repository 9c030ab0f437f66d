// MountTree: what happens to whole trees of mounts: copying, attaching, moving and taking off, and how that spreads to
// peers and slaves (mount_namespaces(7), "shared subtrees").
//
// Everything runs under mount_mutex. Copies for the peers are made before anything is visible, so that a lack of memory
// changes nothing.
#pragma once
#include "base/vector.h"
#include "vfs/mount.h"

namespace martlet {

/// How the copy of a mount stands to the original.
enum class Relation : u8 { Peer, Slave, SharedSlave };

struct CopyRules {
    Relation relation = Relation::Peer; // a private mount's copy is private
    bool with_children = true;
    bool with_unbindable = false;
    static CopyRules for_name_space() { return {.with_unbindable = true}; }
};

struct MountPair {
    Mount* original;
    Mount* copy;
};

enum class Propagation : u8 { Private, Shared, Slave, Unbindable };

class MountTree {
public:
    /// A tree without a place that shows `root` of `from` (and what is mounted below it). ENOMEM.
    static Result<Ref<Mount>> copy(Mount& from, Dentry& root, const CopyRules& rules,
                                   Vector<MountPair>* pairs = nullptr) REQUIRES(mount_mutex);
    /// Puts a tree on `point`, which must be on top there, and copies on its peers. ENOENT, ENOMEM.
    static Result<void> attach(Ref<Mount> tree, const Path& point) REQUIRES(mount_mutex);
    /// Moves an attached tree. The callers have checked that it may go there.
    static Result<void> move(Mount& tree, const Path& point) REQUIRES(mount_mutex);
    /// pivot_root(2): `new_root` takes the place of `old_root`, which goes to `put_old`. No propagation: none
    /// is shared.
    static void pivot(Mount& old_root, Mount& new_root, const Path& put_old) REQUIRES(mount_mutex);
    /// Takes one mount off, with its peers' counterparts. EBUSY.
    static Result<void> detach(Mount& mount, u32 expected_users) REQUIRES(mount_mutex);
    /// The same whoever uses it; it has nothing mounted on it.
    static void detach_lazily(Mount& mount) REQUIRES(mount_mutex);
    /// Takes a tree apart that never had, or no longer has, anybody who sees it.
    static void dissolve(Mount& tree) REQUIRES(mount_mutex);
    /// Makes a tree without a place the tree of a name space.
    static void adopt_root(Ref<Mount> tree, MountNamespace& name_space) REQUIRES(mount_mutex);
    /// mount(2) MS_SHARED …; with all mounts below it if asked for. ENOMEM.
    static void change_propagation(Mount& mount, Propagation propagation, bool with_children) REQUIRES(mount_mutex);
    /// Whether the tree has a mount that may not be bound.
    static bool has_unbindable(Mount& tree) REQUIRES(mount_mutex);
    /// Whether `mount` is `tree` or below it.
    static bool is_below(const Mount& mount, const Mount& tree) REQUIRES(mount_mutex);
    /// The next mount after `mount` in no order that matters, over `tree` and everything below it; null at the end.
    static Mount* next_in_tree(Mount* mount, const Mount& tree) REQUIRES(mount_mutex);

private:
    struct Pending {
        Ref<Mount> copy;
        Mount* receiver;
    };
    static Result<Ref<Mount>> copy_one(Mount& from, Dentry& root, Relation relation) REQUIRES(mount_mutex);
    static Result<void> copy_for_peers(Mount& tree, const Path& point, Vector<Pending>& pending) REQUIRES(mount_mutex);
    static bool can_receive(const Mount& receiver, const Path& point) REQUIRES(mount_mutex);
    static void put(Mount& tree, Mount& parent, Dentry& point) REQUIRES(mount_mutex);
    static Result<void> collect_counterparts(Mount& mount, Vector<Mount*>& found) REQUIRES(mount_mutex);
    static void remove_one(Mount& mount) REQUIRES(mount_mutex);
    static void set_name_space(Mount& tree, MountNamespace* name_space) REQUIRES(mount_mutex);
    static u32 new_peer_group() REQUIRES(mount_mutex);
    static u32 peer_count(u32 group) REQUIRES(mount_mutex);
    static void leave_peers(Mount& mount) REQUIRES(mount_mutex);
};

} // namespace martlet
