// The file system of POSIX message queues: one instance, mounted anywhere (by custom on /dev/mqueue), names without
// directories. Making a file makes a queue.
#include "base/setting.h"
#include "fs/mqueue/posix_queue.h"
#include "fs/ramfs/directory.h"
#include "proc/resource_limits.h"
#include "sync/made_once.h"
#include "vfs/caller.h"
#include "vfs/mount.h"
#include "vfs/open.h"
#include "vfs/operations.h"
#include "vfs/path_walk.h"

namespace martlet {
namespace {

// The limits for those without CAP_SYS_RESOURCE, and what a queue gets that nobody describes (mq_overview(7)).
constinit Setting messages_max("sys/fs/mqueue/msg_max", 10, 1, kPosixQueueMessagesHardMax);
constinit Setting message_size_max("sys/fs/mqueue/msgsize_max", 8192, 128, kPosixQueueMessageSizeHardMax);
constinit Setting messages_default("sys/fs/mqueue/msg_default", 10, 1, kPosixQueueMessagesHardMax);
constinit Setting message_size_default("sys/fs/mqueue/msgsize_default", 8192, 128, kPosixQueueMessageSizeHardMax);
constinit Setting queues_max("sys/fs/mqueue/queues_max", 256, 0, 0x7fff'ffff);
REGISTER_SETTING(messages_max);
REGISTER_SETTING(message_size_max);
REGISTER_SETTING(messages_default);
REGISTER_SETTING(message_size_default);
REGISTER_SETTING(queues_max);

PosixQueueLimits default_limits() {
    auto smaller = [](i64 left, i64 right) { return left < right ? left : right; };
    return {smaller(messages_default.get(), messages_max.get()),
            smaller(message_size_default.get(), message_size_max.get())};
}

/// What a queue costs its user's RLIMIT_MSGQUEUE (getrlimit(2)).
u64 cost_of(const PosixQueueLimits& limits) {
    constexpr u64 kMessageHeader = 48, kTreeNode = 48;
    auto messages = static_cast<u64>(limits.messages);
    u64 nodes = messages < kPosixQueuePriorityMax ? messages : kPosixQueuePriorityMax;
    return messages * kMessageHeader + nodes * kTreeNode + messages * static_cast<u64>(limits.message_size);
}

Result<void> check_limits(const PosixQueueLimits& limits) {
    if (limits.messages <= 0 || limits.message_size <= 0) return Error(Errno::EINVAL);
    bool is_privileged = current_credentials().has(Capability::SysResource);
    if (limits.messages > (is_privileged ? kPosixQueueMessagesHardMax : messages_max.get()) ||
        limits.message_size > (is_privileged ? kPosixQueueMessageSizeHardMax : message_size_max.get()))
        return Error(Errno::EINVAL);
    return {};
}

class QueueInode final : public RamInode {
public:
    QueueInode(RamSuperBlock& block, u64 number, const InodeAttributes& attributes, Ref<PosixQueue> queue,
               Ref<UserAccount> payer, u64 cost)
        : RamInode(block, number, attributes), queue_(std::move(queue)), payer_(std::move(payer)),
          cost_(cost) {
        this->attributes.size = 80; // what read(2) shows
    }
    ~QueueInode() override {
        if (payer_) payer_->message_queue_bytes.fetch_sub(cost_, std::memory_order_relaxed);
    }
    Result<Ref<File>> open(u32 flags, const Path& path) override {
        return make_ref<PosixQueueFile>(flags, path, queue_);
    }

private:
    Ref<PosixQueue> queue_;
    Ref<UserAccount> payer_;
    u64 cost_;
};

class QueueSuperBlock final : public RamSuperBlock {
public:
    using RamSuperBlock::RamSuperBlock;
    Result<Ref<RamInode>> create_inode(const InodeAttributes& attributes) override {
        u32 type = attributes.mode & kModeTypeMask;
        if (type == kModeDirectory && used_inodes() == 0) return RamSuperBlock::create_inode(attributes); // the root
        if (type != kModeRegular) return Error(Errno::EPERM);
        const Credentials& credentials = current_credentials();
        if (used_inodes() > static_cast<u64>(queues_max.get()) && !credentials.has(Capability::SysResource))
            return Error(Errno::ENOSPC);
        PosixQueueLimits limits = next_limits ? *next_limits : default_limits();
        TRY(check_limits(limits));
        Ref<PosixQueue> queue = TRY(make_ref<PosixQueue>(limits));
        u64 cost = cost_of(limits);
        Ref<UserAccount> payer = credentials.account;
        if (payer && payer->message_queue_bytes.fetch_add(cost, std::memory_order_relaxed) + cost >
                         current_limit(Resource::MessageQueue)) {
            payer->message_queue_bytes.fetch_sub(cost, std::memory_order_relaxed);
            return Error(Errno::EMFILE);
        }
        auto made = make_inode<QueueInode>(*this, next_number(), attributes, std::move(queue), payer, cost);
        if (!made && payer) payer->message_queue_bytes.fetch_sub(cost, std::memory_order_relaxed);
        return made;
    }
    const PosixQueueLimits* next_limits = nullptr; // of the queue that mq_open is making; under opening_lock
};

Mutex opening_lock{LockRank::Mount};

class Mqueue final : public FileSystem {
public:
    std::string_view name() const override { return "mqueue"; }
    Result<Ref<SuperBlock>> mount(std::string_view, std::string_view) override {
        TRY(root());
        return Ref<SuperBlock>(*block_);
    }
    /// The kernel's own mount, through which mq_open looks names up. Made on first use, kept for ever.
    Result<Path> root() {
        Mount* mount = TRY(mount_.get([this]() -> Result<Mount*> {
            InodeAttributes attributes;
            attributes.mode = kModeDirectory | 01777;
            attributes.access_time = attributes.modify_time = attributes.change_time = attributes.birth_time =
                current_time();
            auto made = TRY(RamSuperBlock::create<QueueSuperBlock>(0x19800202, RamLimits(), attributes));
            made->type = this;
            block_ = static_cast<QueueSuperBlock*>(made.get());
            return TRY(Mount::create(std::move(made), nullptr, "mqueue", 0)).leak();
        }));
        return Path(Ref<Mount>(*mount), Ref<Dentry>(mount->root()));
    }
    QueueSuperBlock& block() { return *block_; }

private:
    QueueSuperBlock* block_ = nullptr;
    MadeOnce<Mount> mount_{LockRank::Mount};
};

constinit Mqueue mqueue;
REGISTER_FILE_SYSTEM(mqueue);

Result<void> check_name(std::string_view name) {
    if (name.empty()) return Error(Errno::ENOENT);
    if (name.find('/') != name.npos || name == "." || name == "..") return Error(Errno::EACCES);
    return {};
}

} // namespace

Result<Ref<File>> open_posix_queue(std::string_view name, u32 flags, u32 mode, const PosixQueueLimits* limits) {
    TRY(check_name(name));
    Path root = TRY(mqueue.root());
    constexpr u32 kUsed = kOpenAccessMode | kOpenCreate | kOpenExclusive | kOpenNonBlock;
    if ((flags & kOpenAccessMode) == kOpenAccessMode) return Error(Errno::EINVAL);
    OpenRequest request{flags & kUsed, mode, kWalkNoSymlinks};
    MutexGuard guard(opening_lock);
    mqueue.block().next_limits = limits;
    auto file = open_file({root, name}, request);
    mqueue.block().next_limits = nullptr;
    return file;
}

Result<void> remove_posix_queue(std::string_view name) {
    TRY(check_name(name));
    return remove_name({TRY(mqueue.root()), name});
}

} // namespace martlet
