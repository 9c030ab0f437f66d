// Dentry: one name in a directory, as the name cache knows it; DentryCache: all of them, found by hash
// (vfs/dentry_hash.h).
//
// States: negative (no inode: the name is known to be absent) -> positive (instantiate) -> unhashed
// (unlinked, or its file system withdrew it) -> dead (count < 0, memory back in the pool). A dentry never
// turns from positive to negative. Ownership: a dentry holds its parent and its inode; Ref<Dentry> counts
// users; the cache itself holds no reference. An unused hashed dentry stays on the LRU list until memory or
// the limit asks for it. Locking: names, hash chains, children and LRU change under `name_space_lock` only,
// inside a bucket's sequence. Lookups take no lock: they walk a chain, take a reference and check that the
// sequence did not move. Memory of dentries becomes something else only after every CPU has been outside of
// what a stale reader writes (vfs/dentry_pool.h). Entries of a directory are added and removed under the
// directory's `directory_lock`.
#pragma once
#include <atomic>
#include <string_view>

#include "base/list.h"
#include "base/ref.h"
#include "base/string.h"
#include "sync/spinlock.h"

namespace martlet {

class Inode;

/// Guards names, mount points and their lists: everything that path names are made of. Held for short times only.
extern SpinLock name_space_lock;

class Dentry : NonCopyable {
public:
    // Counting, as Ref<Dentry> uses it.
    void acquire() const { count_.fetch_add(1, std::memory_order_relaxed); }
    [[nodiscard]] bool try_acquire() const;
    void release() const;
    i32 reference_count() const { return count_.load(std::memory_order_relaxed); }

    /// Set once and then constant while a reference is held.
    Inode* inode() const { return inode_.load(std::memory_order_acquire); }
    bool is_negative() const { return inode() == nullptr; }
    /// Itself for a root. Stable while a reference is held and name_space_lock or the directory's lock is.
    Dentry* parent() const { return parent_.load(std::memory_order_acquire); }
    bool is_root() const { return parent() == this; }
    bool is_hashed() const { return has_flag(kHashed); }
    /// Unlinked: the name no longer leads here.
    bool is_deleted() const { return !has_flag(kHashed) && !has_flag(kNoParent); }
    bool is_anonymous() const { return has_flag(kAnonymous); }
    bool is_mount_point() const { return has_flag(kMountPoint); }
    bool needs_revalidation() const { return has_flag(kRevalidate); }
    /// Stable while the parent directory's lock or name_space_lock is held.
    std::string_view name() const { return {name_, name_size_}; }
    /// A counted parent, taken safely against renames.
    Ref<Dentry> counted_parent() const;

private:
    friend class DentryCache;
    friend class DentryHash;
    friend class DentryPool;
    friend class MountTable;
    static constexpr u32 kHashed = 1, kOnLru = 2, kReferenced = 4, kMountPoint = 8, kRevalidate = 16, kNoParent = 32,
                         kAnonymous = 64;
    static constexpr i32 kDead = -0x4000'0000;
    static constexpr usize kInlineNameSize = 63;

    bool has_flag(u32 flag) const { return (flags_.load(std::memory_order_relaxed) & flag) != 0; }
    void set_flag(u32 flag) { flags_.fetch_or(flag, std::memory_order_relaxed); }
    void clear_flag(u32 flag) { flags_.fetch_and(~flag, std::memory_order_relaxed); }

    // Survives reuse of the memory: never constructed twice.
    mutable std::atomic<i32> count_{kDead};
    std::atomic<u32> flags_{0};
    std::atomic<u32> hash_{0};
    u32 name_size_ = 0;
    std::atomic<Dentry*> parent_{nullptr};
    std::atomic<Dentry*> hash_next_{nullptr};
    std::atomic<Inode*> inode_{nullptr};
    char* name_ = nullptr; // inline_name_ or a block of the heap
    ListNode sibling_;
    ListNode lru_;
    List<Dentry, &Dentry::sibling_> children_;
    char inline_name_[kInlineNameSize + 1] = {};

public:
    using LruList = List<Dentry, &Dentry::lru_>;
};

struct DentryStatistics {
    u64 live, unused, buckets, pages;
};

/// What is to be done after a last reference went.
struct LastRelease {
    bool is_dead, too_many;
};

class DentryCache {
public:
    /// Sets limits by the machine's memory. Before the first lookup.
    static void init(u64 total_frames);
    /// The cached dentry (positive or negative) of `name`, or null when the cache does not know.
    static Ref<Dentry> find(Dentry& parent, std::string_view name, u32 hash);
    /// Under the parent's directory lock, when find() knew nothing: a new hashed dentry; `inode` may be null.
    static Result<Ref<Dentry>> add(Dentry& parent, std::string_view name, u32 hash, Ref<Inode> inode);
    /// A root of a file system, or with `name` an anonymous file's ("pipe:[5]").
    static Result<Ref<Dentry>> create_root(Ref<Inode> inode);
    static Result<Ref<Dentry>> create_anonymous(Ref<Inode> inode, std::string_view name);
    /// A name below `parent` that no lookup finds, as after unlink(2) (O_TMPFILE).
    static Result<Ref<Dentry>> create_nameless(Dentry& parent, std::string_view name, Ref<Inode> inode);

    /// A negative dentry becomes positive. Under the directory's lock.
    static void instantiate(Dentry& dentry, Ref<Inode> inode);
    /// The name no longer leads here.
    static void unhash(Dentry& dentry);
    /// Rename: `dentry` takes the place `name` in `new_parent`. `long_name` is prepare_name's. Both directory
    /// locks held.
    static void move(Dentry& dentry, Dentry& new_parent, std::string_view name, String& long_name);
    static void exchange(Dentry& first, Dentry& second);
    /// Memory for a name that does not fit into a dentry; empty for one that does.
    static Result<String> prepare_name(std::string_view name);

    /// Whether `ancestor` is `dentry` or above it. Under the rename lock the answer is stable.
    static bool is_within(const Dentry& dentry, const Dentry& ancestor);
    /// Frees up to `count` unused dentries, oldest first (those used since are passed over once).
    static u32 reclaim(u32 count);
    /// The same for the memory of about `count` pages; answers how many pages came free. May interrupt other CPUs.
    static u64 reclaim_pages(u64 count);
    /// Frees every unused dentry below `root`.
    static void shrink_tree(Dentry& root);
    static DentryStatistics statistics();

    static constexpr u32 kHashStart = 0x811c9dc5;
    static constexpr u32 hash_step(u32 hash, char character) {
        return (hash ^ static_cast<u8>(character)) * 0x01000193;
    }
    static constexpr u32 hash_name(std::string_view name) {
        u32 hash = kHashStart;
        for (char character : name) hash = hash_step(hash, character);
        return hash;
    }

private:
    friend class Dentry;
    static LastRelease settle_released(Dentry& dentry);
    /// A count reached zero: true if the dentry died and is the caller's to dispose of.
    static bool settle(Dentry& dentry) REQUIRES(name_space_lock);
    static bool kill(Dentry& dentry) REQUIRES(name_space_lock);
    static void leave_lru(Dentry& dentry) REQUIRES(name_space_lock);
    static void set_name(Dentry& dentry, std::string_view name, String& long_name) REQUIRES(name_space_lock);
    static void dispose(Dentry* dentry);
    static Dentry* find_locked(Dentry& parent, std::string_view name, u32 hash) REQUIRES(name_space_lock);
};

} // namespace martlet
