// Open ends of pipes and FIFOs.
#include "fs/pipe/pipe.h"
#include "mm/user_access.h"
#include "vfs/anonymous.h"
#include "vfs/caller.h"
#include "vfs/dentry.h"
#include "vfs/inode.h"
#include "vfs/ioctl.h"
#include "vfs/mount.h"

namespace martlet {
namespace {

class PipeFile final : public File {
public:
    PipeFile(u32 flags, const Path& path, Ref<Pipe> pipe) : File(flags, path), pipe_(std::move(pipe)) {}
    ~PipeFile() override {
        if (!is_user_) return;
        Inode& node = *inode();
        MutexGuard guard(node.attribute_lock);
        pipe_->remove_users(can_read(), can_write());
        if (!pipe_->has_users()) node.attachment = nullptr; // what nobody read is gone
    }

    /// Counts as a reader or writer from here on. Under the inode's attribute_lock.
    void become_user() {
        is_user_ = true;
        pipe_->add_users(can_read(), can_write());
    }
    void remember_writers() { writer_opens_seen_ = pipe_->writer_opens(); }

    Result<usize> read(IoCursor& to, u64) override {
        auto count = pipe_->read(to, blocking(to));
        if (is_named_ && count.value_or(0) > 0 && !(flags() & kOpenNoAtime)) note_access(path(), *inode());
        return count;
    }
    Result<usize> write(IoCursor& from, u64) override {
        auto count = pipe_->write(from, blocking(from), flags() & kOpenDirect ? PipeMode::Packet : PipeMode::Stream);
        if (is_named_ && count.value_or(0) > 0) note_write();
        return count;
    }
    /// As on Linux, named ones promise nothing.
    bool supports_no_wait(TransferDirection) const override { return !is_named_; }
    bool is_pollable() const override { return true; }
    u32 poll(PollTable* table) override {
        if (table) [[unlikely]] return watch(*table);
        u32 mode = flags() & kOpenAccessMode;
        return pipe_->events(mode != kOpenWriteOnly, mode != kOpenReadOnly, writer_opens_seen_);
    }
    Result<i64> ioctl(u32 command, u64 argument) override {
        if (command != kIoctlBytesReadable) return Error(Errno::ENOTTY);
        TRY(UserPtr<int>(argument).store(static_cast<int>(pipe_->size())));
        return 0;
    }
    u32 signalled_events() const override { return (can_read() ? kPollIn : 0) | (can_write() ? kPollOut : 0); }
    Pipe* pipe() override { return pipe_.get(); }

private:
    [[gnu::noinline]] u32 watch(PollTable& table) {
        pipe_->watch(table);
        return poll(nullptr);
    }
    /// The times of a FIFO's node; those of a pipe stay what they were at its birth.
    void note_write() {
        if (!check_writable(path().mount())) return;
        MutexGuard guard(inode()->attribute_lock);
        inode()->touch(true);
    }
    Blocking blocking(const IoCursor& cursor) const { return may_wait(cursor) ? Blocking::Yes : Blocking::No; }
    Ref<Pipe> pipe_;
    u64 writer_opens_seen_ = ~0ull; // nothing: every missing writer is a hang-up
    bool is_user_ = false;
    const bool is_named_ = &inode()->super_block() != anonymous_super_block();
};

Ref<Pipe> pipe_of(Inode& inode) { return Ref<Pipe>(static_cast<Pipe&>(*inode.attachment)); }

} // namespace

Result<PipeEnds> create_pipe(u32 flags) {
    Ref<Pipe> pipe = TRY(Pipe::create());
    Path path = TRY(make_anonymous_node("pipe", kModeFifo | 0600, pipe));
    u32 kept = flags & (kOpenNonBlock | kOpenDirect);
    // Only writes make packets.
    Ref<PipeFile> reader = TRY(make_ref<PipeFile>((kept & ~kOpenDirect) | kOpenReadOnly, path, pipe));
    Ref<PipeFile> writer = TRY(make_ref<PipeFile>(kept | kOpenWriteOnly, path, pipe));
    reader->become_user();
    writer->become_user();
    return PipeEnds{std::move(reader), std::move(writer)};
}

Result<Ref<File>> open_fifo(Inode& inode, u32 flags, const Path& path) {
    Ref<PipeFile> file;
    Ref<Pipe> pipe;
    u32 mode = flags & kOpenAccessMode;
    // What the wait below looks for is counted from here: an end that comes and goes before the wait begins counts too.
    bool waits_for_writer = false, waits_for_reader = false;
    u64 writers_seen = 0, readers_seen = 0;
    // A pipe reopened through /proc/self/fd never waits: the other end was open before.
    bool is_anonymous = &inode.super_block() == anonymous_super_block();
    {
        MutexGuard guard(inode.attribute_lock);
        if (!inode.attachment) inode.attachment = TRY(Pipe::create());
        pipe = pipe_of(inode);
        file = TRY(make_ref<PipeFile>(flags, path, pipe));
        if (!is_anonymous && mode == kOpenWriteOnly && (flags & kOpenNonBlock) && !pipe->has_readers())
            return Error(Errno::ENXIO);
        if (!is_anonymous && mode == kOpenReadOnly && (flags & kOpenNonBlock) && !pipe->has_writers())
            file->remember_writers();
        waits_for_writer = mode == kOpenReadOnly && !pipe->has_writers();
        waits_for_reader = mode == kOpenWriteOnly && !pipe->has_readers();
        writers_seen = pipe->writer_opens();
        readers_seen = pipe->reader_opens();
        file->become_user();
    }
    if (is_anonymous || (flags & kOpenNonBlock)) return file;
    if (waits_for_writer) TRY(pipe->wait_for_writer(writers_seen));
    if (waits_for_reader) TRY(pipe->wait_for_reader(readers_seen));
    return file;
}

} // namespace martlet
