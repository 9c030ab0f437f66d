// Mount: one attachment of a file system to a tree of names; MountTable: all of them.
//
// A mount shows the tree below `root()` (the file system's root, or any directory of it for a bind mount) at
// its mount point. States: detached (made, or taken off by a lazy unmount) <-> attached (part of a name
// space, vfs/mount_namespace.h). Ownership: the table holds one reference to a mount that has a place, every
// Path one; a mount holds its mount point, so a mount with others below it is busy by its count. Locking:
// mount points, the table and propagation change under `mount_mutex` and, for the moment of the change,
// name_space_lock inside a sequence; crossing a mount point takes no lock, like a lookup (dentry.h).
// Propagation (mount_namespaces(7)): mounts with one `peer_group` see each other's changes; a mount with a
// `master_group` sees those of that group. How changes spread: vfs/mount_tree.h. Writers: each file open for
// writing counts in its mount and its file system; the count is taken before the look at the read-only flag,
// and a remount sets the flag before it looks at the count.
#pragma once
#include <atomic>

#include "base/list.h"
#include "base/ref.h"
#include "base/string.h"
#include "sync/mutex.h"
#include "vfs/dentry.h"
#include "vfs/file_system.h"
#include "vfs/path.h"

namespace martlet {

class MountNamespace;

// mount(2) flags; the per-mount ones are kept in Mount::flags().
inline constexpr u64 kMountReadOnly = 1, kMountNoSuid = 2, kMountNoDev = 4, kMountNoExec = 8, kMountSynchronous = 16,
                     kMountRemount = 32, kMountMandatoryLock = 64, kMountDirSync = 128, kMountNoSymFollow = 256,
                     kMountNoAtime = 1024, kMountNoDirAtime = 2048, kMountBind = 4096, kMountMove = 8192,
                     kMountRecursive = 16384, kMountSilent = 32768, kMountUnbindable = 1u << 17,
                     kMountPrivate = 1u << 18, kMountSlave = 1u << 19, kMountShared = 1u << 20,
                     kMountRelativeAtime = 1u << 21, kMountStrictAtime = 1u << 24, kMountLazyTime = 1u << 25;
inline constexpr u64 kMountAtimeFlags = kMountNoAtime | kMountNoDirAtime | kMountRelativeAtime | kMountStrictAtime;
inline constexpr u64 kMountKeptFlags = kMountReadOnly | kMountNoSuid | kMountNoDev | kMountNoExec | kMountNoSymFollow |
                                       kMountNoAtime | kMountNoDirAtime | kMountStrictAtime;
// umount2(2) flags.
inline constexpr u32 kUnmountForce = 1, kUnmountDetach = 2, kUnmountExpire = 4, kUnmountNoFollow = 8;

class Mount final : public RefCounted {
public:
    static Result<Ref<Mount>> create(Ref<SuperBlock> super_block, Ref<Dentry> root, std::string_view source, u64 flags);
    ~Mount() override;

    SuperBlock& super_block() const { return *super_block_; }
    Dentry& root() const { return *root_; }
    u64 flags() const { return flags_.load(std::memory_order_relaxed); }
    /// MS_STRICTATIME wins over MS_NOATIME (mount(2)).
    void set_flags(u64 flags);
    bool is_read_only() const {
        return (flags() & kMountReadOnly) || super_block_->is_read_only.load(std::memory_order_relaxed);
    }
    u32 id() const { return id_; }
    std::string_view source() const { return source_; }
    /// Where it is attached; empty for the first mount and detached ones.
    Path mount_point() const;

    /// A file is opened for writing / closed again. EROFS.
    Result<void> begin_write();
    void end_write();
    /// Makes the mount (the whole file system) read-only. EBUSY while files are open for writing through it (on it).
    Result<void> make_read_only();
    static Result<void> make_read_only(SuperBlock& super_block);

    // Under mount_mutex.
    u32 peer_group() const { return peer_group_; }     // shared:N, or 0
    u32 master_group() const { return master_group_; } // master:N, or 0
    bool is_unbindable() const { return is_unbindable_; }
    /// Null when it is part of none.
    MountNamespace* name_space() const { return name_space_.load(std::memory_order_relaxed); }
    /// umount2(MNT_EXPIRE): set by the first call, taken away by any use.
    std::atomic<bool> is_marked_for_expiry = false;

    // The memory is only ever reused for mounts: lock-free crossings rely on it.
    static void* operator new(usize size, const std::nothrow_t&) noexcept;
    static void operator delete(void* pointer) noexcept;
    static void operator delete(void* pointer, const std::nothrow_t&) noexcept { operator delete(pointer); }

private:
    friend class MountTable;
    friend class MountTree;
    friend class MountNamespace;
    friend class Path;
    friend class RefMaker;
    template <typename T, typename... Arguments> friend Result<Ref<T>> make_ref(Arguments&&... arguments);
    Mount(Ref<SuperBlock> super_block, Ref<Dentry> root, String source, u64 flags);

    Ref<SuperBlock> super_block_;
    Ref<Dentry> root_;
    String source_;
    std::atomic<u64> flags_;
    u32 id_;
    std::atomic<u32> writers_ = 0;
    // name_space_lock:
    std::atomic<Mount*> parent_{nullptr}; // counted, as point_
    std::atomic<Dentry*> point_{nullptr};
    std::atomic<Mount*> hash_next_{nullptr};
    // mount_mutex:
    ListNode node_;
    std::atomic<MountNamespace*> name_space_ = nullptr; // also read under name_space_lock
    u32 peer_group_ = 0, master_group_ = 0;
    bool is_unbindable_ = false;
};

/// Held by mount(2), umount2(2) and readers of the whole table.
extern Mutex mount_mutex;

class MountTable {
public:
    using MountList = List<Mount, &Mount::node_>;

    /// Attaches the first mount: the root of everything.
    static void attach_root(Ref<Mount> mount);
    static Path root_path();
    /// The mount on top of `dentry` as seen in `mount`, or null. No lock.
    static Ref<Mount> find_child(const Mount& mount, const Dentry& dentry);
    /// Replaces `path` by the root of what is mounted on it, as often as there is something.
    static void cross_down(Path& path);
    /// From a mount's root to its mount point; false at the top.
    static bool cross_up(Path& path);

    /// Puts `mount` on `point`, and copies of it where the point's peers are. ENOENT if that directory was removed
    /// meanwhile, ENOMEM.
    static Result<void> attach(Ref<Mount> mount, const Path& point) REQUIRES(mount_mutex);
    /// Takes `mount` off, and what its peers show in its place. EBUSY if anybody but the `expected_users` uses it; with
    /// `lazy` it disappears at once from the tree, with everything below it, and dies when its last user leaves.
    enum class Lazy : u8 { No, Yes };
    static Result<void> detach(Mount& mount, u32 expected_users, Lazy lazy) REQUIRES(mount_mutex);
    /// Whether something is mounted on `dentry` in the caller's name space: then it can be neither removed nor renamed.
    static bool is_in_use_here(const Dentry& dentry);
    /// `dentry` is gone: what other name spaces have mounted on it goes too. Without locks.
    static void detach_all_from(const Dentry& dentry);
    /// In order of attachment, of all name spaces.
    static Mount* first() REQUIRES(mount_mutex);
    static Mount* next(const Mount& mount) REQUIRES(mount_mutex);
    static bool is_attached(const Mount& mount) REQUIRES(mount_mutex) { return mount.name_space_ != nullptr; }

private:
    friend class MountTree;
    /// Any mount on `mount`, or null.
    static Mount* any_child(const Mount& mount) REQUIRES(mount_mutex);
    /// Gives `mount` a place / another one / takes it away. The table's reference is the caller's to give and
    /// to release.
    static void place(Mount& mount, Mount& parent, Dentry& point) REQUIRES(mount_mutex);
    static void displace(Mount& mount) REQUIRES(mount_mutex);
    /// Takes the place away, in one step with the look at the count. EBUSY if it is above `expected`.
    static Result<void> displace_if_unused(Mount& mount, u32 expected) REQUIRES(mount_mutex);
    /// Puts a mount without a place into the list: the root of a name space or of a tree nobody has attached yet.
    static void keep(Mount& mount) REQUIRES(mount_mutex);
    static void link(Mount& mount) REQUIRES(name_space_lock);
    static void unlink(Mount& mount) REQUIRES(name_space_lock);
};

/// EROFS when nothing may be written through this mount.
Result<void> check_writable(const Mount& mount);
/// A read happened: the access time, by the mount's rules (relatime unless it says otherwise).
void note_access(const Path& path, Inode& inode);
/// What ".." leads to, up to the top of the tree (st_ino of ".." in getdents).
Ref<Dentry> parent_across_mounts(const Path& path);

} // namespace martlet
