// A memfd is a file of ramfs whose inode also has seals.
//
// Locking: `seals_` changes under attribute_lock, which every operation that a seal may forbid holds too;
// only the making of writable mappings does not, so F_SEAL_WRITE is settled with the memory object
// (mm/memory_object.h).
#include "fs/tmpfs/memfd.h"

#include "base/format.h"
#include "fs/ramfs/ramfs.h"
#include "sync/made_once.h"
#include "vfs/anonymous.h"
#include "vfs/caller.h"
#include "vfs/dentry.h"
#include "vfs/inode_file.h"
#include "vfs/limits.h"
#include "vfs/mount.h"

namespace martlet {
namespace {

constexpr u32 kSealSeal = 1, kSealShrink = 2, kSealGrow = 4, kSealWrite = 8, kSealFutureWrite = 16, kAllSeals = 31;

class MemfdInode final : public RamFile {
public:
    MemfdInode(RamSuperBlock& block, u64 number, const InodeAttributes& wanted, Ref<PageCache> cache, Sealing sealing)
        : RamFile(block, number, wanted, std::move(cache)), seals_(sealing == Sealing::Allowed ? 0 : kSealSeal) {}

    Result<usize> write_at(IoCursor& from, u64 offset) override {
        if (seals_ & (kSealWrite | kSealFutureWrite)) return Error(Errno::EPERM);
        if ((seals_ & kSealGrow) && offset + from.remaining() > attributes.size) {
            // Page by page, as Linux: the last page that would reach past the end is refused whole.
            u64 end = align_down(attributes.size, kPageSize);
            if (offset >= end) return Error(Errno::EPERM);
            from.truncate(end - offset);
        }
        return RamFile::write_at(from, offset);
    }
    Result<void> truncate(u64 size) override {
        if (size < attributes.size && (seals_ & kSealShrink)) return Error(Errno::EPERM);
        if (size > attributes.size && (seals_ & kSealGrow)) return Error(Errno::EPERM);
        return RamFile::truncate(size);
    }
    Result<void> allocate(u32 mode, u64 offset, u64 size) override {
        constexpr u32 kPunchHole = 2, kZeroRange = 16;
        if ((mode & (kPunchHole | kZeroRange)) && (seals_ & (kSealWrite | kSealFutureWrite)))
            return Error(Errno::EPERM);
        if (!(mode & kPunchHole) && (seals_ & kSealGrow) && offset + size > attributes.size) return Error(Errno::EPERM);
        return RamFile::allocate(mode, offset, size);
    }

    Result<u32> seals() override { return seals_; }
    Result<void> add_seals(u32 seals) override {
        if (seals & ~kAllSeals) return Error(Errno::EINVAL);
        MutexGuard guard(attribute_lock);
        if (seals_ & kSealSeal) return Error(Errno::EPERM);
        bool forbids_mappings = (seals & kSealWrite) && !(seals_ & kSealWrite);
        if (forbids_mappings && !cache().forbid_writable_mappings(MemoryObject::Existing::Refuse))
            return Error(Errno::EBUSY);
        if (seals & kSealFutureWrite) (void)cache().forbid_writable_mappings(MemoryObject::Existing::Keep);
        seals_ |= seals;
        return {};
    }

private:
    std::atomic<u32> seals_;
};

constinit MadeOnce<Mount> g_mount{LockRank::SleepLeaf}; // that all of them are in

Result<Mount*> make_mount() {
    InodeAttributes root;
    root.mode = kModeDirectory | 01777;
    constexpr u64 kTmpfsMagic = 0x01021994;
    auto block = TRY(RamSuperBlock::create<RamSuperBlock>(kTmpfsMagic, RamLimits(), root));
    return TRY(Mount::create(std::move(block), nullptr, "tmpfs", kMountNoSuid | kMountNoDev | kMountNoAtime)).leak();
}

} // namespace

Result<Ref<File>> create_memfd(std::string_view name, Sealing sealing) {
    Mount* mount = TRY(g_mount.get(make_mount));
    auto& block = static_cast<RamSuperBlock&>(mount->super_block());
    InodeAttributes attributes;
    attributes.mode = kModeRegular | 0777;
    attributes.user_id = current_credentials().fs_uid;
    attributes.group_id = current_credentials().fs_gid;
    attributes.access_time = attributes.modify_time = attributes.change_time = attributes.birth_time = current_time();
    Ref<PageCache> cache = TRY(make_ref<PageCache>(block.budget()));
    Ref<MemfdInode> inode =
        TRY(block.make_inode<MemfdInode>(block, block.next_number(), attributes, std::move(cache), sealing));
    inode->attributes.link_count = 0;
    char shown[kMaximumMemfdName + sizeof "/memfd: (deleted)"];
    usize shown_size = format(shown, "/memfd:%.*s (deleted)", static_cast<int>(name.size()), name.data());
    Ref<Inode> base(*inode);
    Ref<Dentry> dentry = TRY(DentryCache::create_anonymous(std::move(base), {shown, shown_size}));
    return open_inode_file(*inode, kOpenReadWrite | kOpenLargeFile, Path(Ref<Mount>(*mount), std::move(dentry)));
}

} // namespace martlet
