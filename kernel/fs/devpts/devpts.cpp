#include "fs/devpts/devpts.h"

#include "base/format.h"
#include "dev/device.h"
#include "vfs/caller.h"
#include "vfs/mount.h"
#include "vfs/path_walk.h"

namespace martlet {
namespace {

constexpr u64 kRootNumber = 1, kPtmxNumber = 2, kFirstNodeNumber = 3;
constexpr u32 kPtmxMajor = 5, kPtmxMinor = 2;

/// Decimal without sign or leading zeros; -1 if it is something else.
i64 parse_index(std::string_view name) {
    if (name.empty() || name.size() > 7 || (name[0] == '0' && name.size() > 1)) return -1;
    i64 value = 0;
    for (char character : name) {
        if (character < '0' || character > '9') return -1;
        value = value * 10 + (character - '0');
    }
    return value;
}

InodeAttributes attributes_with(u32 mode, u64 device) {
    InodeAttributes attributes;
    attributes.mode = mode;
    attributes.device = device;
    attributes.block_size = 1024;
    attributes.access_time = attributes.modify_time = attributes.change_time = attributes.birth_time = current_time();
    return attributes;
}

class DevptsRoot final : public Inode {
public:
    explicit DevptsRoot(DevptsSuperBlock& block) : Inode(block, kRootNumber) {
        attributes = attributes_with(kModeDirectory | 0755, 0);
        attributes.link_count = 2;
    }
    bool names_are_stable() const override { return false; }
    Result<Ref<Inode>> lookup(std::string_view name) override {
        if (name == "ptmx") return block().ptmx();
        i64 index = parse_index(name);
        Ref<DevptsNode> node = index < 0 ? nullptr : block().find(static_cast<u32>(index));
        if (!node) return Error(Errno::ENOENT);
        return Ref<Inode>(std::move(node));
    }
    Result<Ref<Inode>> create(std::string_view, const InodeAttributes& wanted) override {
        return Error((wanted.mode & kModeTypeMask) == kModeRegular ? Errno::EACCES : Errno::EPERM);
    }
    Result<void> read_directory(u64 offset, DirectorySink& sink) override {
        if (offset == 0 && !sink.add("ptmx", kPtmxNumber, kModeCharacter, 1)) return {};
        for (u64 index = offset > 0 ? offset - 1 : 0; Ref<DevptsNode> node = block().next(index); ++index) {
            char name[16];
            usize size = format(name, "%llu", static_cast<unsigned long long>(index));
            if (!sink.add({name, size}, node->number(), kModeCharacter, index + 2)) break;
        }
        return {};
    }

private:
    DevptsSuperBlock& block() const { return static_cast<DevptsSuperBlock&>(super_block()); }
};

class DevptsPtmx final : public Inode {
public:
    DevptsPtmx(SuperBlock& block, u32 mode) : Inode(block, kPtmxNumber) {
        attributes = attributes_with(kModeCharacter | mode, make_device(kPtmxMajor, kPtmxMinor));
    }
};

class Devpts final : public FileSystem {
public:
    std::string_view name() const override { return "devpts"; }
    Result<Ref<SuperBlock>> mount(std::string_view, std::string_view text) override {
        return DevptsSuperBlock::create(TRY(parse_devpts_options(text, {})));
    }
};
constinit Devpts devpts;
REGISTER_FILE_SYSTEM(devpts);

} // namespace

DevptsNode::DevptsNode(SuperBlock& block, Ref<Pty> pty, const InodeAttributes& wanted)
    : Inode(block, kFirstNodeNumber + pty->index()), pty_(std::move(pty)) {
    attributes = wanted;
}

bool DevptsNode::is_current() {
    return static_cast<DevptsSuperBlock&>(super_block()).find(pty_->index()).get() == this;
}

Result<Ref<SuperBlock>> DevptsSuperBlock::create(const DevptsOptions& options) {
    auto made = make_ref<DevptsSuperBlock>(options);
    Ref<DevptsSuperBlock> block = TRY(std::move(made));
    block->root_ = TRY(make_ref<DevptsRoot>(*block));
    block->ptmx_ = TRY(make_ref<DevptsPtmx>(*block, options.ptmx_mode));
    return Ref<SuperBlock>(std::move(block));
}

DevptsSuperBlock::~DevptsSuperBlock() = default;

Result<String> DevptsSuperBlock::options() {
    DevptsOptions now;
    {
        LockGuard guard(lock_);
        now = options_;
    }
    return describe_devpts_options(now);
}

/// New pairs follow the new options, and so does ptmx; nodes that are there stay as they are.
Result<void> DevptsSuperBlock::reconfigure(std::string_view text) {
    DevptsOptions now;
    {
        LockGuard guard(lock_);
        now = options_;
    }
    now = TRY(parse_devpts_options(text, now));
    {
        MutexGuard guard(ptmx_->attribute_lock);
        ptmx_->attributes.mode = kModeCharacter | now.ptmx_mode;
    }
    LockGuard guard(lock_);
    options_ = now;
    return {};
}

/// Takes the lowest free number.
Result<Ref<Pty>> DevptsSuperBlock::make_pair() {
    const Credentials& credentials = current_credentials();
    for (;;) {
        u64 index;
        DevptsOptions now;
        RadixReserve reserve;
        {
            LockGuard guard(lock_);
            index = first_free_;
            now = options_;
        }
        if (index >= now.limit) return Error(Errno::ENOSPC);
        Ref<Pty> pty = TRY(make_ref<Pty>(static_cast<u32>(index)));
        InodeAttributes attributes = attributes_with(kModeCharacter | now.mode, pty->device_number());
        attributes.user_id = now.has_user ? now.user_id : credentials.fs_uid;
        attributes.group_id = now.has_group ? now.group_id : credentials.fs_gid;
        Ref<DevptsNode> node = TRY(make_ref<DevptsNode>(*this, pty, attributes));
        constexpr u32 kMaxDepth = 11;
        TRY(reserve.fill(kMaxDepth));
        LockGuard guard(lock_);
        if (nodes_.get(index)) continue; // somebody else was faster
        nodes_.insert(index, node.leak(), reserve);
        for (u64 next = index; first_free_ = static_cast<u32>(next), nodes_.get(next); ++next) {
        }
        return pty;
    }
}

Result<Ref<File>> DevptsSuperBlock::open_master(u32 flags, const Path& path) {
    Ref<Pty> pty = TRY(make_pair());
    u32 index = pty->index();
    auto file = open_pty_master(std::move(pty), *this, Ref<RefCounted>(*this), flags, path);
    if (!file) remove(index);
    return file;
}

Ref<DevptsNode> DevptsSuperBlock::find(u32 index) {
    LockGuard guard(lock_);
    DevptsNode* node = nodes_.get(index);
    return node ? Ref<DevptsNode>(*node) : nullptr;
}

Ref<DevptsNode> DevptsSuperBlock::next(u64& index) {
    LockGuard guard(lock_);
    DevptsNode* node = nodes_.next(index);
    return node ? Ref<DevptsNode>(*node) : nullptr;
}

void DevptsSuperBlock::remove(u32 index) {
    DevptsNode* node;
    {
        LockGuard guard(lock_);
        node = nodes_.remove(index);
        if (index < first_free_) first_free_ = index;
    }
    if (node) node->release();
}

Result<Ref<File>> DevptsSuperBlock::open_peer(u32 index, u32 flags, const Path& master) {
    Path root = TRY(find_devpts(master));
    if (&root.mount().super_block() != this) return Error(Errno::ENODEV);
    char name[16];
    usize size = format(name, "%u", index);
    Path slave = TRY(walk_path(std::move(root), {name, size}, 0));
    return slave.dentry().inode()->open(flags, slave);
}

} // namespace martlet
