#include "ipc/message_queue.h"

#include "proc/task.h"
#include "vfs/caller.h"
#include "vfs/inode.h"

namespace martlet {

constinit Setting message_queues_max("sys/kernel/msgmni", 32000, 0, kIpcCountMax);
constinit Setting message_size_max("sys/kernel/msgmax", 8192, 0, 0x7fff'ffff);
constinit Setting message_queue_bytes_max("sys/kernel/msgmnb", 16384, 0, 0x7fff'ffff);
static constinit Setting next_id("sys/kernel/msg_next_id", -1, -1, 0x7fff'ffff);
REGISTER_SETTING(message_queues_max);
REGISTER_SETTING(message_size_max);
REGISTER_SETTING(message_queue_bytes_max);
REGISTER_SETTING(next_id);

constinit IpcTable<MessageQueue> message_table{message_queues_max, next_id};

namespace {

std::atomic<u64> total_messages = 0, total_bytes = 0;

} // namespace

Result<Own<Message>> Message::create(i64 type, usize size) {
    void* block = ::operator new(sizeof(Message) + size, std::nothrow);
    if (!block) return Error(Errno::ENOMEM);
    auto* message = new (block) Message();
    message->type = type;
    message->size = size;
    return Own<Message>(message);
}

MessageQueue::MessageQueue(int key, u32 mode) : IpcObject(key, mode), change_time_(current_time().seconds) {}

MessageQueue::~MessageQueue() {
    LockGuard guard(lock_);
    total_messages.fetch_sub(count_, std::memory_order_relaxed);
    total_bytes.fetch_sub(bytes_, std::memory_order_relaxed);
    while (Message* message = messages_.pop_front()) delete message;
}

Result<void> MessageQueue::wait_for_change(u64 seen, WaitQueue& queue) {
    auto waited = queue.wait([&] { return change_count_.load(std::memory_order_acquire) != seen; });
    if (!waited) return Error(Errno::kRestartNoHandler); // never restarted after a handler (msgop(2))
    return {};
}

void MessageQueue::changed(WaitQueue& queue) {
    change_count_.fetch_add(1, std::memory_order_acq_rel);
    queue.wake_all();
}

Result<void> MessageQueue::send(Own<Message> message, Wait wait) {
    for (;;) {
        TRY(check_access(0222));
        u64 seen = change_count_.load(std::memory_order_acquire);
        {
            LockGuard guard(lock_);
            if (is_removed()) return Error(Errno::EIDRM);
            if (fits(message->size)) {
                bytes_ += message->size;
                ++count_;
                total_messages.fetch_add(1, std::memory_order_relaxed);
                total_bytes.fetch_add(message->size, std::memory_order_relaxed);
                send_time_ = current_time().seconds;
                last_sender_ = current_process_id();
                messages_.push_back(*message.release());
                break;
            }
        }
        if (wait == Wait::No) return Error(Errno::EAGAIN);
        TRY(wait_for_change(seen, senders_));
    }
    changed(receivers_);
    return {};
}

Message* MessageQueue::find(const Wanted& wanted) {
    Message* best = nullptr;
    for (Message& message : messages_) {
        if (wanted.type == 0) return &message;
        if (wanted.type > 0) {
            if ((message.type == wanted.type) != wanted.except) return &message;
        } else if (message.type <= -wanted.type && (!best || message.type < best->type)) {
            best = &message;
        }
    }
    return best;
}

Result<Own<Message>> MessageQueue::receive(const Wanted& wanted, Wait wait) {
    Message* taken = nullptr;
    while (!taken) {
        u64 seen = change_count_.load(std::memory_order_acquire);
        {
            LockGuard guard(lock_);
            if (is_removed()) return Error(Errno::EIDRM);
            taken = find(wanted);
            if (taken) {
                if (taken->size > wanted.size_max && !wanted.may_cut) return Error(Errno::E2BIG);
                taken->node.unlink();
                bytes_ -= taken->size;
                --count_;
                total_messages.fetch_sub(1, std::memory_order_relaxed);
                total_bytes.fetch_sub(taken->size, std::memory_order_relaxed);
                receive_time_ = current_time().seconds;
                last_receiver_ = current_process_id();
                break;
            }
        }
        if (wait == Wait::No) return Error(Errno::ENOMSG);
        TRY(wait_for_change(seen, receivers_));
    }
    changed(senders_);
    return Own<Message>(taken);
}

Result<Own<Message>> MessageQueue::copy(usize position, const Wanted& wanted) {
    Own<Message> copied = TRY(Message::create(0, wanted.size_max));
    LockGuard guard(lock_);
    if (is_removed()) return Error(Errno::EIDRM);
    for (Message& message : messages_) {
        if (position-- > 0) continue;
        if (message.size > wanted.size_max) return Error(wanted.may_cut ? Errno::EINVAL : Errno::E2BIG); // never cut
        copied->type = message.type;
        copied->size = message.size;
        memcpy(copied->bytes, message.bytes, message.size);
        return copied;
    }
    return Error(Errno::ENOMSG);
}

abi::MessageQueueStatus MessageQueue::status() {
    LockGuard guard(lock_);
    return {.permission = permission(),
            .send_time = send_time_,
            .receive_time = receive_time_,
            .change_time = change_time_,
            .bytes = bytes_,
            .count = count_,
            .bytes_max = bytes_max_,
            .last_sender = last_sender_,
            .last_receiver = last_receiver_};
}

Result<void> MessageQueue::change(const abi::MessageQueueStatus& wanted) {
    TRY(check_owner());
    if (wanted.bytes_max > static_cast<u64>(message_queue_bytes_max.get()) &&
        !current_has(Capability::SysResource))
        return Error(Errno::EPERM);
    TRY(change_owner(wanted.permission));
    {
        LockGuard guard(lock_);
        bytes_max_ = wanted.bytes_max;
        change_time_ = current_time().seconds;
    }
    changed(senders_);
    receivers_.wake_all();
    return {};
}

void MessageQueue::destroy() {
    if (!message_table.remove(*this)) return;
    changed(senders_);
    receivers_.wake_all();
}

u64 message_count() { return total_messages.load(std::memory_order_relaxed); }
u64 message_bytes() { return total_bytes.load(std::memory_order_relaxed); }

} // namespace martlet
