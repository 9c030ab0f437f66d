// POSIX message queues (mq_overview(7)): priority queues with names in a file system of their own, "mqueue".
//
// A name's inode owns the queue. Messages leave by priority, the oldest first. One process may ask to be told when a
// message comes to an empty queue that nobody waits at; the request is used up by the signal and ends when that process
// closes the queue. Locking: a spinlock guards the messages and the request; messages are filled and read outside it.
#pragma once
#include "base/list.h"
#include "base/ref.h"
#include "sync/wait_queue.h"
#include "vfs/file.h"
#include "vfs/path.h"

namespace martlet {

struct PosixQueueLimits {
    i64 messages = 0, message_size = 0; // mq_maxmsg, mq_msgsize
};
inline constexpr i64 kPosixQueueMessagesHardMax = 65536, kPosixQueueMessageSizeHardMax = 16 * 1024 * 1024;
inline constexpr u32 kPosixQueuePriorityMax = 32768;

struct PosixMessage {
    ListNode node;
    u32 priority;
    usize size;
    u8 bytes[];
    static Result<Own<PosixMessage>> create(usize size, u32 priority);
    static void operator delete(void* pointer) { ::operator delete(pointer); }
};

class PosixQueue final : public RefCounted {
public:
    explicit PosixQueue(const PosixQueueLimits& limits) : limits_(limits) {}
    ~PosixQueue() override;
    const PosixQueueLimits& limits() const { return limits_; }
    u32 count();

    /// EAGAIN, ETIMEDOUT, kRestartSys.
    Result<void> send(Own<PosixMessage> message, bool waits, Deadline deadline);
    Result<Own<PosixMessage>> receive(bool waits, Deadline deadline);

    struct Notification {
        int process_id = 0; // 0: nobody asked
        bool sends_signal = false;
        int signal = 0;
        u64 value = 0;
    };
    Result<void> ask(const Notification& notification); // EBUSY
    void withdraw(int process_id);
    Notification notification();
    u32 poll(PollTable* table);
    u64 bytes(); // QSIZE

private:
    void insert(PosixMessage& added) REQUIRES(lock_);

    SpinLock lock_{LockRank::InodeTable};
    List<PosixMessage, &PosixMessage::node> messages_ GUARDED_BY(lock_); // by priority, then age
    u32 count_ GUARDED_BY(lock_) = 0, waiting_receivers_ GUARDED_BY(lock_) = 0;
    u64 bytes_ GUARDED_BY(lock_) = 0;
    Notification notification_ GUARDED_BY(lock_);
    const PosixQueueLimits limits_;
    std::atomic<u32> shown_count_ = 0; // count_, for conditions
    WaitQueue receivers_, senders_, poll_queue_;
};

class PosixQueueFile final : public File {
public:
    static constexpr FileKind kKind = FileKind::MessageQueue;
    PosixQueueFile(u32 flags, const Path& path, Ref<PosixQueue> queue)
        : File(flags, path, kKind), queue_(std::move(queue)) {}
    PosixQueue& queue() const { return *queue_; }
    Result<usize> read(IoCursor& to, u64 offset) override; // QSIZE:… as mq_overview(7) shows it
    bool is_seekable() const override { return true; }
    u32 poll(PollTable* table) override;
    bool is_pollable() const override { return true; }
    void descriptor_closed() override;

private:
    Ref<PosixQueue> queue_;
};

/// mq_open(3): `limits` are for a queue that is made. Errors of open(2), EINVAL for limits, ENOSPC, EMFILE.
Result<Ref<File>> open_posix_queue(std::string_view name, u32 flags, u32 mode, const PosixQueueLimits* limits);
Result<void> remove_posix_queue(std::string_view name);

} // namespace martlet
