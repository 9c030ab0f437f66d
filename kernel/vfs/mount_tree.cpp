#include "vfs/mount_tree.h"

#include "vfs/inode.h"
#include "vfs/mount_namespace.h"

namespace martlet {
namespace {

u32 last_peer_group = 0; // mount_mutex

} // namespace

Mount* MountTree::next_in_tree(Mount* mount, const Mount& tree) {
    for (mount = mount ? MountTable::next(*mount) : MountTable::first(); mount; mount = MountTable::next(*mount))
        if (is_below(*mount, tree)) return mount;
    return nullptr;
}

bool MountTree::is_below(const Mount& mount, const Mount& tree) {
    for (const Mount* up = &mount; up; up = up->parent_.load(std::memory_order_relaxed))
        if (up == &tree) return true;
    return false;
}

bool MountTree::has_unbindable(Mount& tree) {
    for (Mount* mount = next_in_tree(nullptr, tree); mount; mount = next_in_tree(mount, tree))
        if (mount->is_unbindable_) return true;
    return false;
}

// Peer groups.

u32 MountTree::new_peer_group() { return ++last_peer_group; }

u32 MountTree::peer_count(u32 group) {
    u32 count = 0;
    for (Mount* mount = MountTable::first(); mount; mount = MountTable::next(*mount))
        count += mount->peer_group_ == group;
    return count;
}

/// Ends a membership. With the last member the group ends: its slaves go to the member's own master.
void MountTree::leave_peers(Mount& mount) {
    u32 group = std::exchange(mount.peer_group_, 0);
    if (group == 0 || peer_count(group) > 0) return;
    for (Mount* slave = MountTable::first(); slave; slave = MountTable::next(*slave))
        if (slave->master_group_ == group) slave->master_group_ = mount.master_group_;
}

void MountTree::change_propagation(Mount& tree, Propagation propagation, bool with_children) {
    for (Mount* mount = with_children ? next_in_tree(nullptr, tree) : &tree; mount;
         mount = with_children ? next_in_tree(mount, tree) : nullptr) {
        switch (propagation) {
        case Propagation::Shared:
            if (mount->peer_group_ == 0) mount->peer_group_ = new_peer_group();
            break;
        case Propagation::Slave:
            if (mount->peer_group_ != 0) {
                if (peer_count(mount->peer_group_) > 1) mount->master_group_ = std::exchange(mount->peer_group_, 0);
                else leave_peers(*mount);
            }
            break;
        case Propagation::Private:
        case Propagation::Unbindable:
            leave_peers(*mount);
            mount->master_group_ = 0;
            break;
        }
        mount->is_unbindable_ = propagation == Propagation::Unbindable;
    }
}

// Copies.

Result<Ref<Mount>> MountTree::copy_one(Mount& from, Dentry& root, Relation relation) {
    Ref<Mount> copy = TRY(
        Mount::create(Ref<SuperBlock>(*from.super_block_), Ref<Dentry>(root), from.source_, from.flags()));
    if (relation == Relation::Peer) {
        copy->peer_group_ = from.peer_group_;
        copy->master_group_ = from.master_group_;
    } else {
        copy->master_group_ = from.peer_group_ ? from.peer_group_ : from.master_group_;
        if (relation == Relation::SharedSlave) copy->peer_group_ = new_peer_group();
    }
    return copy;
}

Result<Ref<Mount>> MountTree::copy(Mount& from, Dentry& root, const CopyRules& rules, Vector<MountPair>* pairs) {
    Vector<MountPair> made;
    Ref<Mount> top = TRY(copy_one(from, root, rules.relation));
    TRY(made.push_back({&from, top.get()}));
    for (usize index = 0; rules.with_children && index < made.size(); ++index) {
        MountPair pair = made[index];
        for (Mount* child = MountTable::first(); child; child = MountTable::next(*child)) {
            if (child->parent_.load(std::memory_order_relaxed) != pair.original) continue;
            Dentry& point = *child->point_.load(std::memory_order_relaxed);
            if (index == 0 && !DentryCache::is_within(point, root)) continue;
            if (child->is_unbindable_ && !rules.with_unbindable) continue;
            auto copied = copy_one(*child, child->root(), rules.relation);
            Result<void> noted = copied ? made.push_back({child, copied->get()}) : Result<void>(Error(copied.error()));
            if (!noted) {
                dissolve(*top);
                return Error(noted.error());
            }
            MountTable::place(*(*copied).leak(), *pair.copy, point);
        }
    }
    if (pairs) *pairs = std::move(made);
    return top;
}

void MountTree::set_name_space(Mount& tree, MountNamespace* name_space) {
    for (Mount* mount = next_in_tree(nullptr, tree); mount; mount = next_in_tree(mount, tree))
        mount->name_space_ = name_space;
}

void MountTree::adopt_root(Ref<Mount> tree, MountNamespace& name_space) {
    Mount* top = tree.leak(); // the table's reference
    MountTable::keep(*top);
    set_name_space(*top, &name_space);
    name_space.set_root(*top);
}

/// A mount that is attached and shows the place.
bool MountTree::can_receive(const Mount& receiver, const Path& point) {
    return &receiver != &point.mount() && receiver.name_space_ &&
           DentryCache::is_within(point.dentry(), receiver.root());
}

/// For every peer of the point's mount a copy of the tree that is a peer; for every slave one that is a
/// slave, and so on to the slaves of slaves.
Result<void> MountTree::copy_for_peers(Mount& tree, const Path& point, Vector<Pending>& pending) {
    struct Step {
        u32 group;
        Mount* source; // the tree that the group's members get copies of
        Mount* served; // the member that has its copy already
    };
    Vector<Step> steps;
    TRY(steps.push_back({point.mount().peer_group_, &tree, &point.mount()}));
    auto serve = [&](Mount& receiver, Mount& source, Relation relation) REQUIRES(mount_mutex) -> Result<Mount*> {
        Ref<Mount> copied = TRY(copy(source, source.root(), {.relation = relation}));
        Mount* top = copied.get();
        if (auto noted = pending.push_back({std::move(copied), &receiver}); !noted) {
            dissolve(*top);
            return Error(noted.error());
        }
        return top;
    };
    for (usize index = 0; index < steps.size(); ++index) {
        Step step = steps[index];
        for (Mount* mount = MountTable::first(); mount; mount = MountTable::next(*mount)) {
            if (mount == step.served || !can_receive(*mount, point)) continue;
            if (mount->peer_group_ == step.group) {
                TRY(serve(*mount, *step.source, Relation::Peer));
            } else if (mount->master_group_ == step.group && mount->peer_group_ == 0) {
                TRY(serve(*mount, *step.source, Relation::Slave));
            } else if (mount->master_group_ == step.group) {
                bool is_known = false;
                for (const Step& known : steps) is_known = is_known || known.group == mount->peer_group_;
                if (is_known) continue;
                Mount* source = TRY(serve(*mount, *step.source, Relation::SharedSlave));
                TRY(steps.push_back({mount->peer_group_, source, mount}));
            }
        }
    }
    return {};
}

/// What is mounted there already comes to lie on the tree: a copy must not hide what a peer has put on top.
void MountTree::put(Mount& tree, Mount& parent, Dentry& point) {
    Ref<Mount> above = MountTable::find_child(parent, point);
    MountTable::place(tree, parent, point);
    set_name_space(tree, parent.name_space_);
    if (above) MountTable::place(*above, tree, tree.root());
}

Result<void> MountTree::attach(Ref<Mount> tree, const Path& point) {
    if (point.dentry().is_deleted()) return Error(Errno::ENOENT);
    Mount& top = *tree;
    Vector<Pending> pending;
    if (point.mount().peer_group_ != 0) {
        // The tree must be in the table for its members to be counted: the lists of peers are made from it.
        for (Mount* mount = next_in_tree(nullptr, top); mount; mount = next_in_tree(mount, top))
            if (mount->peer_group_ == 0) mount->peer_group_ = new_peer_group();
        if (top.peer_group_ == 0) top.peer_group_ = new_peer_group();
        if (auto copied = copy_for_peers(top, point, pending); !copied) {
            for (Pending& copy : pending) dissolve(*copy.copy);
            return copied;
        }
    }
    put(*tree.leak(), point.mount(), point.dentry());
    for (Pending& copy : pending) put(*copy.copy.leak(), *copy.receiver, point.dentry());
    return {};
}

Result<void> MountTree::move(Mount& tree, const Path& point) {
    if (point.dentry().is_deleted()) return Error(Errno::ENOENT);
    Vector<Pending> pending;
    if (point.mount().peer_group_ != 0) {
        change_propagation(tree, Propagation::Shared, true);
        if (auto copied = copy_for_peers(tree, point, pending); !copied) {
            for (Pending& copy : pending) dissolve(*copy.copy);
            return copied;
        }
    }
    MountTable::place(tree, point.mount(), point.dentry());
    for (Pending& copy : pending) put(*copy.copy.leak(), *copy.receiver, point.dentry());
    return {};
}

void MountTree::pivot(Mount& old_root, Mount& new_root, const Path& put_old) {
    Path place = old_root.mount_point();
    MountTable::place(new_root, place.mount(), place.dentry());
    MountTable::place(old_root, put_old.mount(), put_old.dentry());
}

// Taking off.

void MountTree::remove_one(Mount& mount) {
    MountTable::displace(mount);
    mount.name_space_ = nullptr;
    leave_peers(mount);
    mount.master_group_ = 0;
    mount.release(); // the table's reference
}

void MountTree::dissolve(Mount& tree) {
    Ref<Mount> keep(tree);
    for (;;) {
        Mount* leaf = &tree;
        while (Mount* child = MountTable::any_child(*leaf)) leaf = child;
        if (leaf == &tree) break;
        remove_one(*leaf);
    }
    if (tree.node_.is_linked()) return remove_one(tree);
    leave_peers(tree); // a copy that never got a place: its reference is the owner's
    tree.master_group_ = 0;
}

/// What the peers and slaves of the parent show in the same place.
Result<void> MountTree::collect_counterparts(Mount& mount, Vector<Mount*>& found) {
    Mount* parent = mount.parent_.load(std::memory_order_relaxed);
    Dentry* point = mount.point_.load(std::memory_order_relaxed);
    if (!parent || parent->peer_group_ == 0) return {};
    Vector<u32> groups;
    TRY(groups.push_back(parent->peer_group_));
    for (usize index = 0; index < groups.size(); ++index) {
        for (Mount* receiver = MountTable::first(); receiver; receiver = MountTable::next(*receiver)) {
            bool is_slave = receiver->master_group_ == groups[index];
            if (receiver == parent || (receiver->peer_group_ != groups[index] && !is_slave)) continue;
            if (is_slave && receiver->peer_group_ != 0) {
                bool is_known = false;
                for (u32 group : groups) is_known = is_known || group == receiver->peer_group_;
                if (!is_known) TRY(groups.push_back(receiver->peer_group_));
            }
            for (Mount* child = MountTable::first(); child; child = MountTable::next(*child)) {
                if (child->parent_.load(std::memory_order_relaxed) != receiver ||
                    child->point_.load(std::memory_order_relaxed) != point)
                    continue;
                bool is_known = false;
                for (Mount* known : found) is_known = is_known || known == child;
                if (!is_known && !MountTable::any_child(*child)) TRY(found.push_back(child));
            }
        }
    }
    return {};
}

Result<void> MountTree::detach(Mount& mount, u32 expected_users) {
    Vector<Mount*> counterparts;
    TRY(collect_counterparts(mount, counterparts));
    if (MountTable::any_child(mount)) return Error(Errno::EBUSY);
    for (Mount* counterpart : counterparts)
        if (counterpart->reference_count() > 1) return Error(Errno::EBUSY);
    TRY(MountTable::displace_if_unused(mount, 1 + expected_users));
    remove_one(mount);
    for (Mount* counterpart : counterparts) remove_one(*counterpart);
    return {};
}

void MountTree::detach_lazily(Mount& mount) {
    Vector<Mount*> counterparts;
    (void)collect_counterparts(mount, counterparts); // without memory the peers keep theirs
    remove_one(mount);
    for (Mount* counterpart : counterparts) remove_one(*counterpart);
}

} // namespace martlet
