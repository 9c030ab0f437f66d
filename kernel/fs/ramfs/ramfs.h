// ramfs: file systems that live in memory: the root from the initrd, tmpfs, devtmpfs.
//
// The directory tree is the store: a directory entry holds its inode. Regular files keep their bytes in a PageCache.
// Locks: entries under the directory's directory_lock, attributes and content under attribute_lock (inode.h).
// Limits: pages through PageBudget, inodes through the super block (ENOSPC before anything has changed).
#pragma once
#include "base/radix_tree.h"
#include "vfs/extended_attributes.h"
#include "vfs/file_system.h"
#include "vfs/page_cache.h"

namespace martlet {

class RamInode;

struct RamLimits {
    u64 pages = ~0ull;
    u64 inodes = ~0ull;
};

class RamSuperBlock : public SuperBlock {
public:
    /// A file system with an empty root directory.
    template <typename Block>
    static Result<Ref<SuperBlock>> create(u64 type_magic, const RamLimits& limits, const InodeAttributes& root) {
        Ref<PageBudget> budget = TRY(make_ref<PageBudget>(limits.pages));
        Ref<RamSuperBlock> block = TRY(make_ref<Block>(type_magic, std::move(budget), limits.inodes));
        TRY(block->create_root(root));
        return block;
    }
    ~RamSuperBlock() override;

    Ref<Inode> root() override { return root_; }
    FileSystemStatistics statistics() override;
    Result<void> keep_findable(Inode& inode) override;
    Result<Ref<Inode>> find_inode(u64 number) override;

    /// What counts against the limit: inodes, and names beyond an inode's first (as on Linux's tmpfs). ENOSPC.
    Result<void> reserve_inode();
    void return_inode() { used_inodes_.fetch_sub(1, std::memory_order_relaxed); }
    /// An inode of type T, reserved.
    template <typename T, typename... Arguments> Result<Ref<T>> make_inode(Arguments&&... arguments) {
        TRY(reserve_inode());
        auto made = make_ref<T>(std::forward<Arguments>(arguments)...);
        if (!made) return_inode();
        return made;
    }
    /// A new inode of the kind that attributes.mode says. ENOSPC, ENOMEM.
    virtual Result<Ref<RamInode>> create_inode(const InodeAttributes& attributes);
    u64 next_number() { return next_number_.fetch_add(1, std::memory_order_relaxed); }
    const Ref<PageBudget>& budget() const { return budget_; }
    u64 inode_limit() const { return inode_limit_.load(std::memory_order_relaxed); }
    u64 used_inodes() const { return used_inodes_.load(std::memory_order_relaxed); }
    void set_inode_limit(u64 limit) { inode_limit_.store(limit, std::memory_order_relaxed); }

    RamSuperBlock(u64 type_magic, Ref<PageBudget> budget, u64 inode_limit);

private:
    friend class RamInode;
    Result<void> create_root(const InodeAttributes& root);
    void register_inode(RamInode& inode);
    void forget_inode(RamInode& inode);
    friend class RamDirectory; // its parent is under lock_: never freed while a directory in it says so

    u64 type_magic_;
    Ref<PageBudget> budget_;
    std::atomic<u64> inode_limit_;
    std::atomic<u64> used_inodes_ = 0;
    std::atomic<u64> next_number_ = 1;
    Ref<Inode> root_;
    SpinLock lock_{LockRank::InodeTable};
    RamInode* inodes_ GUARDED_BY(lock_) = nullptr; // doubly linked through RamInode
    RadixTree<RamInode> findable_ GUARDED_BY(lock_); // by number: those of which somebody has a handle
};

/// Devices, FIFOs and sockets as they are; files, directories and links derive from it.
class RamInode : public Inode {
public:
    /// Through RamSuperBlock::make_inode.
    RamInode(RamSuperBlock& super_block, u64 number, const InodeAttributes& attributes);
    ~RamInode() override;
    RamSuperBlock& ram() const { return static_cast<RamSuperBlock&>(super_block()); }
    /// At the end of the file system: forgets its entries and counts their references in the inodes they led
    /// to, so that trees of any depth are freed without recursion.
    virtual void give_up_children() {}
    ExtendedAttributes* extended_attributes() override { return &extended_attributes_; }
    bool supports_access_lists() const override { return true; }

protected:
    u32 references_given_up_ = 0;
    static void give_up(Inode& inode) { ++static_cast<RamInode&>(inode).references_given_up_; }

private:
    friend class RamSuperBlock;
    ExtendedAttributes extended_attributes_;
    RamInode* next_ = nullptr;
    RamInode* previous_ = nullptr;
    std::atomic<bool> is_findable_ = false; // set under the file system's lock
};

class RamFile : public RamInode {
public:
    RamFile(RamSuperBlock& super_block, u64 number, const InodeAttributes& attributes, Ref<PageCache> cache)
        : RamInode(super_block, number, attributes), cache_(std::move(cache)) {}
    Result<usize> read_at(IoCursor& to, u64 offset) override { return cache_->read(to, offset); }
    Result<usize> write_at(IoCursor& from, u64 offset) override;
    Result<void> truncate(u64 size) override;
    Result<void> allocate(u32 mode, u64 offset, u64 size) override;
    Result<Ref<MemoryObject>> mapping_object() override;
    PageCache* page_cache() override { return cache_.get(); }
    Result<void> prepare_change() override;
    Result<void> refresh_attributes() override;
    u64 next_data(u64 offset) override { return cache_->next_data(offset); }
    u64 next_hole(u64 offset) override { return cache_->next_hole(offset); }
    /// Sealed against seals, as every file of a tmpfs that is not a memfd.
    Result<u32> seals() override { return 1; }
    Result<void> add_seals(u32) override { return Error(Errno::EPERM); }
    PageCache& cache() { return *cache_; }

private:
    void note_mapped_writes(); // under attribute_lock

    Ref<PageCache> cache_;
};

class RamSymlink final : public RamInode {
public:
    RamSymlink(RamSuperBlock& super_block, u64 number, const InodeAttributes& attributes, String target)
        : RamInode(super_block, number, attributes), target_(std::move(target)) {}
    Result<String> read_link() override { return target_.clone(); }

private:
    String target_;
};

} // namespace martlet
