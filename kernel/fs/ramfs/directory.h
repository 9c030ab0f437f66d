// RamDirectory: names to inodes. Lookup by hash, listing by the order of creation through ever-growing
// positions, so that a listing that goes on after changes neither repeats nor misses what stayed.
#pragma once
#include "fs/ramfs/ramfs.h"
#include "base/radix_tree.h"

namespace martlet {

class RamDirectory final : public RamInode {
public:
    using RamInode::RamInode;
    ~RamDirectory() override;

    Result<Ref<Inode>> lookup(std::string_view name) override;
    Result<Ref<Inode>> create(std::string_view name, const InodeAttributes& attributes) override;
    Result<Ref<Inode>> create_symlink(std::string_view name, std::string_view target, const InodeAttributes&) override;
    Result<void> link(std::string_view name, Inode& inode) override;
    Result<Ref<Inode>> create_nameless(const InodeAttributes& attributes) override;
    bool supports_whiteouts() const override { return true; }
    Result<void> unlink(std::string_view name, Inode& inode) override;
    Result<void> remove_directory(std::string_view name, Inode& inode) override;
    Result<void> rename(std::string_view name, Inode& inode, Inode& new_directory, std::string_view new_name,
                        Inode* replaced, bool exchange) override;
    Result<void> read_directory(u64 offset, DirectorySink& sink) override;
    void give_up_children() override;
    Ref<Inode> parent_directory() override;

    bool is_empty() const { return count_ == 0; }
    /// Puts an inode of this file system under a name that is free.
    Result<void> add(std::string_view name, Inode& inode);

private:
    struct Entry {
        Entry* next; // in its bucket
        Inode* inode; // holds a reference
        u64 position;
        u32 hash;
        u32 size;
        char name[];
    };
    Entry* find(std::string_view name) const;
    Entry** bucket_link(const Entry* entry);
    Result<void> grow();
    Inode* erase(std::string_view name); // answers the reference that the entry held
    /// What is now in `parent` (null: in none), if it is a directory.
    static void set_parent(Inode& inode, RamDirectory* parent);

    Entry** buckets_ = nullptr;
    u32 bucket_count_ = 0;
    u32 count_ = 0;
    u64 next_position_ = 0;
    RadixTree<Entry> by_position_;
    RamDirectory* parent_ = nullptr; // under the file system's lock
};

} // namespace martlet
