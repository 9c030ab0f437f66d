// getsockopt(2) of level SOL_SOCKET (socket(7)).
#include "abi/time.h"
#include "mm/user_access.h"
#include "net/socket_option_names.h"
#include "proc/pidfd.h"
#include "proc/resource_limits.h"
#include "proc/task.h"

namespace martlet {
namespace {

template <typename T> i32 value_of(const std::atomic<T>& option) {
    return static_cast<i32>(option.load(std::memory_order_relaxed));
}

Result<i32> get_integer(Socket& socket, int name) {
    SocketOptions& options = socket.options;
    if (u32 flag = flag_of_option(name)) return socket.has_option(flag) ? 1 : 0;
    if (u32 flags = timestamp_flags_of_option(name))
        return (options.flags.load(std::memory_order_relaxed) & kAllTimestampFlags) == flags ? 1 : 0;
    switch (name) {
    case kType: return socket.type();
    case kDomain: return socket.family();
    case kProtocol: return socket.protocol();
    case kError: return static_cast<i32>(socket.take_error());
    case kAcceptConnections: return socket.is_listening() ? 1 : 0;
    case kSendBuffer: return value_of(options.send_buffer);
    case kReceiveBuffer: return value_of(options.receive_buffer);
    case kPriority: return value_of(options.priority);
    case kMark: return value_of(options.mark);
    case kReceiveLowWater: return value_of(options.receive_low_water);
    case kSendLowWater: return 1;
    case kBusyPoll: return value_of(options.busy_poll_us);
    case kIncomingProcessor: return value_of(options.incoming_processor);
    case kBindToInterface: return value_of(options.interface);
    case kBufferLock: return value_of(options.buffer_lock);
    case kRehash: return value_of(options.rehash);
    case kFilterExtensions: return 64; // SKF_AD_MAX
    case kBsdCompatible:
    case kIncomingQueue:
    case kZeroCopy:
    case kReserveMemory: return 0;
    case kPeekOffset:
        if (socket.family() != kFamilyUnix) return Error(Errno::EOPNOTSUPP);
        return value_of(options.peek_offset);
    default: return Error(Errno::ENOPROTOOPT);
    }
}

/// Where the answer goes: `room` bytes at `value`, the size at `size_address`.
struct Answer {
    u64 value, size_address;
    i32 room;

    /// Cut to the room that the caller has; tells how much there is now.
    Result<void> store(const void* data, usize size) const {
        usize count = static_cast<usize>(room) < size ? static_cast<usize>(room) : size;
        TRY(UserSpan(value, count).copy_from_kernel({static_cast<const u8*>(data), count}));
        return store_size(static_cast<i32>(count));
    }
    Result<void> store_size(i32 size) const { return UserPtr<i32>(size_address).store(size); }
};

Result<void> get_timeout(const std::atomic<u64>& timeout_ns, const Answer& answer) {
    u64 timeout = timeout_ns.load(std::memory_order_relaxed);
    abi::TimeVal shown = timeout == ~0ull ? abi::TimeVal{0, 0} : abi::TimeVal::from_ns(timeout);
    return answer.store(&shown, sizeof shown);
}

Result<void> get_peer_groups(Socket& socket, const Answer& answer) {
    Vector<u32> groups = TRY(socket.peer_groups());
    usize size = groups.size() * sizeof(u32);
    if (static_cast<usize>(answer.room) < size) {
        TRY(answer.store_size(static_cast<i32>(size)));
        return Error(Errno::ERANGE);
    }
    return answer.store(groups.data(), size);
}

Result<void> get_peer_pidfd(Socket& socket, const Answer& answer) {
    Ref<File> file = TRY(create_pidfd(TRY(socket.peer_process()), 0));
    FdTable& files = current_task().files();
    int fd = TRY(files.install(std::move(file), CloseOnExec::Yes, current_limit(Resource::OpenFiles)));
    auto stored = answer.store(&fd, sizeof fd);
    if (!stored) (void)files.close(fd);
    return stored;
}

/// Unlike getpeername(2), with exactly as much room as the name takes or less.
Result<void> get_peer_name(Socket& socket, const Answer& answer) {
    auto name = socket.peer_name();
    if (!name) return Error(Errno::ENOTCONN);
    if (static_cast<i32>(name->size) < answer.room) return Error(Errno::EINVAL);
    return answer.store(name->bytes, name->size);
}

/// The size is counted in instructions; with no room only they are counted.
Result<void> get_filter(Socket& socket, const Answer& answer) {
    Ref<SocketFilter> filter = socket.filter();
    if (!filter) return answer.store_size(0);
    std::span<const BpfInstruction> program = filter->program();
    if (answer.room != 0) {
        if (static_cast<usize>(answer.room) < program.size()) return Error(Errno::EINVAL);
        TRY(UserSpan(answer.value, program.size_bytes())
                .copy_from_kernel({reinterpret_cast<const u8*>(program.data()), program.size_bytes()}));
    }
    return answer.store_size(static_cast<i32>(program.size()));
}

Result<void> get_memory_information(Socket& socket, const Answer& answer) {
    // SK_MEMINFO_*: RMEM_ALLOC, RCVBUF, WMEM_ALLOC, SNDBUF, FWD_ALLOC, WMEM_QUEUED, OPTMEM, BACKLOG, DROPS
    u32 sizes[9] = {0, socket.options.receive_buffer.load(std::memory_order_relaxed),
                    static_cast<u32>(socket.bytes_unsent()),
                    socket.options.send_buffer.load(std::memory_order_relaxed)};
    return answer.store(sizes, sizeof sizes);
}

} // namespace

Result<void> get_socket_option(Socket& socket, int name, u64 value, u64 size_address) {
    Answer answer{value, size_address, TRY(UserPtr<i32>(size_address).load())};
    if (answer.room < 0) return Error(Errno::EINVAL);
    SocketOptions& options = socket.options;
    switch (name) {
    case kReceiveTimeout:
    case kReceiveTimeoutNew: return get_timeout(options.receive_timeout_ns, answer);
    case kSendTimeout:
    case kSendTimeoutNew: return get_timeout(options.send_timeout_ns, answer);
    case kLinger: {
        u64 linger = options.linger.load(std::memory_order_relaxed);
        return answer.store(&linger, sizeof linger);
    }
    case kPeerCredentials: {
        SocketCredentials credentials = socket.peer_credentials();
        return answer.store(&credentials, sizeof credentials);
    }
    case kPeerGroups: return get_peer_groups(socket, answer);
    case kPeerPidfd: return get_peer_pidfd(socket, answer);
    case kPeerName: return get_peer_name(socket, answer);
    case kAttachFilter: return get_filter(socket, answer);
    case kMemoryInformation: return get_memory_information(socket, answer);
    case kBindToDevice: return answer.store_size(0);
    case kTimestamping:
    case kTimestampingNew: {
        u32 shown[2] = {options.timestamping.load(std::memory_order_relaxed), 0}; // struct so_timestamping
        return answer.store(shown, sizeof shown);
    }
    case kCookie: {
        u64 cookie = socket.cookie();
        if (answer.room < static_cast<i32>(sizeof cookie)) return Error(Errno::EINVAL);
        return answer.store(&cookie, sizeof cookie);
    }
    case kMaximumPacingRate: {
        u64 rate = options.pacing_rate.load(std::memory_order_relaxed);
        bool is_wide = answer.room >= static_cast<i32>(sizeof rate);
        if (!is_wide && rate > ~0u) rate = ~0u;
        return answer.store(&rate, is_wide ? sizeof rate : sizeof(u32));
    }
    default: {
        i32 number = TRY(get_integer(socket, name));
        return answer.store(&number, sizeof number);
    }
    }
}

} // namespace martlet
