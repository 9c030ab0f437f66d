// getsockopt(2) and setsockopt(2) of level SOL_SOCKET (socket(7)).
#include "abi/time.h"
#include "mm/user_access.h"
#include "net/socket.h"
#include "vfs/caller.h"

namespace martlet {
namespace {

enum Option : int {
    kDebug = 1, kReuseAddress, kType, kError, kDontRoute, kBroadcast, kSendBuffer, kReceiveBuffer, kKeepAlive, kOobInline,
    kNoCheck, kPriority, kLinger, kBsdCompatible, kReusePort, kPassCredentials, kPeerCredentials, kReceiveLowWater,
    kSendLowWater, kReceiveTimeout, kSendTimeout,
    kTimestamp = 29, kAcceptConnections = 30, kSendBufferForce = 32, kReceiveBufferForce = 33, kTimestampNs = 35, kMark = 36,
    kProtocol = 38, kDomain = 39, kPeekOffset = 42, kPeerGroups = 59,
};

constexpr u32 kBufferMaximum = 212'992, kSendBufferMinimum = 4608, kReceiveBufferMinimum = 2304;

u32 flag_of(int name) {
    switch (name) {
    case kDebug: return kOptionDebug;
    case kReuseAddress: return kOptionReuseAddress;
    case kDontRoute: return kOptionDontRoute;
    case kBroadcast: return kOptionBroadcast;
    case kKeepAlive: return kOptionKeepAlive;
    case kOobInline: return kOptionOobInline;
    case kNoCheck: return kOptionNoCheck;
    case kReusePort: return kOptionReusePort;
    case kPassCredentials: return kOptionPassCredentials;
    case kTimestamp: return kOptionTimestamp;
    case kTimestampNs: return kOptionTimestampNs;
    default: return 0;
    }
}

/// Twice what was asked for, for the bookkeeping, as Linux.
u32 buffer_size(i32 wanted, u32 minimum, bool is_forced) {
    u32 size = static_cast<u32>(wanted);
    if (is_forced) size = wanted < 0 ? 0 : size;
    else if (size > kBufferMaximum) size = kBufferMaximum;
    if (size > 0x3fff'ffff) size = 0x3fff'ffff;
    return size * 2 > minimum ? size * 2 : minimum;
}

Result<void> set_timeout(std::atomic<u64>& timeout_ns, u64 value, i32 size) {
    if (size < static_cast<i32>(sizeof(abi::TimeVal))) return Error(Errno::EINVAL);
    abi::TimeVal given = TRY(UserPtr<abi::TimeVal>(value).load());
    if (given.microseconds < 0 || given.microseconds >= 1'000'000) return Error(Errno::EDOM);
    u64 wanted = given.seconds < 0 ? 0 : given.to_ns();
    bool is_off = given.seconds == 0 && given.microseconds == 0;
    timeout_ns.store(is_off ? ~0ull : wanted, std::memory_order_relaxed);
    return {};
}

abi::TimeVal timeout_of(const std::atomic<u64>& timeout_ns) {
    u64 timeout = timeout_ns.load(std::memory_order_relaxed);
    return timeout == ~0ull ? abi::TimeVal{0, 0} : abi::TimeVal::from_ns(timeout);
}

bool may_administer_net() { return current_credentials().has(Capability::NetAdmin); }

Result<void> set_integer(Socket& socket, int name, i32 value) {
    SocketOptions& options = socket.options;
    if (u32 flag = flag_of(name)) {
        if (name == kDebug && value && !may_administer_net()) return Error(Errno::EACCES);
        if (name == kReusePort && value && socket.family() == kFamilyUnix) return Error(Errno::EOPNOTSUPP);
        if (value) options.flags.fetch_or(flag, std::memory_order_relaxed);
        else options.flags.fetch_and(~flag, std::memory_order_relaxed);
        return {};
    }
    switch (name) {
    case kSendBufferForce:
    case kReceiveBufferForce:
        if (!may_administer_net()) return Error(Errno::EPERM);
        [[fallthrough]];
    case kSendBuffer:
    case kReceiveBuffer: {
        bool is_forced = name == kSendBufferForce || name == kReceiveBufferForce;
        bool is_send = name == kSendBuffer || name == kSendBufferForce;
        u32 size = buffer_size(value, is_send ? kSendBufferMinimum : kReceiveBufferMinimum, is_forced);
        (is_send ? options.send_buffer : options.receive_buffer).store(size, std::memory_order_relaxed);
        socket.options_changed();
        return {};
    }
    case kPriority:
        if ((value < 0 || value > 6) && !may_administer_net()) return Error(Errno::EPERM);
        options.priority.store(static_cast<u32>(value), std::memory_order_relaxed);
        return {};
    case kMark:
        if (!may_administer_net()) return Error(Errno::EPERM);
        options.mark.store(static_cast<u32>(value), std::memory_order_relaxed);
        return {};
    case kReceiveLowWater:
        options.receive_low_water.store(value < 0 ? 0x7fff'ffffu : value == 0 ? 1u : static_cast<u32>(value), std::memory_order_relaxed);
        return {};
    case kPeekOffset: return socket.set_peek_offset(value);
    case kBsdCompatible: return {};
    default: return Error(Errno::ENOPROTOOPT);
    }
}

Result<i32> get_integer(Socket& socket, int name) {
    SocketOptions& options = socket.options;
    if (u32 flag = flag_of(name)) return socket.has_option(flag) ? 1 : 0;
    switch (name) {
    case kType: return socket.type();
    case kDomain: return socket.family();
    case kProtocol: return socket.protocol();
    case kError: return static_cast<i32>(socket.take_error());
    case kAcceptConnections: return socket.is_listening() ? 1 : 0;
    case kSendBuffer: return static_cast<i32>(options.send_buffer.load(std::memory_order_relaxed));
    case kReceiveBuffer: return static_cast<i32>(options.receive_buffer.load(std::memory_order_relaxed));
    case kPriority: return static_cast<i32>(options.priority.load(std::memory_order_relaxed));
    case kMark: return static_cast<i32>(options.mark.load(std::memory_order_relaxed));
    case kReceiveLowWater: return static_cast<i32>(options.receive_low_water.load(std::memory_order_relaxed));
    case kSendLowWater: return 1;
    case kBsdCompatible: return 0;
    case kPeekOffset:
        if (socket.family() != kFamilyUnix) return Error(Errno::EOPNOTSUPP);
        return options.peek_offset.load(std::memory_order_relaxed);
    default: return Error(Errno::ENOPROTOOPT);
    }
}

/// Cut to the room that the caller has; tells how much there is now.
Result<void> store(u64 value, u64 size_address, i32 room, const void* data, usize size) {
    usize count = static_cast<usize>(room) < size ? static_cast<usize>(room) : size;
    TRY(UserSpan(value, count).copy_from_kernel({static_cast<const u8*>(data), count}));
    return UserPtr<i32>(size_address).store(static_cast<i32>(count));
}

Result<void> get_peer_groups(Socket& socket, u64 value, u64 size_address, i32 room) {
    Vector<u32> groups = TRY(socket.peer_groups());
    usize size = groups.size() * sizeof(u32);
    if (static_cast<usize>(room) < size) {
        TRY(UserPtr<i32>(size_address).store(static_cast<i32>(size)));
        return Error(Errno::ERANGE);
    }
    return store(value, size_address, room, groups.data(), size);
}

} // namespace

Result<void> set_socket_option(Socket& socket, int name, u64 value, i32 size) {
    if (size < static_cast<i32>(sizeof(i32))) return Error(Errno::EINVAL);
    i32 number = TRY(UserPtr<i32>(value).load());
    switch (name) {
    case kReceiveTimeout: return set_timeout(socket.options.receive_timeout_ns, value, size);
    case kSendTimeout: return set_timeout(socket.options.send_timeout_ns, value, size);
    case kLinger: {
        if (size < 8) return Error(Errno::EINVAL);
        u64 linger = TRY(UserPtr<u64>(value).load());
        socket.options.linger.store((linger & 0xffff'ffff) ? 1 | (linger & ~0xffff'ffffull) : 0, std::memory_order_relaxed);
        return {};
    }
    default: return set_integer(socket, name, number);
    }
}

Result<void> get_socket_option(Socket& socket, int name, u64 value, u64 size_address) {
    i32 room = TRY(UserPtr<i32>(size_address).load());
    if (room < 0) return Error(Errno::EINVAL);
    switch (name) {
    case kReceiveTimeout:
    case kSendTimeout: {
        abi::TimeVal timeout = timeout_of(name == kSendTimeout ? socket.options.send_timeout_ns : socket.options.receive_timeout_ns);
        return store(value, size_address, room, &timeout, sizeof timeout);
    }
    case kLinger: {
        u64 linger = socket.options.linger.load(std::memory_order_relaxed);
        return store(value, size_address, room, &linger, sizeof linger);
    }
    case kPeerCredentials: {
        SocketCredentials credentials = socket.peer_credentials();
        return store(value, size_address, room, &credentials, sizeof credentials);
    }
    case kPeerGroups: return get_peer_groups(socket, value, size_address, room);
    default: {
        i32 number = TRY(get_integer(socket, name));
        return store(value, size_address, room, &number, sizeof number);
    }
    }
}

} // namespace martlet
