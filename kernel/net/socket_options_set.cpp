// setsockopt(2) of level SOL_SOCKET (socket(7)).
#include "abi/time.h"
#include "mm/user_access.h"
#include "net/socket_option_names.h"
#include "vfs/caller.h"

namespace martlet {
namespace {

constexpr u32 kBufferMaximum = 212'992, kSendBufferMinimum = 4608, kReceiveBufferMinimum = 2304;

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

bool may_administer_net() { return current_credentials().has(Capability::NetAdmin); }

Result<void> set_flag(Socket& socket, int name, u32 flag, bool is_on) {
    std::atomic<u32>& flags = socket.options.flags;
    if (name == kDebug && is_on && !may_administer_net()) return Error(Errno::EACCES);
    if (name == kReusePort && is_on && socket.family() == kFamilyUnix) return Error(Errno::EOPNOTSUPP);
    if (name == kPreferBusyPoll && is_on && !may_administer_net()) return Error(Errno::EPERM);
    if (name == kLockFilter && !is_on && socket.has_option(flag)) return Error(Errno::EPERM);
    if (is_on) flags.fetch_or(flag, std::memory_order_relaxed);
    else flags.fetch_and(~flag, std::memory_order_relaxed);
    return {};
}

/// The last one that was asked for decides the form; each takes them all off.
void set_timestamps(Socket& socket, u32 wanted, bool is_on) {
    std::atomic<u32>& flags = socket.options.flags;
    u32 old = flags.load(std::memory_order_relaxed);
    while (!flags.compare_exchange_weak(old, (old & ~kAllTimestampFlags) | (is_on ? wanted : 0),
                                        std::memory_order_relaxed)) {
    }
}

Result<void> set_timestamping(Socket& socket, u32 wanted) {
    // SOF_TIMESTAMPING_*; statistics come with a stamp alone only, and there is no hardware clock to bind to.
    constexpr u32 kTimestampOnly = 1u << 11, kStatistics = 1u << 12, kAll = (1u << 16) - 1;
    if ((wanted & ~kAll) || ((wanted & kStatistics) && !(wanted & kTimestampOnly))) return Error(Errno::EINVAL);
    socket.options.timestamping.store(wanted, std::memory_order_relaxed);
    return {};
}

void set_buffer(Socket& socket, int name, i32 value) {
    bool is_forced = name == kSendBufferForce || name == kReceiveBufferForce;
    bool is_send = name == kSendBuffer || name == kSendBufferForce;
    u32 size = buffer_size(value, is_send ? kSendBufferMinimum : kReceiveBufferMinimum, is_forced);
    (is_send ? socket.options.send_buffer : socket.options.receive_buffer).store(size, std::memory_order_relaxed);
    socket.options.buffer_lock.fetch_or(is_send ? 1 : 2,
                                        std::memory_order_relaxed); // SOCK_SNDBUF_LOCK, SOCK_RCVBUF_LOCK
    socket.options_changed();
}

/// A value within the limits.
Result<void> keep(std::atomic<i32>& option, i32 value, i32 minimum, i32 maximum) {
    if (value < minimum || value > maximum) return Error(Errno::EINVAL);
    option.store(value, std::memory_order_relaxed);
    return {};
}

Result<void> set_integer(Socket& socket, int name, i32 value) {
    constexpr i32 kLargest = 0x7fff'ffff;
    SocketOptions& options = socket.options;
    if (u32 flag = flag_of_option(name)) return set_flag(socket, name, flag, value != 0);
    if (u32 flags = timestamp_flags_of_option(name)) {
        set_timestamps(socket, flags, value != 0);
        return {};
    }
    switch (name) {
    case kSendBufferForce:
    case kReceiveBufferForce:
        if (!may_administer_net()) return Error(Errno::EPERM);
        [[fallthrough]];
    case kSendBuffer:
    case kReceiveBuffer: set_buffer(socket, name, value); return {};
    case kPriority:
        if ((value < 0 || value > 6) && !may_administer_net()) return Error(Errno::EPERM);
        options.priority.store(static_cast<u32>(value), std::memory_order_relaxed);
        return {};
    case kMark:
        if (!may_administer_net()) return Error(Errno::EPERM);
        options.mark.store(static_cast<u32>(value), std::memory_order_relaxed);
        return {};
    case kReceiveLowWater:
        options.receive_low_water.store(value < 0    ? 0x7fff'ffffu
                                        : value == 0 ? 1u
                                                     : static_cast<u32>(value),
                                        std::memory_order_relaxed);
        return {};
    case kPeekOffset: return socket.set_peek_offset(value);
    case kBusyPoll:
        if (value > options.busy_poll_us.load(std::memory_order_relaxed) && !may_administer_net())
            return Error(Errno::EPERM);
        return keep(options.busy_poll_us, value, 0, kLargest);
    case kBusyPollBudget:
        if (value > 0 && !may_administer_net()) return Error(Errno::EPERM);
        return value < 0 || value > 0xffff ? Result<void>(Error(Errno::EINVAL)) : Result<void>();
    case kIncomingProcessor: return keep(options.incoming_processor, value, -kLargest - 1, kLargest);
    case kBindToInterface:
        if (options.interface.load(std::memory_order_relaxed) != 0 &&
            !current_credentials().has(Capability::NetRaw))
            return Error(Errno::EPERM);
        return keep(options.interface, value, 0, kLargest);
    case kBufferLock: return keep(options.buffer_lock, value, 0, 3);
    case kRehash: return keep(options.rehash, value == -1 ? 1 : value, 0, 1); // -1: the default
    case kReserveMemory: return Error(value < 0 ? Errno::EINVAL : Errno::EOPNOTSUPP);
    case kZeroCopy: return Error(Errno::EOPNOTSUPP);
    case kDetachFilter:
        if (socket.has_option(kOptionLockFilter)) return Error(Errno::EPERM);
        if (!socket.has_filter()) return Error(Errno::ENOENT);
        socket.set_filter(nullptr);
        return {};
    case kBsdCompatible:
    case kConnectionAdvice: return {};
    default: return Error(Errno::ENOPROTOOPT);
    }
}

/// No name lifts the binding; there are no devices to bind to.
Result<void> bind_to_device(u64 name, i32 size) {
    char first = 0;
    if (size > 0) first = TRY(UserPtr<char>(name).load());
    return first == 0 ? Result<void>() : Result<void>(Error(Errno::ENODEV));
}

} // namespace

Result<void> set_socket_option(Socket& socket, int name, u64 value, i32 size) {
    if (name == kBindToDevice) return bind_to_device(value, size);
    if (size < static_cast<i32>(sizeof(i32))) return Error(Errno::EINVAL);
    i32 number = TRY(UserPtr<i32>(value).load());
    SocketOptions& options = socket.options;
    switch (name) {
    case kReceiveTimeout:
    case kReceiveTimeoutNew: return set_timeout(options.receive_timeout_ns, value, size);
    case kSendTimeout:
    case kSendTimeoutNew: return set_timeout(options.send_timeout_ns, value, size);
    case kLinger: {
        if (size < 8) return Error(Errno::EINVAL);
        u64 linger = TRY(UserPtr<u64>(value).load());
        options.linger.store((linger & 0xffff'ffff) ? 1 | (linger & ~0xffff'ffffull) : 0, std::memory_order_relaxed);
        return {};
    }
    case kAttachFilter: {
        Ref<SocketFilter> filter = TRY(SocketFilter::load(value, size));
        if (socket.has_option(kOptionLockFilter)) return Error(Errno::EPERM);
        socket.set_filter(std::move(filter));
        return {};
    }
    case kAttachExtendedFilter:
        return Error(size == static_cast<i32>(sizeof(i32)) && number < 0 ? Errno::EBADF
                                                                         : Errno::EINVAL); // no bpf(2)
    case kTimestamping:
    case kTimestampingNew: return set_timestamping(socket, static_cast<u32>(number));
    case kMaximumPacingRate: {
        u64 rate = number == -1 ? ~0ull : static_cast<u32>(number);
        if (size >= static_cast<i32>(sizeof rate)) rate = TRY(UserPtr<u64>(value).load());
        options.pacing_rate.store(rate, std::memory_order_relaxed);
        return {};
    }
    default: return set_integer(socket, name, number);
    }
}

} // namespace martlet
