// The object: creation, life, poll and the questions about it.
#include "net/unix/unix_socket.h"

#include "net/unix/unix_garbage.h"
#include "proc/task.h"
#include "vfs/caller.h"

namespace martlet {
namespace {

class UnixFamily final : public SocketFamily {
public:
    int number() const override { return kFamilyUnix; }
    Result<Ref<Socket>> create(int type, int protocol) override {
        return Ref<Socket>(TRY(UnixSocket::create(TRY(check(type, protocol)), protocol)));
    }
    Result<SocketPair> create_pair(int type, int protocol) override {
        return UnixSocket::create_pair(TRY(check(type, protocol)), protocol);
    }

private:
    static Result<int> check(int type, int protocol) {
        if (protocol != 0 && protocol != kFamilyUnix) return Error(Errno::EPROTONOSUPPORT);
        if (type == kSocketRaw) return kSocketDatagram;
        if (type == kSocketStream || type == kSocketDatagram || type == kSocketSeqPacket) return type;
        return Error(Errno::ESOCKTNOSUPPORT);
    }
};

constinit UnixFamily g_family;
REGISTER_SOCKET_FAMILY(g_family);

SpinLock g_all_lock{LockRank::EventObject};
List<UnixSocket, &UnixSocket::all_node_> g_all GUARDED_BY(g_all_lock);

} // namespace

UnixSocket::UnixSocket(int type, int protocol) : Socket(kFamilyUnix, type, protocol) {
    LockGuard guard(g_all_lock);
    g_all.push_back(*this);
}

UnixSocket::~UnixSocket() {
    LockGuard guard(g_all_lock);
    all_node_.unlink();
}

Result<Ref<UnixSocket>> UnixSocket::create(int type, int protocol) { return make_ref<UnixSocket>(type, protocol); }

/// Nobody else knows the two yet.
Result<SocketPair> UnixSocket::create_pair(int type, int protocol) NO_THREAD_SAFETY_ANALYSIS {
    Ref<UnixSocket> first = TRY(create(type, protocol)), second = TRY(create(type, protocol));
    for (UnixSocket* socket : {first.get(), second.get()}) {
        Ref<UnixSocket>& other = socket == first.get() ? second : first;
        socket->peer_ = other;
        socket->peer_identity_ = current_unix_peer();
        if (!socket->is_stream_like()) continue;
        socket->connected_peer_ = other.get();
        socket->state_ = UnixState::Connected;
    }
    return SocketPair{std::move(first), std::move(second)};
}

UnixPeer current_unix_peer() {
    const Credentials& caller = current_credentials();
    return {{current_process_id(), caller.effective_uid, caller.effective_gid},
            Ref<const Credentials>(caller),
            Ref<Process>(current_process())};
}

void UnixSocket::set_peer_identity(UnixPeer identity) {
    LockGuard guard(lock_);
    std::swap(peer_identity_, identity); // the old one goes behind the lock
}

void UnixSocket::set_file(const File* file, u64 inode_number) {
    LockGuard guard(lock_);
    file_.store(file, std::memory_order_release);
    inode_number_.store(inode_number, std::memory_order_relaxed);
}

/// The last descriptor may go while the socket waits in a queue, perhaps its own.
void UnixSocket::release_descriptor(const File& file) {
    if (file.reference_count() == 1) file.release();
    else UnixGarbage::release_descriptor(*this, file);
}

/// The other side sees the end; whoever waits here sees an error.
void UnixSocket::close() {
    forget_name();
    UnixPacketList packets;
    List<UnixSocket, &UnixSocket::accept_node_> connections;
    Ref<UnixSocket> peer;
    {
        UnixRightsGuard rights_guard;
        LockGuard guard(lock_);
        state_.store(UnixState::Closed, std::memory_order_release);
        shutdown_.store(kShutBoth, std::memory_order_release);
        peer = std::move(peer_);
        packets.splice_back(queue_);
        urgent_.store(nullptr, std::memory_order_relaxed);
        connections.splice_back(connections_);
        queued_.store(0, std::memory_order_release);
        UnixGarbage::unqueue(packets);
    }
    connected_peer_.store(nullptr, std::memory_order_release);
    if (peer && is_stream_like()) peer->lose_peer(!packets.is_empty());
    announce_all();
    while (UnixSocket* connection = connections.pop_front()) {
        if (UnixSocket* client = connection->connected_peer_.load(std::memory_order_acquire))
            client->set_error(Errno::ECONNRESET);
        connection->close();
        connection->release();
    }
    free_unix_packets(packets);
    UnixGarbage::note_closed();
}

/// The peer of a connection closed.
void UnixSocket::lose_peer(bool has_lost_data) {
    if (has_lost_data) set_error(Errno::ECONNRESET);
    shutdown_.store(kShutBoth, std::memory_order_seq_cst);
    announce_all();
}

Result<void> UnixSocket::shutdown(u32 directions) {
    shutdown_.fetch_or(directions, std::memory_order_seq_cst);
    announce_all();
    UnixSocket* peer = connected_peer_.load(std::memory_order_acquire);
    if (!peer) return {};
    u32 opposite = (directions & kShutRead ? kShutWrite : 0) | (directions & kShutWrite ? kShutRead : 0);
    peer->shutdown_.fetch_or(opposite, std::memory_order_seq_cst);
    peer->announce_all();
    return {};
}

Result<usize> UnixSocket::send(OutgoingMessage& message, bool may_wait) {
    return type() == kSocketStream ? send_stream(message, may_wait) : send_datagram(message, may_wait);
}

Result<usize> UnixSocket::receive(IncomingMessage& message, bool may_wait) {
    return type() == kSocketStream ? receive_stream(message, may_wait) : receive_datagram(message, may_wait);
}

u32 UnixSocket::wanted_details(const UnixSocket& receiver) const {
    u32 flags = options.flags.load(std::memory_order_relaxed) | receiver.options.flags.load(std::memory_order_relaxed);
    return flags & (kOptionPassCredentials | kOptionPassPidfd);
}

/// A packet without descriptors costs one lock; with them the garbage collector must see queue and count
/// change together.
Result<void> UnixSocket::push(Own<UnixPacket> packet, UnixSocket& sender) {
    UnixPacket& pushed = *packet;
    usize charge = pushed.charge;
    auto enqueue = [&] {
        LockGuard guard(lock_);
        if (state() == UnixState::Closed || has_shut(kShutRead)) return false;
        queue_.push_back(pushed);
        if (pushed.is_urgent) [[unlikely]] urgent_.store(&pushed, std::memory_order_release);
        queued_.store(queued_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
        queued_bytes_.fetch_add(pushed.size, std::memory_order_relaxed);
        return true;
    };
    sender.used_.fetch_add(charge, std::memory_order_acq_rel);
    if (!is_stream_like() || type() == kSocketSeqPacket) pushed.sender = Ref<UnixSocket>(sender);
    bool is_pushed;
    if (pushed.rights) [[unlikely]] {
        UnixRightsGuard guard;
        is_pushed = enqueue();
        if (is_pushed) UnixGarbage::queue(pushed, *this);
    } else {
        is_pushed = enqueue();
    }
    if (!is_pushed) {
        if (!pushed.sender) sender.release_room(charge);
        return Error(Errno::EPIPE);
    }
    (void)packet.release();
    announce_readable();
    return {};
}

/// close() may have taken the queue; then the packet is gone with it. A receiver has the file open, so it has not.
void UnixSocket::unlink(UnixPacket& packet) {
    packet.node.unlink();
    queued_.store(queued_.load(std::memory_order_relaxed) - 1, std::memory_order_release);
    queued_bytes_.fetch_sub(packet.left(), std::memory_order_relaxed);
}

void UnixSocket::take_off(UnixPacket& packet, Own<UnixPacket>& taken) {
    LockGuard guard(lock_);
    unlink(packet);
    taken = Own<UnixPacket>(&packet);
}

void UnixSocket::release_room(usize charge) {
    used_.fetch_sub(charge, std::memory_order_acq_rel);
    if ((writers_.has_waiters() || pollers_.has_waiters()) && is_writable()) announce_writable();
}

void UnixSocket::announce_readable() {
    readers_.wake_one();
    pollers_.announce(kPollIn | kPollRdNorm | kPollPri | kPollRdBand);
}

void UnixSocket::announce_writable() {
    writers_.wake_all();
    pollers_.announce(kPollOut | kPollWrNorm | kPollWrBand);
}

void UnixSocket::announce_all() {
    readers_.wake_all();
    writers_.wake_all();
    pollers_.wake_all();
}

/// A datagram socket whose peer's queue is full cannot send although it has room.
u32 UnixSocket::poll(PollTable* table) {
    if (table) table->watch(pollers_);
    u32 shut = shutdown_.load(std::memory_order_acquire);
    u32 events = 0;
    if (has_error()) events |= kPollErr;
    if (shut == kShutBoth) events |= kPollHup;
    if (shut & kShutRead) events |= kPollRdHup | kPollIn | kPollRdNorm;
    if (has_data()) events |= kPollIn | kPollRdNorm;
    if (urgent_.load(std::memory_order_acquire)) events |= kPollPri;
    if (is_stream_like() && state() == UnixState::Unconnected) events |= kPollHup;
    if (!is_writable()) return events;
    if (!is_stream_like()) {
        Ref<UnixSocket> peer;
        {
            LockGuard guard(lock_);
            peer = peer_;
        }
        if (peer && !peer->accepts_from(*this)) {
            if (table) table->watch(peer->pollers_, peer.get());
            if (!peer->accepts_from(*this)) return events;
        }
    }
    return events | kPollOut | kPollWrNorm | kPollWrBand;
}

Result<usize> UnixSocket::bytes_readable() {
    if (is_listening()) return Error(Errno::EINVAL);
    if (is_stream_like()) return queued_bytes_.load(std::memory_order_relaxed);
    LockGuard guard(lock_);
    UnixPacket* first = queue_.front();
    return first ? first->left() : 0;
}

SocketCredentials UnixSocket::peer_credentials() {
    LockGuard guard(lock_);
    return peer_identity_.credentials;
}

Result<Vector<u32>> UnixSocket::peer_groups() {
    Ref<const Credentials> peer;
    {
        LockGuard guard(lock_);
        peer = peer_identity_.full;
    }
    if (!peer) return Error(Errno::ENODATA);
    Vector<u32> groups;
    TRY(groups.reserve(peer->groups.size()));
    for (u32 group : peer->groups) TRY(groups.push_back(group));
    return groups;
}

Result<Ref<Process>> UnixSocket::peer_process() {
    LockGuard guard(lock_);
    if (!peer_identity_.process) return Error(Errno::ENODATA);
    return peer_identity_.process;
}

Result<void> UnixSocket::set_peek_offset(i32 offset) {
    options.peek_offset.store(offset, std::memory_order_relaxed);
    return {};
}

void UnixSocket::for_each(void (*visit)(void* context, const Information& information), void* context) {
    LockGuard guard(g_all_lock);
    for (UnixSocket& socket : g_all) {
        UnixState state = socket.state();
        if (state == UnixState::Closed) continue;
        // Linux shows SS_UNCONNECTED 1 and SS_CONNECTED 3, and __SO_ACCEPTCON for listeners.
        Information information = {&socket, socket.reference_count() + 1, state == UnixState::Listening ? 0x10000u : 0,
                                   static_cast<u32>(socket.type()), state == UnixState::Connected ? 3u : 1u,
                                   socket.inode_number_.load(std::memory_order_relaxed), {}};
        if (socket.is_bound_.load(std::memory_order_acquire)) information.address = socket.address_;
        visit(context, information);
    }
}

} // namespace martlet
