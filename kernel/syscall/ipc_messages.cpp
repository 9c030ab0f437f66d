// msgget, msgsnd, msgrcv, msgctl.
#include "ipc/message_queue.h"
#include "syscall/ipc.h"

namespace martlet {
namespace {

constexpr u32 kNoError = 010000, kExcept = 020000, kCopy = 040000; // MSG_…
constexpr u32 kStatusByIndex = 11, kUse = 12, kStatusAny = 13;

Result<int> limits(u32 command, u64 argument) {
    auto queues = static_cast<i32>(message_queues_max.get()), bytes = static_cast<i32>(message_queue_bytes_max.get());
    abi::MessageLimits limits{
        .pool = static_cast<i32>(message_queues_max.get() * message_queue_bytes_max.get() / 1024),
        .map = bytes,
        .size_max = static_cast<i32>(message_size_max.get()),
        .bytes_max = bytes,
        .queues_max = queues,
        .segment_size = 16,
        .messages_max = bytes,
        .segments = 0xffff};
    if (command == kUse) {
        limits.pool = static_cast<i32>(message_table.count());
        limits.map = static_cast<i32>(message_count());
        limits.messages_max = static_cast<i32>(message_bytes());
    }
    TRY(UserPtr<abi::MessageLimits>(argument).store(limits));
    return message_table.highest_index();
}

Result<int> status(MessageQueue& queue, u64 argument, bool any, int answer) {
    if (!any) TRY(queue.check_access(0444));
    TRY(UserPtr<abi::MessageQueueStatus>(argument).store(queue.status()));
    return answer;
}

} // namespace

Result<int> sys_msgget(int key, u32 flags) {
    return message_table.get(
        key, flags, [](MessageQueue&) -> Result<void> { return {}; }, [&] { return MessageQueue::create(key, flags); });
}

Result<void> sys_msgsnd(int id, u64 address, usize size, u32 flags) {
    i64 type = TRY(UserPtr<i64>(address).load());
    if (size > static_cast<u64>(message_size_max.get()) || id < 0 || type < 1) return Error(Errno::EINVAL);
    Own<Message> message = TRY(Message::create(type, size));
    TRY(UserPtr<u8>(address + sizeof(i64)).load_array({message->bytes, size}));
    Ref<MessageQueue> queue = TRY(message_table.find(id));
    return queue->send(std::move(message), flags & kIpcNoWait ? MessageQueue::Wait::No : MessageQueue::Wait::Yes);
}

Result<usize> sys_msgrcv(int id, u64 address, usize size, i64 type, u32 flags) {
    if (id < 0 || static_cast<i64>(size) < 0) return Error(Errno::EINVAL);
    if ((flags & kCopy) && ((flags & kExcept) || !(flags & kIpcNoWait))) return Error(Errno::EINVAL);
    Ref<MessageQueue> queue = TRY(message_table.find(id));
    TRY(queue->check_access(0444));
    if (type == INT64_MIN) type = -INT64_MAX;
    MessageQueue::Wanted wanted{
        .type = type, .except = (flags & kExcept) != 0, .size_max = size, .may_cut = (flags & kNoError) != 0};
    if (auto most = static_cast<usize>(message_size_max.get()); (flags & kCopy) && wanted.size_max > most)
        wanted.size_max = most;
    auto wait = flags & kIpcNoWait ? MessageQueue::Wait::No : MessageQueue::Wait::Yes;
    Own<Message> message = flags & kCopy ? TRY(queue->copy(static_cast<usize>(type), wanted))
                                         : TRY(queue->receive(wanted, wait));
    usize count = message->size < size ? message->size : size;
    TRY(UserPtr<i64>(address).store(message->type));
    TRY(UserPtr<u8>(address + sizeof(i64)).store_array({message->bytes, count}));
    return count;
}

Result<int> sys_msgctl(int id, u32 command, u64 argument) {
    command &= ~kIpcVersion64;
    if (id < 0) return Error(Errno::EINVAL);
    if (command == kIpcLimits || command == kUse) return limits(command, argument);
    bool by_index = command == kStatusByIndex || command == kStatusAny;
    Ref<MessageQueue> queue = by_index ? TRY(message_table.find_by_index(id)) : TRY(message_table.find(id));
    switch (command) {
    case kIpcStatus: return status(*queue, argument, false, 0);
    case kStatusByIndex: return status(*queue, argument, false, queue->id());
    case kStatusAny: return status(*queue, argument, true, queue->id());
    case kIpcSet:
        TRY(queue->change(TRY(UserPtr<abi::MessageQueueStatus>(argument).load())));
        return 0;
    case kIpcRemove:
        TRY(queue->check_owner());
        queue->destroy();
        return 0;
    default: return Error(Errno::EINVAL);
    }
}

} // namespace martlet
