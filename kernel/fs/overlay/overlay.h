// overlayfs: one tree out of several read-only lower ones and, if writing is wanted, an upper one (mount(8),
// overlay).
//
// Each overlay inode knows where it really is: a path in the upper layer, paths in lower layers, or for a
// merged directory both. Before anything about a lower file changes it is copied up: made complete in the
// work directory, then renamed into place, so that a crash or a full file system never shows half a file. A
// removed lower name leaves a whiteout in the upper layer: a character device 0:0. A new directory over a
// lower one is marked opaque by the attribute trusted.overlay.opaque = "y". What Linux does only with options
// is not done: directories that are (partly) lower cannot be renamed (EXDEV), and hard links of a lower file
// part when one is copied up. Inode numbers are the real ones with the layer in the upper bits, kept over a
// copy-up by trusted.overlay.origin. Everything below runs with the credentials of whoever mounted; the VFS
// has checked the caller's against the overlay's own inodes. Locking: an overlay directory's directory_lock
// is held by the VFS around its operations and is taken before any lock of a real inode; `place_lock` of an
// inode guards its real paths; copy-ups are one at a time (copy_up_lock).
#pragma once
#include "base/vector.h"
#include "proc/credentials.h"
#include "vfs/dentry.h"
#include "vfs/file_system.h"
#include "vfs/mount.h"
#include "vfs/path.h"

namespace martlet {

class OverlayInode;
class OverlaySuperBlock;

/// Where an inode really is. `lower` is ordered from the top; of anything but a directory there is one place in all.
struct OverlayPlaces {
    Path upper;
    Vector<Path> lower;
    Result<OverlayPlaces> clone() const;
    const Path& top() const { return upper ? upper : lower[0]; }
    Inode& real() const { return *top().dentry().inode(); }
};

class OverlaySuperBlock final : public SuperBlock {
public:
    OverlaySuperBlock(Ref<const Credentials> mounter, String shown_options)
        : SuperBlock(Stacking::Stacked), mounter_(std::move(mounter)), shown_options_(std::move(shown_options)) {}
    ~OverlaySuperBlock() override { root_ = nullptr; } // it leaves the table
    Ref<Inode> root() override { return root_; }
    FileSystemStatistics statistics() override;
    Result<String> options() override { return shown_options_.clone(); }
    Result<void> sync() override;

    /// The inode of these places: the one in use if there is one.
    Result<Ref<OverlayInode>> inode_of(OverlayPlaces places, OverlayInode* parent, std::string_view name);
    void remember(OverlayInode& inode, const Inode& real);
    void forget(OverlayInode& inode);
    const Ref<const Credentials>& mounter() const { return mounter_; }
    u64 number_of(const Path& real) const;
    u32 next_temporary() { return next_temporary_.fetch_add(1, std::memory_order_relaxed); }
    bool has_upper() const { return static_cast<bool>(work); }

    Vector<SuperBlock*> layers; // the file systems of the layers, for inode numbers; held by the root's paths
    Path work;
    Mutex copy_up_lock{LockRank::Rename};
    void set_root(Ref<Inode> root) { root_ = std::move(root); }

private:
    static constexpr usize kBuckets = 256;
    static usize bucket_of(const Inode* real) { return (reinterpret_cast<u64>(real) >> 6) % kBuckets; }
    Ref<const Credentials> mounter_;
    String shown_options_;
    Ref<Inode> root_;
    std::atomic<u32> next_temporary_ = 0;
    SpinLock table_lock_{LockRank::InodeTable};
    OverlayInode* table_[kBuckets] GUARDED_BY(table_lock_) = {};
};

class OverlayInode : public Inode {
public:
    OverlayInode(OverlaySuperBlock& block, u64 number, OverlayPlaces places, Ref<OverlayInode> parent, String name);
    ~OverlayInode() override;
    OverlaySuperBlock& overlay() const { return static_cast<OverlaySuperBlock&>(super_block()); }

    Result<String> read_link() override;
    Result<Ref<File>> open(u32 flags, const Path& path) override;
    Result<usize> read_at(IoCursor& to, u64 offset) override;
    Result<usize> write_at(IoCursor& from, u64 offset) override;
    Result<void> truncate(u64 size) override;
    Result<Ref<MemoryObject>> mapping_object() override;
    PageCache* page_cache() override;
    ExtendedAttributes* extended_attributes() override;
    Result<void> refresh_attributes() override;
    Result<void> attributes_changed() override;
    Result<void> allocate(u32 mode, u64 offset, u64 size) override;
    u64 next_data(u64 offset) override;
    u64 next_hole(u64 offset) override;
    Result<void> prepare_change() override { return copy_up(); }

    /// Makes it be in the upper layer, and its parents before it. EROFS without one.
    Result<void> copy_up();
    Result<OverlayPlaces> places();
    /// The real inode as it is now.
    Ref<Inode> real();
    bool is_upper();
    /// After a rename in the upper layer.
    void moved(Path upper, Ref<OverlayInode> parent, String name);
    void pull_attributes();

protected:
    friend class OverlaySuperBlock;
    Result<void> copy_up_one();
    Result<Path> copy_to_work(const OverlayPlaces& from, std::string_view temporary);

    SpinLock place_lock_{LockRank::Leaf};
    OverlayPlaces places_ GUARDED_BY(place_lock_);
    Ref<OverlayInode> parent_ GUARDED_BY(place_lock_); // null for the root
    String name_ GUARDED_BY(place_lock_);
    OverlayInode* next_ = nullptr;     // in the table
    const Inode* key_ = nullptr;       // what the table finds it by; null if it is not there
};

class OverlayDirectory final : public OverlayInode {
public:
    using OverlayInode::OverlayInode;
    Result<Ref<Inode>> lookup(std::string_view name) override;
    Result<Ref<Inode>> create(std::string_view name, const InodeAttributes& attributes) override;
    Result<Ref<Inode>> create_symlink(std::string_view name, std::string_view target,
                                      const InodeAttributes& attributes) override;
    Result<void> link(std::string_view name, Inode& inode) override;
    Result<void> unlink(std::string_view name, Inode& inode) override;
    Result<void> remove_directory(std::string_view name, Inode& inode) override;
    Result<void> rename(std::string_view name, Inode& inode, Inode& new_directory, std::string_view new_name,
                        Inode* replaced, bool exchange) override;
    Result<void> read_directory(u64 offset, DirectorySink& sink) override;

private:
    struct Entry {
        String name; // empty once removed: positions stay
        u64 number;
        u32 mode;
    };
    template <typename Make>
    Result<Ref<Inode>> make(std::string_view name, const InodeAttributes& attributes, Make create_real);
    Result<bool> lower_has(std::string_view name);
    Result<Path> upper_child(std::string_view name); // empty if there is none; a whiteout counts
    Result<void> place_over(std::string_view temporary, std::string_view name, bool is_directory);
    Result<void> remove_real(std::string_view name, OverlayInode& inode);
    Result<void> build_listing();
    Result<bool> is_empty();
    void note_added(std::string_view name, const Inode& inode);
    void note_removed(std::string_view name);

    Vector<Entry> listing_; // under directory_lock; built by the first read
    bool is_listed_ = false;
};

// overlay_real.cpp: work on the layers.
/// Runs as whoever mounted the overlay, to its end.
class MounterCredentials : NonCopyable {
public:
    explicit MounterCredentials(OverlaySuperBlock& block);
    ~MounterCredentials();

private:
    Ref<const Credentials> callers_;
};
bool is_whiteout(const Inode& inode);
bool is_opaque(const Inode& directory);
Result<void> mark_opaque(const Path& directory);
/// The child of a real directory; an empty path if there is none.
Result<Path> real_child(const Path& directory, std::string_view name);
Result<void> copy_content(const Path& from, const Path& to);
Result<void> copy_attributes(const Inode& from, Inode& to);
/// Removes the whiteouts in a real directory that is to go.
Result<void> remove_whiteouts(const Path& directory);

} // namespace martlet
