#include "vfs/anonymous.h"

#include "base/format.h"
#include "sync/made_once.h"
#include "vfs/caller.h"
#include "vfs/dentry.h"
#include "vfs/mount.h"

namespace martlet {
namespace {

class AnonymousInode final : public Inode {
public:
    using Inode::Inode;
    Result<Ref<File>> open(u32, const Path&) override { return Error(Errno::ENXIO); }
};

class AnonymousSuperBlock final : public SuperBlock {
public:
    Ref<Inode> root() override { return root_; }
    FileSystemStatistics statistics() override { return {.type_magic = 0x09041934, .block_size = 4096}; }
    Ref<Inode> root_;
    Ref<Inode> shared_; // of everything that has no inode of its own
};

Inode* shared_inode = nullptr; // published with the mount

constinit MadeOnce<Mount> g_mount{LockRank::SleepLeaf};

Result<Mount*> make_mount() {
    auto block = TRY(make_ref<AnonymousSuperBlock>());
    block->root_ = TRY(make_ref<AnonymousInode>(*block, 1));
    block->root_->attributes.mode = kModeDirectory | 0700;
    block->shared_ = TRY(make_ref<AnonymousInode>(*block, 2));
    block->shared_->attributes.mode = 0600;
    shared_inode = block->shared_.get();
    constexpr u64 kFlags = kMountNoSuid | kMountNoDev | kMountNoExec | kMountNoAtime;
    return TRY(Mount::create(std::move(block), nullptr, "none", kFlags)).leak();
}

/// Null when memory is exhausted.
Mount* anonymous_mount() { return g_mount.get(make_mount).value_or(nullptr); }

std::atomic<u64> next_number = 3;
Mutex g_kinds_mutex{LockRank::SleepLeaf};

} // namespace

SuperBlock* anonymous_super_block() {
    Mount* mount = anonymous_mount();
    return mount ? &mount->super_block() : nullptr;
}

Result<Path> AnonymousKind::path() {
    if (Path* made = path_.load(std::memory_order_acquire)) [[likely]] return *made;
    MutexGuard guard(g_kinds_mutex);
    if (Path* made = path_.load(std::memory_order_acquire)) return *made;
    Path* made = new (std::nothrow) Path(TRY(anonymous_file_path(name_)));
    if (!made) return Error(Errno::ENOMEM);
    path_.store(made, std::memory_order_release);
    return *made;
}

u64 next_anonymous_inode_number() { return next_number.fetch_add(1, std::memory_order_relaxed); }

Result<Path> make_anonymous_path(Ref<Inode> inode, std::string_view name) {
    Mount* mount = anonymous_mount();
    if (!mount) return Error(Errno::ENOMEM);
    Ref<Dentry> dentry = TRY(DentryCache::create_anonymous(std::move(inode), name));
    return Path(Ref<Mount>(*mount), std::move(dentry));
}

Result<Path> make_anonymous_node(std::string_view type_name, u32 mode, Ref<RefCounted> attachment) {
    SuperBlock* super_block = anonymous_super_block();
    if (!super_block) return Error(Errno::ENOMEM);
    Ref<AnonymousInode> inode = TRY(make_ref<AnonymousInode>(*super_block, next_anonymous_inode_number()));
    const Credentials& credentials = current_credentials();
    inode->attributes.mode = mode;
    inode->attributes.user_id = credentials.fs_uid;
    inode->attributes.group_id = credentials.fs_gid;
    TimeSpec now = current_time();
    inode->attributes.access_time = inode->attributes.modify_time = inode->attributes.change_time = now;
    inode->attachment = std::move(attachment);
    char name[40];
    usize size = format(name, "%.*s:[%llu]", static_cast<int>(type_name.size()), type_name.data(),
                        static_cast<unsigned long long>(inode->number()));
    return make_anonymous_path(std::move(inode), {name, size});
}

Result<Path> anonymous_file_path(std::string_view name) {
    if (!anonymous_mount()) return Error(Errno::ENOMEM);
    return make_anonymous_path(Ref<Inode>(*shared_inode), name);
}

} // namespace martlet
