#include "fs/mqueue/posix_queue.h"

#include "base/format.h"
#include "proc/process.h"
#include "proc/process_info.h"
#include "proc/signal.h"
#include "vfs/caller.h"

namespace martlet {

Result<Own<PosixMessage>> PosixMessage::create(usize size, u32 priority) {
    void* block = ::operator new(sizeof(PosixMessage) + size, std::nothrow);
    if (!block) return Error(Errno::ENOMEM);
    auto* message = new (block) PosixMessage();
    message->priority = priority;
    message->size = size;
    return Own<PosixMessage>(message);
}

PosixQueue::~PosixQueue() {
    LockGuard guard(lock_);
    while (PosixMessage* message = messages_.pop_front()) delete message;
}

u32 PosixQueue::count() {
    LockGuard guard(lock_);
    return count_;
}

u64 PosixQueue::bytes() {
    LockGuard guard(lock_);
    return bytes_;
}

namespace {

constexpr i32 kSiMessageQueue = -3;

void tell(const PosixQueue::Notification& notification) {
    if (!notification.sends_signal || notification.signal == 0) return;
    Ref<Process> process = find_process(notification.process_id);
    if (!process) return;
    abi::SignalInfo info;
    info.signal = notification.signal;
    info.code = kSiMessageQueue;
    info.sender = {current_process_id(), current_credentials().real_uid, notification.value};
    (void)send_signal(*process, info);
}

} // namespace

/// Behind those of the same and higher priorities.
void PosixQueue::insert(PosixMessage& added) {
    PosixMessage* last = messages_.back();
    if (!last || last->priority >= added.priority) return messages_.push_back(added);
    for (PosixMessage& message : messages_)
        if (message.priority < added.priority) return messages_.insert_before(message, added);
}

Result<void> PosixQueue::send(Own<PosixMessage> message, bool waits, Deadline deadline) {
    Notification told;
    for (;;) {
        {
            LockGuard guard(lock_);
            if (count_ < static_cast<u64>(limits_.messages)) {
                if (count_ == 0 && waiting_receivers_ == 0) told = std::exchange(notification_, {});
                PosixMessage* added = message.release();
                bytes_ += added->size;
                shown_count_.store(++count_, std::memory_order_release);
                insert(*added);
                break;
            }
        }
        if (!waits) return Error(Errno::EAGAIN);
        TRY(senders_.wait(
            [&] { return shown_count_.load(std::memory_order_acquire) < static_cast<u64>(limits_.messages); },
            WaitMode::Interruptible, deadline));
    }
    receivers_.wake_one();
    poll_queue_.wake_all();
    tell(told);
    return {};
}

Result<Own<PosixMessage>> PosixQueue::receive(bool waits, Deadline deadline) {
    for (;;) {
        {
            LockGuard guard(lock_);
            if (PosixMessage* message = messages_.pop_front()) {
                bytes_ -= message->size;
                shown_count_.store(--count_, std::memory_order_release);
                senders_.wake_one();
                poll_queue_.wake_all();
                return Own<PosixMessage>(message);
            }
            if (!waits) return Error(Errno::EAGAIN);
            ++waiting_receivers_;
        }
        auto waited = receivers_.wait([&] { return shown_count_.load(std::memory_order_acquire) > 0; },
                                      WaitMode::Interruptible, deadline);
        LockGuard guard(lock_);
        --waiting_receivers_;
        if (!waited) return Error(waited.error());
    }
}

Result<void> PosixQueue::ask(const Notification& notification) {
    LockGuard guard(lock_);
    if (notification_.process_id != 0) return Error(Errno::EBUSY);
    notification_ = notification;
    return {};
}

void PosixQueue::withdraw(int process_id) {
    LockGuard guard(lock_);
    if (notification_.process_id == process_id) notification_ = {};
}

PosixQueue::Notification PosixQueue::notification() {
    LockGuard guard(lock_);
    return notification_;
}

u32 PosixQueue::poll(PollTable* table) {
    if (table) table->watch(poll_queue_);
    LockGuard guard(lock_);
    return (count_ > 0 ? kPollIn | kPollRdNorm : 0) |
           (count_ < static_cast<u64>(limits_.messages) ? kPollOut | kPollWrNorm : 0);
}

Result<usize> PosixQueueFile::read(IoCursor& to, u64 offset) {
    constexpr int kSignal = 0, kNone = 1;
    char text[96];
    PosixQueue::Notification asked = queue_->notification();
    usize size = format(text, "QSIZE:%-10llu NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n",
                        static_cast<unsigned long long>(queue_->bytes()),
                        asked.process_id && !asked.sends_signal ? kNone : kSignal,
                        asked.sends_signal ? asked.signal : 0, asked.process_id);
    if (offset >= size) return 0;
    return to.put(text + offset, size - offset);
}

u32 PosixQueueFile::poll(PollTable* table) { return queue_->poll(table); }

void PosixQueueFile::descriptor_closed() {
    queue_->withdraw(current_process_id());
    File::descriptor_closed();
}

} // namespace martlet
