// System V message queues (msgget(2), msgop(2)): typed messages in the order they were sent.
//
// Locking: a queue's spinlock guards the list, the counts and the times. Bytes are copied from and to
// programs without it: a message is built before it is queued and belongs to its receiver once it is taken
// off.
#pragma once
#include "ipc/sysv_object.h"

namespace martlet {

// /proc/sys/kernel/msgmni, msgmax and msgmnb (MSGMNI, MSGMAX, MSGMNB).
extern Setting message_queues_max, message_size_max, message_queue_bytes_max;

struct Message : NonCopyable {
    ListNode node;
    i64 type;
    usize size;
    u8 bytes[];
    /// ENOMEM.
    static Result<Own<Message>> create(i64 type, usize size);
    static void operator delete(void* pointer) { ::operator delete(pointer); }
};

class MessageQueue final : public IpcObject {
public:
    static Result<Ref<MessageQueue>> create(int key, u32 mode) { return make_ref<MessageQueue>(key, mode); }
    ~MessageQueue() override;
    abi::MessageQueueStatus status();

    enum class Wait : u8 { No, Yes };
    /// EAGAIN, EIDRM, kRestartNoHandler.
    Result<void> send(Own<Message> message, Wait wait);
    struct Wanted {
        i64 type;            // 0: any; < 0: the lowest up to its absolute value
        bool except = false; // any but `type`
        usize size_max;
        bool may_cut = false; // MSG_NOERROR
    };
    /// E2BIG, ENOMSG, EIDRM, kRestartNoHandler.
    Result<Own<Message>> receive(const Wanted& wanted, Wait wait);
    /// MSG_COPY: the message at a position, which stays. ENOMSG, E2BIG, ENOMEM.
    Result<Own<Message>> copy(usize position, const Wanted& wanted);
    Result<void> change(const abi::MessageQueueStatus& wanted); // IPC_SET
    void destroy();                                             // IPC_RMID

    MessageQueue(int key, u32 mode);

private:
    bool fits(usize size) REQUIRES(lock_) { return bytes_ + size <= bytes_max_ && count_ + 1 <= bytes_max_; }
    Message* find(const Wanted& wanted) REQUIRES(lock_);
    Result<void> wait_for_change(u64 seen, WaitQueue& queue);
    void changed(WaitQueue& queue);

    SpinLock lock_{LockRank::InodeTable};
    List<Message, &Message::node> messages_ GUARDED_BY(lock_);
    usize count_ GUARDED_BY(lock_) = 0, bytes_ GUARDED_BY(lock_) = 0,
                 bytes_max_ GUARDED_BY(lock_) = static_cast<usize>(message_queue_bytes_max.get());
    i64 send_time_ GUARDED_BY(lock_) = 0, receive_time_ GUARDED_BY(lock_) = 0, change_time_ GUARDED_BY(lock_) = 0;
    int last_sender_ GUARDED_BY(lock_) = 0, last_receiver_ GUARDED_BY(lock_) = 0;
    std::atomic<u64> change_count_ = 0;
    WaitQueue senders_, receivers_;
};

extern IpcTable<MessageQueue> message_table;
/// Messages and their bytes in all queues (MSG_INFO).
u64 message_count();
u64 message_bytes();

} // namespace martlet
