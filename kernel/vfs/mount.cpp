#include "vfs/mount.h"

#include "vfs/caller.h"
#include "vfs/inode.h"
#include "vfs/mount_namespace.h"
#include "vfs/mount_tree.h"

#include "vfs/notify.h"

namespace martlet {

Mutex mount_mutex{LockRank::Mount};

namespace {

constexpr u32 kMountBuckets = 64;
std::atomic<Mount*> mount_buckets[kMountBuckets]; // chains through hash_next_, name_space_lock
std::atomic<u32> mount_sequence = 0;              // odd while a chain changes

SpinLock mount_pool_lock{LockRank::Leaf};
void* free_mounts GUARDED_BY(mount_pool_lock) = nullptr; // linked through the first word
std::atomic<u32> next_mount_id = 1;

constinit MountTable::MountList attached_mounts; // mount_mutex; all that have a place
Mount* first_mount = nullptr;

std::atomic<Mount*>& bucket_of(const Mount* parent, const Dentry* point) {
    u64 mixed = (reinterpret_cast<u64>(parent) >> 6) ^ (reinterpret_cast<u64>(point) >> 4);
    return mount_buckets[(mixed * 0x9e37'79b9'7f4a'7c15) >> 58];
}

class SequenceWrite {
public:
    SequenceWrite() { mount_sequence.fetch_add(1, std::memory_order_acq_rel); }
    ~SequenceWrite() { mount_sequence.fetch_add(1, std::memory_order_release); }
};

} // namespace

void* Mount::operator new(usize size, const std::nothrow_t&) noexcept {
    {
        LockGuard guard(mount_pool_lock);
        if (void* block = free_mounts) {
            free_mounts = *static_cast<void**>(block);
            return block;
        }
    }
    void* block = ::operator new(size, std::nothrow);
    if (block) memset(block, 0, size);
    return block;
}

void Mount::operator delete(void* pointer) noexcept {
    LockGuard guard(mount_pool_lock);
    *static_cast<void**>(pointer) = free_mounts;
    free_mounts = pointer;
}

Mount::Mount(Ref<SuperBlock> super_block, Ref<Dentry> root, String source, u64 flags)
    : super_block_(std::move(super_block)), root_(std::move(root)), source_(std::move(source)),
      flags_(0), id_(next_mount_id.fetch_add(1, std::memory_order_relaxed)) {
    set_flags(flags);
    super_block_->mount_count.fetch_add(1, std::memory_order_relaxed);
}

void Mount::set_flags(u64 flags) {
    if (flags & kMountStrictAtime) flags &= ~kMountNoAtime;
    flags_.store(flags & kMountKeptFlags, std::memory_order_seq_cst);
    if (MountNamespace* shown = name_space()) shown->changes.note();
}

Result<void> Mount::begin_write() {
    writers_.fetch_add(1, std::memory_order_seq_cst);
    super_block_->writers.fetch_add(1, std::memory_order_seq_cst);
    if (!(flags_.load(std::memory_order_seq_cst) & kMountReadOnly) &&
        !super_block_->is_read_only.load(std::memory_order_seq_cst))
        return {};
    end_write();
    return Error(Errno::EROFS);
}

void Mount::end_write() {
    super_block_->writers.fetch_sub(1, std::memory_order_relaxed);
    writers_.fetch_sub(1, std::memory_order_relaxed);
}

Result<void> Mount::make_read_only() {
    u64 old = flags_.fetch_or(kMountReadOnly, std::memory_order_seq_cst);
    if (writers_.load(std::memory_order_seq_cst) == 0) return {};
    flags_.store(old, std::memory_order_seq_cst);
    return Error(Errno::EBUSY);
}

Result<void> Mount::make_read_only(SuperBlock& super_block) {
    bool was_read_only = super_block.is_read_only.exchange(true, std::memory_order_seq_cst);
    if (was_read_only || super_block.writers.load(std::memory_order_seq_cst) == 0) return {};
    super_block.is_read_only.store(false, std::memory_order_seq_cst);
    return Error(Errno::EBUSY);
}

Result<Ref<Mount>> Mount::create(Ref<SuperBlock> super_block, Ref<Dentry> root, std::string_view source, u64 flags) {
    String name = TRY(String::create(source));
    if (!root) {
        if (!super_block->root_dentry)
            super_block->root_dentry = TRY(DentryCache::create_root(super_block->root()));
        root = super_block->root_dentry;
    }
    return make_ref<Mount>(std::move(super_block), std::move(root), std::move(name), flags);
}

Mount::~Mount() {
    Dentry* point = point_.load(std::memory_order_relaxed);
    Mount* parent = parent_.load(std::memory_order_relaxed);
    root_ = nullptr;
    if (super_block_->mount_count.fetch_sub(1, std::memory_order_acq_rel) == 1 && super_block_->root_dentry) {
        if (notify_is_used()) report_unmount(*super_block_);
        DentryCache::shrink_tree(*super_block_->root_dentry);
        super_block_->root_dentry = nullptr;
    }
    super_block_ = nullptr;
    if (point) point->release();
    if (parent) parent->release();
}

Path Mount::mount_point() const {
    LockGuard guard(name_space_lock);
    Mount* parent = parent_.load(std::memory_order_relaxed);
    if (!parent) return Path();
    return Path(Ref<Mount>(*parent), Ref<Dentry>(*point_.load(std::memory_order_relaxed)));
}

void MountTable::link(Mount& mount) {
    auto& bucket = bucket_of(mount.parent_.load(std::memory_order_relaxed),
                             mount.point_.load(std::memory_order_relaxed));
    // A later mount on the same point lies on top: it stands first in the chain.
    mount.hash_next_.store(bucket.load(std::memory_order_relaxed), std::memory_order_relaxed);
    bucket.store(&mount, std::memory_order_release);
    mount.point_.load(std::memory_order_relaxed)->set_flag(Dentry::kMountPoint);
}

void MountTable::unlink(Mount& mount) {
    Mount* parent = mount.parent_.load(std::memory_order_relaxed);
    Dentry* point = mount.point_.load(std::memory_order_relaxed);
    std::atomic<Mount*>* link = &bucket_of(parent, point);
    while (link->load(std::memory_order_relaxed) != &mount) link = &link->load(std::memory_order_relaxed)->hash_next_;
    link->store(mount.hash_next_.load(std::memory_order_relaxed), std::memory_order_release);
    // The flag stays as long as anything is mounted on this dentry through any mount.
    bool is_still_point = false;
    for (auto& bucket : mount_buckets)
        for (Mount* other = bucket.load(std::memory_order_relaxed); other;
             other = other->hash_next_.load(std::memory_order_relaxed))
            is_still_point = is_still_point || other->point_.load(std::memory_order_relaxed) == point;
    if (!is_still_point) point->clear_flag(Dentry::kMountPoint);
}

void MountTable::attach_root(Ref<Mount> mount) {
    ASSERT(!first_mount);
    MutexGuard guard(mount_mutex);
    first_mount = mount.leak();
    attached_mounts.push_back(*first_mount);
    first_mount->name_space_ = &MountNamespace::initial();
    MountNamespace::initial().set_root(*first_mount);
}

Path MountTable::root_path() {
    ASSERT(first_mount);
    return Path(Ref<Mount>(*first_mount), Ref<Dentry>(first_mount->root()));
}

Ref<Mount> MountTable::find_child(const Mount& mount, const Dentry& dentry) {
    for (;;) {
        u32 sequence = mount_sequence.load(std::memory_order_acquire);
        Mount* child = bucket_of(&mount, &dentry).load(std::memory_order_acquire);
        while (child && (child->parent_.load(std::memory_order_relaxed) != &mount ||
                         child->point_.load(std::memory_order_relaxed) != &dentry))
            child = child->hash_next_.load(std::memory_order_acquire);
        Ref<Mount> found;
        bool acquired = child && child->try_acquire();
        if (acquired) found = Ref<Mount>::adopt(child);
        std::atomic_thread_fence(std::memory_order_acquire);
        if (!(sequence & 1) && mount_sequence.load(std::memory_order_relaxed) == sequence && (acquired || !child))
            return found;
        cpu_relax();
    }
}

void MountTable::cross_down(Path& path) {
    while (path.dentry().is_mount_point()) {
        Ref<Mount> child = find_child(path.mount(), path.dentry());
        if (!child) return;
        Ref<Dentry> root(child->root());
        path = Path(std::move(child), std::move(root));
    }
}

bool MountTable::cross_up(Path& path) {
    Path point = path.mount().mount_point();
    if (!point) return false;
    path = std::move(point);
    return true;
}

Result<void> MountTable::attach(Ref<Mount> mount, const Path& point) {
    return MountTree::attach(std::move(mount), point);
}

void MountTable::place(Mount& mount, Mount& parent, Dentry& point) {
    parent.acquire();
    point.acquire();
    Mount* old_parent;
    Dentry* old_point;
    {
        LockGuard guard(name_space_lock);
        SequenceWrite write;
        if (mount.parent_.load(std::memory_order_relaxed)) unlink(mount);
        old_parent = mount.parent_.exchange(&parent, std::memory_order_relaxed);
        old_point = mount.point_.exchange(&point, std::memory_order_relaxed);
        link(mount);
    }
    if (!mount.node_.is_linked()) attached_mounts.push_back(mount);
    if (MountNamespace* shown = parent.name_space()) shown->changes.note();
    if (old_point) old_point->release();
    if (old_parent) old_parent->release();
}

void MountTable::keep(Mount& mount) { attached_mounts.push_back(mount); }

Result<void> MountTable::displace_if_unused(Mount& mount, u32 expected) {
    Mount* parent;
    Dentry* point;
    {
        LockGuard guard(name_space_lock);
        SequenceWrite write; // whoever finds the mount from here on looks again
        if (mount.reference_count() > expected) return Error(Errno::EBUSY);
        unlink(mount);
        parent = mount.parent_.exchange(nullptr, std::memory_order_relaxed);
        point = mount.point_.exchange(nullptr, std::memory_order_relaxed);
    }
    if (MountNamespace* shown = parent->name_space()) shown->changes.note();
    point->release();
    parent->release();
    return {};
}

void MountTable::displace(Mount& mount) {
    if (mount.parent_.load(std::memory_order_relaxed)) (void)displace_if_unused(mount, ~0u);
    mount.node_.unlink();
}

Mount* MountTable::any_child(const Mount& mount) {
    for (Mount& candidate : attached_mounts)
        if (candidate.parent_.load(std::memory_order_relaxed) == &mount) return &candidate;
    return nullptr;
}

Result<void> MountTable::detach(Mount& mount, u32 expected_users, Lazy lazy) {
    if (lazy == Lazy::No) return MountTree::detach(mount, expected_users);
    // Children first; each round goes down to one that has none itself, without recursion: mounts nest at will.
    Ref<Mount> keep(mount);
    for (Mount* leaf = &mount;; leaf = &mount) {
        while (Mount* child = any_child(*leaf)) leaf = child;
        MountTree::detach_lazily(*leaf);
        if (leaf == &mount) return {};
    }
}

bool MountTable::is_in_use_here(const Dentry& dentry) {
    if (!dentry.is_mount_point()) return false;
    MountNamespace* here = &current_mount_namespace();
    LockGuard guard(name_space_lock);
    for (auto& bucket : mount_buckets)
        for (Mount* mount = bucket.load(std::memory_order_relaxed); mount;
             mount = mount->hash_next_.load(std::memory_order_relaxed))
            if (mount->point_.load(std::memory_order_relaxed) == &dentry && mount->name_space() == here) return true;
    return false;
}

void MountTable::detach_all_from(const Dentry& dentry) {
    if (!dentry.is_mount_point()) [[likely]] return;
    MutexGuard guard(mount_mutex);
    auto find = [&]() NO_THREAD_SAFETY_ANALYSIS -> Mount* {
        for (Mount& mount : attached_mounts)
            if (mount.point_.load(std::memory_order_relaxed) == &dentry) return &mount;
        return nullptr;
    };
    while (Mount* mount = find()) (void)detach(*mount, 0, Lazy::Yes);
}

Mount* MountTable::first() { return attached_mounts.front(); }
Mount* MountTable::next(const Mount& mount) { return attached_mounts.next(mount); }

Result<void> check_writable(const Mount& mount) {
    if (mount.is_read_only()) return Error(Errno::EROFS);
    return {};
}

void note_access(const Path& path, Inode& inode) {
    constexpr i64 kSecondsPerDay = 24 * 60 * 60;
    if (!path) return;
    u64 flags = path.mount().flags();
    if ((flags & (kMountNoAtime | kMountReadOnly)) || ((flags & kMountNoDirAtime) && inode.is_directory())) return;
    const InodeAttributes& have = inode.attributes;
    auto is_before = [](const TimeSpec& left, const TimeSpec& right) {
        return left.seconds != right.seconds ? left.seconds < right.seconds : left.nanoseconds <= right.nanoseconds;
    };
    bool is_stale = is_before(have.access_time, have.modify_time) || is_before(have.access_time, have.change_time);
    TimeSpec now = current_time();
    if (!is_stale && !(flags & kMountStrictAtime) && now.seconds - have.access_time.seconds < kSecondsPerDay) return;
    MutexGuard guard(inode.attribute_lock);
    inode.attributes.access_time = now;
}

Ref<Dentry> parent_across_mounts(const Path& path) {
    Path walk = path;
    while (&walk.dentry() == &walk.mount().root())
        if (!MountTable::cross_up(walk)) return Ref<Dentry>(walk.dentry());
    return walk.dentry().counted_parent();
}

} // namespace martlet
