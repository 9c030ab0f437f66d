// send(2), recv(2) and their families.
#include "syscall/socket.h"
#include "syscall/socket_control.h"
#include "syscall/socket_support.h"
#include "time/clock.h"

namespace martlet {
namespace {

constexpr u32 kInternalFlags = 0x8000'0000; // MSG_CMSG_COMPAT
constexpr u32 kMessageLimit = 1024;         // of one sendmmsg or recvmmsg

usize limited(usize count) { return count < kMaxTransfer ? count : kMaxTransfer; }

Result<usize> send_one(SocketFile& file, const UserMessage& header, u32 flags) {
    if (header.vector_count > kMaxVectors) return Error(Errno::EMSGSIZE);
    SocketAddress address;
    if (header.name && header.name_size != 0) {
        if (header.name_size < 0) return Error(Errno::EINVAL);
        int size = header.name_size > static_cast<int>(SocketAddress::kMaximumSize)
                       ? static_cast<int>(SocketAddress::kMaximumSize)
                       : header.name_size;
        address = TRY(load_address(header.name, size));
    }
    VectorArgument vectors;
    TRY(vectors.load(header.vectors, header.vector_count));
    Ancillary ancillary;
    if (header.control_size > 0) {
        if (header.control_size > 0x7fff'ffff) return Error(Errno::ENOBUFS);
        TRY(load_control(header.control, header.control_size, file.socket().family(), ancillary));
    }
    OutgoingMessage message{.data = IoCursor::user_vectors(vectors.vectors()), .flags = flags};
    if (address.size > 0) message.to = &address;
    if (header.control_size > 0) message.ancillary = &ancillary;
    return file.socket().send(message, file.may_wait(flags));
}

/// Fills in what the header's owner wants to know; `header` is the user's copy.
Result<usize> receive_one(SocketFile& file, UserPtr<UserMessage> user, u32 flags) {
    UserMessage header = TRY(user.load());
    if (header.vector_count > kMaxVectors) return Error(Errno::EMSGSIZE);
    if (header.name_size < 0) return Error(Errno::EINVAL);
    VectorArgument vectors;
    TRY(vectors.load(header.vectors, header.vector_count));
    IncomingMessage message{.data = IoCursor::user_vectors(vectors.vectors()), .flags = flags, .wants_ancillary = true};
    usize count = TRY(file.socket().receive(message, file.may_wait(flags)));
    ControlRoom control_room{header.control, header.control_size};
    usize control_used = TRY(store_control(file.socket(), control_room, flags, message.ancillary, message.flags_out));
    u64 base = user.address();
    if (header.name) {
        u32 room = static_cast<u32>(header.name_size);
        u32 stored = message.from.size < room ? message.from.size : room;
        if (stored > 0) TRY(UserSpan(header.name, stored).copy_from_kernel({message.from.bytes, stored}));
        TRY(UserPtr<i32>(base + offsetof(UserMessage, name_size)).store(static_cast<i32>(message.from.size)));
    }
    u32 flags_out = message.flags_out | (flags & kMsgCloseOnExec);
    TRY(UserPtr<u32>(base + offsetof(UserMessage, flags)).store(flags_out));
    TRY(UserPtr<u64>(base + offsetof(UserMessage, control_size)).store(control_used));
    return count;
}

} // namespace

Result<usize> sys_sendto(int fd, u64 buffer, usize size, u32 flags, u64 address, int address_size) {
    Ref<SocketFile> file = TRY(get_socket(fd, Rights::Write));
    OutgoingMessage message{.data = IoCursor::user(buffer, limited(size)), .flags = flags & ~kInternalFlags};
    if (!address) [[likely]] return file->socket().send(message, file->may_wait(flags));
    SocketAddress to = TRY(load_address(address, address_size));
    if (to.size > 0) message.to = &to;
    return file->socket().send(message, file->may_wait(flags));
}

Result<usize> sys_recvfrom(int fd, u64 buffer, usize size, u32 flags, u64 address, u64 size_address) {
    Ref<SocketFile> file = TRY(get_socket(fd, Rights::Read));
    IncomingMessage message{.data = IoCursor::user(buffer, limited(size)), .flags = flags & ~kInternalFlags};
    usize count = TRY(file->socket().receive(message, file->may_wait(flags)));
    if (address) TRY(store_address(message.from, address, size_address));
    return count;
}

Result<usize> sys_sendmsg(int fd, UserPtr<UserMessage> message, u32 flags) {
    if (flags & kInternalFlags) return Error(Errno::EINVAL);
    Ref<SocketFile> file = TRY(get_socket(fd, Rights::Write));
    return send_one(*file, TRY(message.load()), flags);
}

Result<usize> sys_recvmsg(int fd, UserPtr<UserMessage> message, u32 flags) {
    if (flags & kInternalFlags) return Error(Errno::EINVAL);
    Ref<SocketFile> file = TRY(get_socket(fd, Rights::Read));
    return receive_one(*file, message, flags);
}

Result<u32> sys_sendmmsg(int fd, UserPtr<UserCountedMessage> messages, u32 count, u32 flags) {
    if (flags & kInternalFlags) return Error(Errno::EINVAL);
    if (count > kMessageLimit) count = kMessageLimit;
    Ref<SocketFile> file = TRY(get_socket(fd, Rights::Write));
    for (u32 index = 0; index < count; ++index) {
        UserPtr<UserCountedMessage> user = messages + index;
        auto send = [&]() -> Result<void> {
            usize sent = TRY(send_one(*file, TRY(UserPtr<UserMessage>(user.address()).load()), flags));
            return UserPtr<u32>(user.address() + offsetof(UserCountedMessage, size)).store(static_cast<u32>(sent));
        };
        if (auto sent = send(); !sent) {
            if (index > 0) return index;
            return Error(sent.error());
        }
    }
    return count;
}

/// The timeout is looked at between messages only (recvmmsg(2), BUGS). An error after the first message waits
/// in SO_ERROR.
Result<u32> sys_recvmmsg(int fd, UserPtr<UserCountedMessage> messages, u32 count, u32 flags,
                         UserPtr<abi::TimeSpec> timeout) {
    if (flags & kInternalFlags) return Error(Errno::EINVAL);
    Deadline deadline = Deadline::never();
    if (timeout) {
        abi::TimeSpec given = TRY(timeout.load());
        if (!given.is_valid()) return Error(Errno::EINVAL);
        deadline = Deadline::after(given.to_ns());
    }
    if (count > kMessageLimit) count = kMessageLimit;
    Ref<SocketFile> file = TRY(get_socket(fd, Rights::Read));
    if (Errno pending = file->socket().take_error(); pending != Errno{}) return Error(pending);
    u32 done = 0;
    Result<u32> result = 0;
    while (done < count) {
        UserPtr<UserCountedMessage> user = messages + done;
        auto receive = [&]() -> Result<void> {
            usize size = TRY(receive_one(*file, UserPtr<UserMessage>(user.address()), flags & ~kMsgWaitForOne));
            return UserPtr<u32>(user.address() + offsetof(UserCountedMessage, size)).store(static_cast<u32>(size));
        };
        if (auto received = receive(); !received) {
            if (done == 0) result = Error(received.error());
            else if (received.error() != Errno::EAGAIN && received.error() != Errno::kRestartSys)
                file->socket().set_error(received.error());
            break;
        }
        ++done;
        if (flags & kMsgWaitForOne) flags |= kMsgDontWait;
        if (deadline.has_passed()) break;
    }
    if (timeout && !deadline.is_never() && result) {
        u64 now = monotonic_ns();
        TRY(timeout.store(abi::TimeSpec::from_ns(deadline.monotonic_ns > now ? deadline.monotonic_ns - now : 0)));
    }
    if (!result) return result;
    return done;
}

} // namespace martlet
