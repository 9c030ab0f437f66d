// System calls on sockets.
#pragma once
#include "abi/time.h"
#include "mm/user_access.h"

namespace martlet {

struct UserMessage { // struct user_msghdr
    u64 name;
    i32 name_size;
    i32 padding;
    u64 vectors, vector_count;
    u64 control, control_size;
    u32 flags;
    u32 padding_end;
};
static_assert(sizeof(UserMessage) == 56);

struct UserCountedMessage { // struct mmsghdr
    UserMessage message;
    u32 size;
    u32 padding;
};

// socket.cpp
Result<int> sys_socket(int family, u32 type, int protocol);
Result<void> sys_socketpair(int family, u32 type, int protocol, UserPtr<int> descriptors);
Result<void> sys_bind(int fd, u64 address, int size);
Result<void> sys_listen(int fd, int backlog);
Result<int> sys_accept(int fd, u64 address, u64 size_address);
Result<int> sys_accept4(int fd, u64 address, u64 size_address, u32 flags);
Result<void> sys_connect(int fd, u64 address, int size);
Result<void> sys_shutdown(int fd, int how);
Result<void> sys_getsockname(int fd, u64 address, u64 size_address);
Result<void> sys_getpeername(int fd, u64 address, u64 size_address);
Result<void> sys_setsockopt(int fd, int level, int name, u64 value, int size);
Result<void> sys_getsockopt(int fd, int level, int name, u64 value, u64 size_address);
// socket_message.cpp
Result<usize> sys_sendto(int fd, u64 buffer, usize size, u32 flags, u64 address, int address_size);
Result<usize> sys_recvfrom(int fd, u64 buffer, usize size, u32 flags, u64 address, u64 size_address);
Result<usize> sys_sendmsg(int fd, UserPtr<UserMessage> message, u32 flags);
Result<usize> sys_recvmsg(int fd, UserPtr<UserMessage> message, u32 flags);
Result<u32> sys_sendmmsg(int fd, UserPtr<UserCountedMessage> messages, u32 count, u32 flags);
Result<u32> sys_recvmmsg(int fd, UserPtr<UserCountedMessage> messages, u32 count, u32 flags,
                         UserPtr<abi::TimeSpec> timeout);

} // namespace martlet
