#include "vfs/file_handle.h"

#include "base/vector.h"
#include "vfs/dentry.h"
#include "vfs/file_system.h"
#include "vfs/mount.h"
#include "vfs/path_walk.h"

namespace martlet {
namespace {

constexpr i32 kHandleType = 0x81; // FILEID_INO64_GEN

u32 generation_of(const SuperBlock& super_block) { return static_cast<u32>(super_block.device * 0x9e37'79b1u); }

/// Looks through `parent` for the entry that leads to inode `number`.
class NameOfNumber final : public DirectorySink {
public:
    explicit NameOfNumber(u64 number) : number_(number) {}
    bool add(std::string_view name, u64 inode_number, u32, u64) override {
        if (inode_number != number_) return true;
        auto copy = String::create(name);
        if (copy) name_ = *std::move(copy);
        return false;
    }
    String name_;

private:
    u64 number_;
};

/// The directory's dentry, from its parents' down. ESTALE: it has no name any more.
Result<Ref<Dentry>> connect_directory(SuperBlock& super_block, Ref<Inode> directory) {
    Vector<Ref<Inode>> path; // from the directory up, without the root
    Inode* root = super_block.root().get();
    while (directory.get() != root) {
        Ref<Inode> above = directory->parent_directory();
        if (!above) return Error(Errno::ESTALE);
        TRY(path.push_back(std::move(directory)));
        directory = std::move(above);
    }
    Ref<Dentry> dentry = super_block.root_dentry;
    for (usize level = path.size(); level-- > 0;) {
        NameOfNumber sought(path[level]->number());
        {
            MutexGuard guard(dentry->inode()->directory_lock);
            TRY(dentry->inode()->read_directory(0, sought));
        }
        if (sought.name_.is_empty()) return Error(Errno::ESTALE);
        dentry = TRY(lookup_child(*dentry, sought.name_, DentryCache::hash_name(sought.name_)));
        if (dentry->inode() != path[level].get()) return Error(Errno::ESTALE);
    }
    return dentry;
}

} // namespace

Result<FileHandle> make_file_handle(Inode& inode, HandleUse use) {
    if (use == HandleUse::Open) TRY(inode.super_block().keep_findable(inode));
    return FileHandle{kFileHandleSize, kHandleType, generation_of(inode.super_block()),
                      static_cast<u32>(inode.number()), static_cast<u32>(inode.number() >> 32)};
}

Result<Path> find_by_handle(Mount& mount, const FileHandle& handle) {
    SuperBlock& super_block = mount.super_block();
    bool is_known = handle.size >= kFileHandleSize && handle.type == kHandleType &&
                    handle.generation == generation_of(super_block);
    if (!is_known) return Error(Errno::ESTALE);
    Ref<Inode> inode = TRY(super_block.find_inode(static_cast<u64>(handle.number_high) << 32 | handle.number_low));
    Ref<Dentry> dentry;
    if (!inode->is_directory()) {
        dentry = TRY(DentryCache::create_anonymous(std::move(inode), "/"));
    } else if (inode->attributes.link_count == 0) { // removed, but in use
        dentry = TRY(DentryCache::create_nameless(*super_block.root_dentry, "/", std::move(inode)));
    } else {
        constexpr u32 kAttempts = 16; // against renames meanwhile
        Result<Ref<Dentry>> connected = Error(Errno::ESTALE);
        for (u32 attempt = 0; attempt < kAttempts && !connected; ++attempt) {
            connected = connect_directory(super_block, inode);
            if (!connected && connected.error() != Errno::ESTALE && connected.error() != Errno::ENOENT) break;
        }
        dentry = TRY(std::move(connected));
    }
    return Path(Ref<Mount>(mount), std::move(dentry));
}

} // namespace martlet
