// mq_open, mq_unlink, mq_timedsend, mq_timedreceive, mq_notify, mq_getsetattr.
#include "fs/mqueue/posix_queue.h"
#include "proc/resource_limits.h"
#include "syscall/file_support.h"
#include "syscall/ipc.h"
#include "time/clock.h"
#include "vfs/inode.h"

namespace martlet {
namespace {

Result<Ref<File>> get_queue_file(int fd, Rights needed) {
    Ref<File> file = TRY(get_open_file(fd, needed));
    if (!file->as<PosixQueueFile>()) return Error(Errno::EBADF);
    return file;
}

/// An absolute time of the realtime clock, or never.
Result<Deadline> deadline_of(UserPtr<abi::TimeSpec> timeout) {
    if (!timeout) return Deadline::never();
    abi::TimeSpec given = TRY(timeout.load());
    if (!given.is_valid()) return Error(Errno::EINVAL);
    u64 now = realtime_ns(), until = given.to_ns();
    return Deadline::after(until > now ? until - now : 0);
}

} // namespace

Result<int> sys_mq_open(UserString name, u32 flags, u32 mode, UserPtr<abi::QueueAttributes> attributes) {
    String text = TRY(copy_user_path(name));
    PosixQueueLimits limits;
    if (attributes && (flags & kOpenCreate)) {
        abi::QueueAttributes given = TRY(attributes.load());
        limits = {given.messages_max, given.message_size};
    }
    Ref<File> file = TRY(
        open_posix_queue(text, flags, mode & kModePermissions & ~current_umask(), attributes ? &limits : nullptr));
    auto cloexec = flags & kOpenCloseOnExec ? CloseOnExec::Yes : CloseOnExec::No;
    return current_task().files().install(std::move(file), cloexec, current_limit(Resource::OpenFiles));
}

Result<void> sys_mq_unlink(UserString name) {
    String text = TRY(copy_user_path(name));
    return remove_posix_queue(text);
}

Result<void> sys_mq_timedsend(int fd, u64 address, usize size, u32 priority, UserPtr<abi::TimeSpec> timeout) {
    if (priority >= kPosixQueuePriorityMax) return Error(Errno::EINVAL);
    Deadline deadline = TRY(deadline_of(timeout));
    Ref<File> file = TRY(get_queue_file(fd, Rights::Write));
    if (!file->can_write()) return Error(Errno::EBADF);
    PosixQueue& queue = file->as<PosixQueueFile>()->queue();
    if (size > static_cast<u64>(queue.limits().message_size)) return Error(Errno::EMSGSIZE);
    Own<PosixMessage> message = TRY(PosixMessage::create(size, priority));
    TRY(UserPtr<u8>(address).load_array({message->bytes, size}));
    return queue.send(std::move(message), !file->is_nonblocking(), deadline);
}

Result<usize> sys_mq_timedreceive(int fd, u64 address, usize size, UserPtr<u32> priority,
                                  UserPtr<abi::TimeSpec> timeout) {
    Deadline deadline = TRY(deadline_of(timeout));
    Ref<File> file = TRY(get_queue_file(fd, Rights::Read));
    if (!file->can_read()) return Error(Errno::EBADF);
    PosixQueue& queue = file->as<PosixQueueFile>()->queue();
    if (size < static_cast<u64>(queue.limits().message_size)) return Error(Errno::EMSGSIZE);
    Own<PosixMessage> message = TRY(queue.receive(!file->is_nonblocking(), deadline));
    TRY(UserPtr<u8>(address).store_array({message->bytes, message->size}));
    if (priority) TRY(priority.store(message->priority));
    return message->size;
}

Result<void> sys_mq_notify(int fd, UserPtr<abi::QueueNotification> event) {
    constexpr i32 kSignal = 0, kNone = 1, kSignalMax = 64;
    abi::QueueNotification wanted{};
    if (event) {
        wanted = TRY(event.load());
        // SIGEV_THREAD is told through a netlink socket, which does not exist here.
        if (wanted.notify != kSignal && wanted.notify != kNone) return Error(Errno::EINVAL);
        if (wanted.notify == kSignal && (wanted.signal < 0 || wanted.signal > kSignalMax)) return Error(Errno::EINVAL);
    }
    Ref<File> file = TRY(get_queue_file(fd, Rights::Manage));
    PosixQueue& queue = file->as<PosixQueueFile>()->queue();
    if (!event) {
        queue.withdraw(current_process_id());
        return {};
    }
    return queue.ask({current_process_id(), wanted.notify == kSignal, wanted.signal, wanted.value});
}

Result<void> sys_mq_getsetattr(int fd, UserPtr<abi::QueueAttributes> wanted, UserPtr<abi::QueueAttributes> old) {
    abi::QueueAttributes given{};
    if (wanted) {
        given = TRY(wanted.load());
        if (given.flags & ~static_cast<i64>(kOpenNonBlock)) return Error(Errno::EINVAL);
    }
    Ref<File> file = TRY(get_queue_file(fd, wanted ? Rights::Manage : Rights::None));
    PosixQueue& queue = file->as<PosixQueueFile>()->queue();
    if (old) {
        abi::QueueAttributes now{.flags = file->flags() & kOpenNonBlock, .messages_max = queue.limits().messages,
                                 .message_size = queue.limits().message_size, .messages = queue.count()};
        TRY(old.store(now));
    }
    if (wanted) TRY(file->set_status_flags((file->flags() & ~kOpenNonBlock) | static_cast<u32>(given.flags)));
    return {};
}

} // namespace martlet
