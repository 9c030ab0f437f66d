// UnixSocket: an end point within the machine (unix(7)): stream, datagram or seqpacket.
//
// States: Unconnected -> Listening (listen) or Connected (connect, accept, socketpair; datagrams stay
// Unconnected and have a peer at will) -> Closed, when its file goes.
//
// A message is a UnixPacket: filled by the sender without locks, then pushed onto the receiver's queue; the
// receiver copies it out under read_mutex_, also without locks held, and takes it off. So each byte is copied
// once in and once out.
//
// References: connected streams hold each other until each is closed; a packet holds its sender (datagrams)
// and the files in it; a bound path's inode holds the socket, and the socket the path, until close. A
// listening socket holds connections that nobody accepted yet. Locks: lock_ guards the queue, the state and
// the peer, and is taken by the other side too; two sockets' locks are taken together by LockBoth only.
// read_mutex_ orders receivers. unix_rights_lock (unix_garbage.cpp) comes before lock_ where descriptors
// travel. `shutdown_` and `used_` are read without locks by whoever only looks, so is `urgent_`. setup_mutex_
// orders bind, listen and connect.
#pragma once
#include "net/socket.h"
#include "net/unix/unix_packet.h"
#include "proc/credentials.h"

namespace martlet {

enum class UnixState : u8 { Unconnected, Listening, Connected, Closed };

/// Who a peer was when the connection was made (SO_PEERCRED, SO_PEERGROUPS, SO_PEERPIDFD).
struct UnixPeer {
    SocketCredentials credentials;
    Ref<const Credentials> full; // for the groups; null: nobody
    Ref<Process> process;
};

class UnixSocket final : public Socket {
public:
    static Result<Ref<UnixSocket>> create(int type, int protocol);
    UnixSocket(int type, int protocol);
    ~UnixSocket() override;
    static Result<SocketPair> create_pair(int type, int protocol);

    void close() override;
    Result<void> bind(const SocketAddress& address) override;
    Result<void> listen(u32 backlog) override;
    Result<Ref<Socket>> accept(Deadline deadline, bool may_wait) override;
    Result<void> connect(const SocketAddress& address, bool may_wait) override;
    Result<SocketAddress> name() override;
    Result<SocketAddress> peer_name() override;
    Result<void> shutdown(u32 directions) override;
    Result<usize> send(OutgoingMessage& message, bool may_wait) override;
    Result<usize> receive(IncomingMessage& message, bool may_wait) override;
    u32 poll(PollTable* table) override;
    Result<usize> bytes_readable() override;
    usize bytes_unsent() override { return used_.load(std::memory_order_relaxed); }
    Result<bool> is_at_urgent_mark() override;
    Result<int> open_bound_file() override;
    bool is_listening() const override { return state() == UnixState::Listening; }
    SocketCredentials peer_credentials() override;
    Result<Vector<u32>> peer_groups() override;
    Result<Ref<Process>> peer_process() override;
    Result<void> set_peek_offset(i32 offset) override;
    void options_changed() override { announce_writable(); }

    void set_file(const File* file, u64 inode_number) override;
    void release_descriptor(const File& file) override;

    // What /proc/net/unix shows.
    struct Information {
        const void* id;
        u32 reference_count, flags, type, state;
        u64 inode;
        SocketAddress address;
    };
    static void for_each(void (*visit)(void* context, const Information& information), void* context);

    ListNode accept_node_, name_node_, in_flight_node_, trace_node_, all_node_; // of the lists named below

private:
    friend class UnixNames;
    friend class UnixGarbage;
    friend class UnixPacket;
    friend class LockBoth;
    bool is_stream_like() const { return type() != kSocketDatagram; } // connected by connect and accept
    UnixState state() const { return state_.load(std::memory_order_acquire); }
    bool has_shut(u32 directions) const { return (shutdown_.load(std::memory_order_acquire) & directions) != 0; }

    // unix_address.cpp
    Result<void> bind_path(std::string_view path);
    Result<void> bind_abstract(const SocketAddress& address);
    Result<void> bind_automatically();
    static Result<Ref<UnixSocket>> find(const SocketAddress& address, int type);
    SocketAddress address_or_family();

    // unix_connection.cpp
    Result<void> connect_stream(const SocketAddress& address, bool may_wait);
    Result<void> connect_datagram(const SocketAddress& address);
    void lose_peer(bool has_lost_data);
    void forget_name();

    // unix_stream.cpp
    struct StreamRead {
        IncomingMessage& message;
        usize done = 0;
        bool must_stop = false; // nothing further may join what was copied
        UnixPacketList dropped = {}; // to be freed without locks
        bool peeks() const { return (message.flags & kMsgPeek) != 0; }
    };
    Result<usize> send_stream(OutgoingMessage& message, bool may_wait);
    Result<usize> receive_stream(IncomingMessage& message, bool may_wait);
    Result<usize> take_stream(StreamRead& read) REQUIRES(read_mutex_);
    UnixPacket* next_in_stream(StreamRead& read, UnixPacket* last, bool has_copied) REQUIRES(read_mutex_);
    bool has_stream_data(bool peeks);
    Result<void> wait_for_room(Deadline deadline, bool may_wait);
    Errno broken_pipe(const OutgoingMessage& message);

    // unix_urgent.cpp
    Result<usize> receive_urgent(IncomingMessage& message);
    UnixPacket* pass_urgent(StreamRead& read, UnixPacket* packet, bool has_copied) REQUIRES(read_mutex_);
    void drop(UnixPacket& packet, UnixPacketList& dropped) REQUIRES(read_mutex_);
    void tell_urgent();

    // unix_datagram.cpp
    Result<usize> send_datagram(OutgoingMessage& message, bool may_wait);
    Result<usize> receive_datagram(IncomingMessage& message, bool may_wait);
    Result<Ref<UnixSocket>> choose_receiver(const OutgoingMessage& message);
    bool is_queue_full() const { return queued_.load(std::memory_order_acquire) > kDatagramQueueLimit; }
    bool accepts_from(const UnixSocket& sender);
    void disconnect_datagram(UnixSocket& dead);

    /// Puts the packet, which it takes, onto this socket's queue; EPIPE when nobody will read it.
    Result<void> push(Own<UnixPacket> packet, UnixSocket& sender);
    void unlink(UnixPacket& packet) REQUIRES(lock_);
    void take_off(UnixPacket& packet, Own<UnixPacket>& taken) REQUIRES(read_mutex_);
    bool has_data() const { return queued_.load(std::memory_order_acquire) != 0; }
    bool has_room() const {
        return used_.load(std::memory_order_acquire) < options.send_buffer.load(std::memory_order_relaxed);
    }
    bool is_writable() const {
        return state() != UnixState::Listening && used_.load(std::memory_order_acquire) * 4 <=
                                                      options.send_buffer.load(std::memory_order_relaxed);
    }
    void release_room(usize charge);
    void announce_readable();
    void announce_writable();
    void announce_all();
    u32 wanted_details(const UnixSocket& receiver) const;
    void set_peer_identity(UnixPeer identity);

    static constexpr u32 kDatagramQueueLimit = 10; // net.unix.max_dgram_qlen

    SpinLock lock_{LockRank::Socket};
    std::atomic<UnixState> state_ = UnixState::Unconnected;
    std::atomic<u32> shutdown_ = 0;
    Ref<UnixSocket> peer_ GUARDED_BY(lock_);
    /// The peer of a connection: constant from then until close.
    std::atomic<UnixSocket*> connected_peer_ = nullptr;
    UnixPacketList queue_ GUARDED_BY(lock_);
    std::atomic<UnixPacket*> urgent_ = nullptr; // the last packet of MSG_OOB, while unread; written under lock_
    std::atomic<u32> queued_ = 0; // packets, or connections to accept
    std::atomic<usize> queued_bytes_ = 0;
    std::atomic<usize> used_ = 0; // room of the send buffer in use by packets that this socket sent
    Mutex read_mutex_{LockRank::SocketRead};
    UnixPeer peer_identity_ GUARDED_BY(lock_);

    // A listening socket.
    u32 backlog_ GUARDED_BY(lock_) = 0;
    List<UnixSocket, &UnixSocket::accept_node_> connections_ GUARDED_BY(lock_);

    Mutex setup_mutex_{LockRank::SocketSetup};
    // Its name: set once, under setup_mutex_; constant after is_bound_.
    SocketAddress address_;
    std::atomic<bool> is_bound_ = false;
    Path path_;

    WaitQueue readers_, writers_, pollers_;

    std::atomic<const File*> file_ = nullptr; // written under lock_; there while a descriptor of it is in flight
    std::atomic<u64> inode_number_ = 0;

    // Garbage collection, under unix_rights_lock.
    std::atomic<u32> in_flight_ = 0;
    UnixSocket* holder_ = nullptr; // in whose queue it was put last; null if it left one since
    u32 found_in_queues_ = 0;
    bool is_candidate_ = false, is_reachable_ = false;
};

/// The socket as one of this family, or null.
inline UnixSocket* as_unix_socket(Socket& socket) {
    return socket.family() == kFamilyUnix ? static_cast<UnixSocket*>(&socket) : nullptr;
}

/// The caller, as SO_PEERCRED will show it.
UnixPeer current_unix_peer();

} // namespace martlet
