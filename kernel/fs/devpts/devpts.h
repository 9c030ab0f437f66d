// devpts: the names of pseudo-terminals' slaves (Linux, Documentation/filesystems/devpts.rst).
//
// Every mount is an instance of its own with its own numbers; "newinstance" is therefore accepted and changes nothing.
// Opening /dev/ptmx uses the devpts mounted on "pts" beside it; opening the instance's own ptmx, that instance.
// Ownership: the instance holds a node while the pair's master is open; the master's file holds the instance.
// Locking: `lock_` guards the table of nodes.
#pragma once
#include "base/radix_tree.h"
#include "dev/pty/pty.h"
#include "vfs/file_system.h"

namespace martlet {

struct DevptsOptions {
    static constexpr u32 kMaxPtys = 1u << 20;
    bool has_user = false, has_group = false;
    u32 user_id = 0, group_id = 0;
    u32 mode = 0600, ptmx_mode = 0;
    u32 limit = kMaxPtys; // max=
};

/// EINVAL for what devpts does not know and values it cannot take.
Result<DevptsOptions> parse_devpts_options(std::string_view text, DevptsOptions options);
Result<String> describe_devpts_options(const DevptsOptions& options);

class DevptsNode;

class DevptsSuperBlock final : public SuperBlock, public PtyNames {
public:
    static constexpr u64 kMagic = 0x1cd1;
    ~DevptsSuperBlock() override;
    static Result<Ref<SuperBlock>> create(const DevptsOptions& options);

    Ref<Inode> root() override { return root_; }
    FileSystemStatistics statistics() override { return {.type_magic = kMagic}; }
    Result<String> options() override;
    Result<void> reconfigure(std::string_view text) override;

    /// A new pair and its name, opened as its master. ENOSPC: no number is free.
    Result<Ref<File>> open_master(u32 flags, const Path& path);
    Ref<DevptsNode> find(u32 index);
    /// The first node at or after `index`, which becomes its index.
    Ref<DevptsNode> next(u64& index);
    const Ref<Inode>& ptmx() const { return ptmx_; }

    // PtyNames
    void remove(u32 index) override;
    Result<Ref<File>> open_peer(u32 index, u32 flags, const Path& master) override;

private:
    template <typename T, typename... Arguments> friend Result<Ref<T>> make_ref(Arguments&&... arguments);
    friend class RefMaker;
    explicit DevptsSuperBlock(const DevptsOptions& options) : options_(options) {}
    Result<Ref<Pty>> make_pair();

    SpinLock lock_{LockRank::InodeTable};
    RadixTree<DevptsNode> nodes_ GUARDED_BY(lock_);
    u32 first_free_ GUARDED_BY(lock_) = 0; // all below it are taken
    DevptsOptions options_ GUARDED_BY(lock_);
    Ref<Inode> root_, ptmx_;
};

/// The slave's device node.
class DevptsNode final : public Inode {
public:
    DevptsNode(SuperBlock& block, Ref<Pty> pty, const InodeAttributes& wanted);
    bool is_current() override;
    bool opens_itself() const override { return true; }
    Result<Ref<File>> open(u32 flags, const Path& path) override { return pty_->open_slave(flags, path); }
    Pty& pty() const { return *pty_; }

private:
    Ref<Pty> pty_;
};

/// The instance that an open of the ptmx node at `path` means; ENODEV if there is none.
Result<Path> find_devpts(const Path& path);

} // namespace martlet
