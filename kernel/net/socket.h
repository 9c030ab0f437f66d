// Socket: an end point of communication, whatever its family; SocketFamily: where they come from (socket(2)).
//
// A family derives from Socket and overrides what it supports; the defaults answer what Linux answers for "no
// such operation". Arguments are kernel values: user memory is read by syscall/socket*.cpp. Ownership: a
// SocketFile holds the socket of each descriptor; a family may hold sockets that have no file yet (accept) or
// none any more. close() is called once, when the file goes; nothing may enter the socket from user space
// afterwards.
#pragma once
#include <string.h>

#include "base/vector.h"
#include "net/socket_filter.h"
#include "proc/process.h"
#include "vfs/fd_table.h"

namespace martlet {

inline constexpr int kFamilyUnspecified = 0, kFamilyUnix = 1;
inline constexpr int kSocketStream = 1, kSocketDatagram = 2, kSocketRaw = 3, kSocketSeqPacket = 5;
inline constexpr u32 kMsgOob = 1, kMsgPeek = 2, kMsgCtrunc = 8, kMsgTrunc = 0x20, kMsgDontWait = 0x40, kMsgEor = 0x80,
                     kMsgWaitAll = 0x100, kMsgErrQueue = 0x2000, kMsgNoSignal = 0x4000, kMsgWaitForOne = 0x10000,
                     kMsgCloseOnExec = 0x40000000;
inline constexpr u32 kShutRead = 1, kShutWrite = 2, kShutBoth = 3;
inline constexpr u32 kBacklogMaximum = 4096; // net.core.somaxconn

/// struct sockaddr as given or to give: the family in the first two bytes.
struct SocketAddress {
    static constexpr usize kMaximumSize = 128; // sizeof(struct sockaddr_storage)
    u32 size = 0;
    alignas(8) u8 bytes[kMaximumSize] = {};
    int family() const {
        u16 value;
        memcpy(&value, bytes, sizeof value);
        return size >= sizeof value ? value : -1;
    }
    void set_family(int family) {
        auto value = static_cast<u16>(family);
        memcpy(bytes, &value, sizeof value);
        if (size < sizeof value) size = sizeof value;
    }
};

/// struct ucred.
struct SocketCredentials {
    i32 process_id = 0;
    u32 user_id = ~0u, group_id = ~0u;
    bool operator==(const SocketCredentials&) const = default;
};

/// What travels beside the bytes (cmsg(3)).
struct Ancillary {
    Vector<Descriptor> files;
    SocketCredentials credentials;
    bool has_credentials = false; // given explicitly, or to be reported
    Ref<Process> sender;          // of the credentials, where somebody wants a descriptor of it (SO_PASSPIDFD)
    u64 timestamp_ns = 0;         // when the message came, of the realtime clock; 0: not to be reported
};

struct OutgoingMessage {
    IoCursor data;
    u32 flags = 0;
    const SocketAddress* to = nullptr;
    Ancillary* ancillary = nullptr;
};

struct IncomingMessage {
    IoCursor data;
    u32 flags = 0;
    u32 flags_out = 0;
    bool wants_ancillary = false; // else what came beside is dropped
    SocketAddress from = {};      // size 0: none
    Ancillary ancillary = {};
};

/// Options of level SOL_SOCKET that the socket layer keeps for every family.
struct SocketOptions {
    std::atomic<u32> send_buffer = 212'992, receive_buffer = 212'992;
    std::atomic<u64> send_timeout_ns = ~0ull, receive_timeout_ns = ~0ull; // ~0: none
    std::atomic<u32> receive_low_water = 1;
    std::atomic<u32> flags = 0; // a bit for each on-off option
    std::atomic<u32> priority = 0, mark = 0;
    std::atomic<u64> linger = 0; // l_onoff | l_linger << 32
    std::atomic<i32> peek_offset = -1;
    std::atomic<u32> timestamping = 0; // SOF_TIMESTAMPING_*
    // Meaningful to families with devices only; kept as they were set.
    std::atomic<i32> incoming_processor = -1, busy_poll_us = 0, interface = 0, buffer_lock = 0, rehash = 0;
    std::atomic<u64> pacing_rate = ~0ull;
};
// Bits of SocketOptions::flags.
inline constexpr u32 kOptionDebug = 1, kOptionReuseAddress = 2, kOptionDontRoute = 4, kOptionBroadcast = 8,
                     kOptionKeepAlive = 16, kOptionOobInline = 32, kOptionPassCredentials = 64,
                     kOptionTimestamp = 128, kOptionReusePort = 256, kOptionNoCheck = 512,
                     kOptionTimestampNs = 1024, kOptionTimestampNew = 2048, kOptionPassPidfd = 0x1000,
                     kOptionPassSecurity = 0x2000, kOptionReportOverflow = 0x4000, kOptionWifiStatus = 0x8000,
                     kOptionNoFrameCheck = 0x1'0000, kOptionLockFilter = 0x2'0000,
                     kOptionSelectErrorQueue = 0x4'0000, kOptionPreferBusyPoll = 0x8'0000,
                     kOptionReceiveMark = 0x10'0000;

class Socket : public RefCounted {
public:
    Socket(int family, int type, int protocol) : family_(family), type_(type), protocol_(protocol) {}
    int family() const { return family_; }
    int type() const { return type_; }
    int protocol() const { return protocol_; }

    virtual void close() = 0;
    virtual Result<void> bind(const SocketAddress& address) = 0;
    virtual Result<void> listen(u32 backlog) { return Error(Errno::EOPNOTSUPP); }
    virtual Result<Ref<Socket>> accept(Deadline deadline, bool may_wait) { return Error(Errno::EOPNOTSUPP); }
    /// With the socket's own receive timeout.
    Result<Ref<Socket>> accept_waiting(bool may_wait) { return accept(receive_deadline(), may_wait); }
    virtual Result<void> connect(const SocketAddress& address, bool may_wait) = 0;
    virtual Result<SocketAddress> name() = 0;
    virtual Result<SocketAddress> peer_name() = 0; // ENOTCONN
    virtual Result<void> shutdown(u32 directions) = 0;
    /// Bytes sent; EPIPE goes with SIGPIPE where the type says so, unless MSG_NOSIGNAL.
    virtual Result<usize> send(OutgoingMessage& message, bool may_wait) = 0;
    /// Bytes received, or of the whole message with MSG_TRUNC.
    virtual Result<usize> receive(IncomingMessage& message, bool may_wait) = 0;
    virtual u32 poll(PollTable* table) = 0;
    virtual Result<usize> bytes_readable() { return Error(Errno::EINVAL); } // SIOCINQ
    virtual usize bytes_unsent() { return 0; }                              // SIOCOUTQ
    /// SIOCATMARK: whether the next read begins where urgent data were.
    virtual Result<bool> is_at_urgent_mark() { return Error(Errno::EOPNOTSUPP); }
    /// SIOCUNIXFILE: a descriptor (O_PATH) of the file that the socket is bound to.
    virtual Result<int> open_bound_file() { return Error(Errno::ENOTTY); }
    virtual bool is_listening() const { return false; }
    virtual SocketCredentials peer_credentials() { return {}; }
    virtual Result<Vector<u32>> peer_groups() { return Error(Errno::ENODATA); }
    /// The process behind peer_credentials().
    virtual Result<Ref<Process>> peer_process() { return Error(Errno::ENODATA); }
    /// EOPNOTSUPP: the family cannot peek at an offset (SO_PEEK_OFF).
    virtual Result<void> set_peek_offset(i32 offset) { return Error(Errno::EOPNOTSUPP); }
    /// The file that holds the socket, once there is one, and null before it goes (its count is 0 then).
    virtual void set_file(const File* file, u64 inode_number) {}
    /// Gives back the reference of a closed descriptor of that file, with which the socket may end.
    virtual void release_descriptor(const File& file) { file.release(); }
    /// Something that was waited for may hold now: the options changed.
    virtual void options_changed() {}

    /// Whether a sender has found no room since it was last asked: only then does O_ASYNC tell of room (socket(7)).
    bool had_no_room() { return had_no_room_.exchange(false, std::memory_order_relaxed); }

    /// SO_ERROR: the pending error, once.
    Errno take_error() { return static_cast<Errno>(error_.exchange(0, std::memory_order_acq_rel)); }
    bool has_error() const { return error_.load(std::memory_order_acquire) != 0; }
    void set_error(Errno error) { error_.store(static_cast<i32>(error), std::memory_order_release); }

    SocketOptions options;
    /// Any of them.
    bool has_option(u32 bits) const { return (options.flags.load(std::memory_order_relaxed) & bits) != 0; }

    /// What messages to this socket must pass, or null.
    Ref<SocketFilter> filter();
    void set_filter(Ref<SocketFilter> filter);
    bool has_filter() const { return has_filter_.load(std::memory_order_relaxed); }
    /// SO_COOKIE: a number that no other socket ever has.
    u64 cookie();

protected:
    void note_no_room() { had_no_room_.store(true, std::memory_order_relaxed); }
    Deadline receive_deadline() const { return deadline_of(options.receive_timeout_ns); }
    Deadline send_deadline() const { return deadline_of(options.send_timeout_ns); }
    /// What an interrupted or expired wait answers: with a timeout set a call never restarts (signal(7)).
    static Errno wait_error(Errno error, Deadline deadline);

private:
    static Deadline deadline_of(const std::atomic<u64>& timeout_ns);
    const int family_, type_, protocol_;
    std::atomic<i32> error_ = 0;
    std::atomic<bool> had_no_room_ = false;
    std::atomic<bool> has_filter_ = false;
    SpinLock filter_lock_{LockRank::Socket};
    Ref<SocketFilter> filter_ GUARDED_BY(filter_lock_);
    std::atomic<u64> cookie_ = 0; // 0: nobody asked yet
};

struct SocketPair {
    Ref<Socket> first, second;
};

class SocketFamily {
public:
    virtual int number() const = 0;
    /// EPROTONOSUPPORT, ESOCKTNOSUPPORT.
    virtual Result<Ref<Socket>> create(int type, int protocol) = 0;
    virtual Result<SocketPair> create_pair(int type, int protocol) { return Error(Errno::EOPNOTSUPP); }

protected:
    ~SocketFamily() = default;
};

/// Registration by a constant in a linker section (.martlet_socket_families), no central list.
#define REGISTER_SOCKET_FAMILY(object)                                                                       \
    [[gnu::section(".martlet_socket_families"),                                                              \
      gnu::used]] static ::martlet::SocketFamily* const socket_family_##object = &(object)

/// Null: EAFNOSUPPORT.
SocketFamily* find_socket_family(int number);

// Options, from and to user memory (socket_options_set.cpp, socket_options_get.cpp): level SOL_SOCKET.
Result<void> set_socket_option(Socket& socket, int name, u64 value, i32 size);
Result<void> get_socket_option(Socket& socket, int name, u64 value, u64 size_address);

} // namespace martlet
