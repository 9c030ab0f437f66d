#include "fs/proc/proc_inode.h"

#include "vfs/caller.h"
#include "vfs/dentry.h"

namespace martlet {

ProcInode::ProcInode(SuperBlock& block, u64 number, u32 mode, const ProcSubject& subject)
    : Inode(block, number), subject_(subject) {
    attributes.mode = mode;
    attributes.link_count = is_directory() ? 2 : 1;
    attributes.block_size = 1024;
    attributes.access_time = attributes.modify_time = attributes.change_time = attributes.birth_time = current_time();
    (void)refresh_attributes();
}

bool ProcInode::is_current() {
    if (!subject_.process) return true;
    if (subject_.task) return find_task(subject_.task->thread_id()) == subject_.task.get();
    return find_process(subject_.process->id()) == subject_.process.get();
}

Result<void> ProcInode::refresh_attributes() {
    if (!subject_.process) return {};
    Ref<const Credentials> credentials = process_credentials(*subject_.process);
    attributes.user_id = credentials ? credentials->effective_uid : 0;
    attributes.group_id = credentials ? credentials->effective_gid : 0;
    return {};
}

int parse_id(std::string_view name) {
    if (name.empty() || name.size() > 9 || (name[0] == '0' && name.size() > 1)) return -1;
    int value = 0;
    for (char character : name) {
        if (character < '0' || character > '9') return -1;
        value = value * 10 + (character - '0');
    }
    return value;
}

Result<String> describe_path(const Path& path) { return path.to_string(current_root()); }

namespace {

/// Reads from a snapshot: made at the first read and again whenever reading starts over at offset 0.
class ProcTextFile final : public File {
public:
    ProcTextFile(ProcTextInode& inode, u32 flags, const Path& path, ProcChanges changes)
        : File(flags, path), inode_(inode), changes_(std::move(changes)) {
        if (changes_.count) seen_ = changes_.count->value();
    }

    bool is_seekable() const override { return true; }
    Inode* inode() const override { return inode_.get(); }

    Result<usize> read(IoCursor& to, u64 offset) override {
        MutexGuard guard(lock_);
        if (offset == 0 || !is_made_) {
            text_.clear();
            is_made_ = false;
            if (!inode_->is_current()) return Error(Errno::ESRCH); // of a process that is gone
            TRY(inode_->show(text_));
            TRY(text_.status());
            is_made_ = true;
        }
        std::string_view text = text_.view();
        if (offset >= text.size()) return 0;
        return to.put(text.data() + offset, text.size() - offset);
    }

    /// As on Linux, those of processes can be waited for only if they tell of changes.
    bool is_pollable() const override { return !inode_->subject().process || changes_.count; }
    /// Whoever asks first is told of a change.
    u32 poll(PollTable* table) override {
        if (!changes_.count) return changes_.events;
        if (table) table->watch(changes_.count->queue());
        u32 now = changes_.count->value();
        bool has_changed = seen_.exchange(now, std::memory_order_relaxed) != now;
        return has_changed ? ProcChanges::kReadable | kPollErr | kPollPri : changes_.events;
    }

    /// One write is one value.
    Result<usize> write(IoCursor& from, u64) override {
        usize size = from.remaining();
        if (size >= kPageSize) return Error(Errno::EINVAL);
        Own<char[]> buffer(new (std::nothrow) char[size + 1]);
        if (!buffer) return Error(Errno::ENOMEM);
        usize taken = TRY(from.take(buffer.get(), size));
        std::string_view text(buffer.get(), taken);
        while (!text.empty() && (text.back() == '\n' || text.back() == '\0')) text.remove_suffix(1);
        TRY(inode_->store(text));
        return taken;
    }

private:
    Ref<ProcTextInode> inode_;
    Mutex lock_{LockRank::FileOffset};
    TextBuffer text_;
    bool is_made_ = false;
    ProcChanges changes_;
    std::atomic<u32> seen_ = 0;
};

} // namespace

Result<Ref<File>> ProcTextInode::open(u32 flags, const Path& path) {
    return make_ref<ProcTextFile>(*this, flags, path, watch_ ? watch_(subject_) : ProcChanges{});
}

Result<void> ProcTextInode::store(std::string_view text) {
    if (!store_) return Error(Errno::EIO);
    return store_(text, subject_);
}

ProcLinkInode::ProcLinkInode(SuperBlock& block, u64 number, Text text)
    : ProcInode(block, number, kModeSymlink | 0777, {}), text_(text) {}

ProcMagicLink::ProcMagicLink(SuperBlock& block, u64 number, const ProcSubject& subject, ProcFollow follow)
    : ProcInode(block, number, kModeSymlink | 0777, subject), follow_(follow) {}

Result<void> ProcMagicLink::check_follow() {
    if (!may_inspect(*subject_.process)) return Error(Errno::EACCES);
    return {};
}

Result<String> ProcMagicLink::read_link() {
    TRY(check_follow());
    return describe_path(TRY(follow_(subject_)));
}

} // namespace martlet
