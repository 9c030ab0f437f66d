#include "net/unix/unix_garbage.h"

#include "net/socket_file.h"
#include "net/unix/unix_socket.h"

namespace martlet {

SpinLock unix_rights_lock{LockRank::UnixRights};

namespace {

List<UnixSocket, &UnixSocket::in_flight_node_> g_in_flight GUARDED_BY(unix_rights_lock);
std::atomic<u32> g_in_flight_count = 0;
std::atomic<bool> g_may_be_circular = false; // written under unix_rights_lock
constexpr u32 kTracedAtOnce = 64;

UnixSocket* socket_of(const Descriptor& descriptor) {
    SocketFile* socket_file = descriptor.file->as<SocketFile>();
    return socket_file ? as_unix_socket(socket_file->socket()) : nullptr;
}

} // namespace

void UnixGarbage::queue(UnixPacket& packet, UnixSocket& receiver) {
    if (!packet.rights) return;
    for (const Descriptor& descriptor : packet.rights->files) {
        UnixSocket* socket = socket_of(descriptor);
        if (!socket) continue;
        // The last link of a circle is queued at a socket in flight. One that is not accepted yet has no file, but its
        // listening socket may be in flight.
        bool may_close_circle = receiver.in_flight_.load(std::memory_order_relaxed) != 0 ||
                                !receiver.file_.load(std::memory_order_acquire);
        if (may_close_circle || socket == &receiver) g_may_be_circular.store(true, std::memory_order_release);
        socket->holder_ = &receiver;
        if (socket->in_flight_.fetch_add(1, std::memory_order_relaxed) != 0) continue;
        g_in_flight.push_back(*socket);
        g_in_flight_count.fetch_add(1, std::memory_order_release);
    }
}

void UnixGarbage::unqueue(UnixPacket& packet) {
    if (!packet.rights) return;
    for (const Descriptor& descriptor : packet.rights->files) {
        UnixSocket* socket = socket_of(descriptor);
        if (!socket) continue;
        socket->holder_ = nullptr; // other queues may hold it
        if (socket->in_flight_.fetch_sub(1, std::memory_order_relaxed) != 1) continue;
        socket->in_flight_node_.unlink();
        bool was_last = g_in_flight_count.fetch_sub(1, std::memory_order_release) == 1;
        if (was_last) g_may_be_circular.store(false, std::memory_order_release);
    }
}

void UnixGarbage::unqueue(UnixPacketList& packets) {
    for (UnixPacket& packet : packets) unqueue(packet);
}

void UnixGarbage::detach(UnixPacket& packet, Vector<Descriptor>& files) {
    Own<UnixRights> rights;
    {
        UnixRightsGuard guard;
        unqueue(packet);
        rights = std::move(packet.rights);
    }
    rights->account->files_in_flight.fetch_sub(static_cast<u32>(rights->files.size()), std::memory_order_relaxed);
    rights->account = nullptr;
    std::swap(files, rights->files);
}

/// `socket` and the connections that it has not accepted yet; a connection's lock comes after its listening socket's.
template <typename Visit> void UnixGarbage::for_each_holder(UnixSocket& socket, Visit visit) {
    visit(socket);
    if (!socket.is_listening()) return;
    LockGuard guard(socket.lock_);
    for (UnixSocket& waiting : socket.connections_) visit(waiting);
}

/// The candidates in the queues of `socket`.
template <typename Visit> void UnixGarbage::for_each_child(UnixSocket& socket, Visit visit) {
    for_each_holder(socket, [&](UnixSocket& holder) {
        LockGuard guard(holder.lock_);
        for (UnixPacket& packet : holder.queue_) {
            if (!packet.rights) continue;
            for (const Descriptor& descriptor : packet.rights->files)
                if (UnixSocket* child = socket_of(descriptor); child && child->is_candidate_) visit(*child);
        }
    });
}

/// Those that nothing but queues refers to.
void UnixGarbage::find_candidates() {
    for (UnixSocket& socket : g_in_flight) {
        const File* file = socket.file_.load(std::memory_order_acquire);
        socket.is_candidate_ = file->reference_count() == socket.in_flight_.load(std::memory_order_relaxed);
        socket.is_reachable_ = false;
        socket.found_in_queues_ = 0;
    }
    for (UnixSocket& socket : g_in_flight)
        if (socket.is_candidate_) for_each_child(socket, [](UnixSocket& child) { ++child.found_in_queues_; });
}

/// A candidate that also lies in the queue of a socket outside is reachable, and so is what its queue holds.
void UnixGarbage::mark_reachable() {
    TraceList reached;
    auto reach = [&](UnixSocket& socket) {
        if (std::exchange(socket.is_reachable_, true)) return;
        reached.push_back(socket);
    };
    for (UnixSocket& socket : g_in_flight)
        if (socket.is_candidate_ &&
            socket.in_flight_.load(std::memory_order_relaxed) > socket.found_in_queues_)
            reach(socket);
    while (UnixSocket* socket = reached.pop_front()) for_each_child(*socket, reach);
}

void UnixGarbage::list_garbage(TraceList& garbage) {
    for (UnixSocket& socket : g_in_flight)
        if (socket.is_candidate_ && !socket.is_reachable_) garbage.push_back(socket);
}

void UnixGarbage::take_packets(UnixSocket& socket, UnixPacketList& packets) {
    LockGuard guard(socket.lock_);
    for (UnixPacket& packet : socket.queue_) {
        if (!packet.rights) continue;
        socket.unlink(packet);
        if (socket.urgent_.load(std::memory_order_relaxed) == &packet)
            socket.urgent_.store(nullptr, std::memory_order_relaxed);
        unqueue(packet);
        packets.push_back(packet);
    }
}

void UnixGarbage::collect() {
    UnixPacketList packets;
    {
        UnixRightsGuard guard;
        find_candidates();
        mark_reachable();
        TraceList garbage;
        list_garbage(garbage);
        while (UnixSocket* socket = garbage.pop_front()) {
            for_each_holder(*socket, [&](UnixSocket& holder)
                                         NO_THREAD_SAFETY_ANALYSIS { take_packets(holder, packets); });
        }
    }
    free_unix_packets(packets);
}

DeferredWork UnixGarbage::deferred_collection_([](void*) { collect(); }, nullptr);

/// Follows where each was queued last: cheap, and enough while the sockets of a circle are closed one after the other.
bool UnixGarbage::is_surely_held(const UnixSocket& socket) {
    const UnixSocket* holder = socket.holder_;
    u32 steps = g_in_flight_count.load(std::memory_order_relaxed);
    for (; holder && steps > 0; --steps, holder = holder->holder_) {
        if (holder == &socket) return false; // a circle
        const File* file = holder->file_.load(std::memory_order_acquire);
        if (!file) return false; // not accepted yet: as alive as its listening socket
        if (file->reference_count() > holder->in_flight_.load(std::memory_order_relaxed)) return true;
    }
    return false;
}

/// While the socket is in flight, the queues that hold it keep it alive under the lock.
void UnixGarbage::release_descriptor(const UnixSocket& socket, const File& file) {
    bool is_last;
    {
        UnixRightsGuard guard;
        u32 in_flight = socket.in_flight_.load(std::memory_order_relaxed);
        is_last = !file.release_unless_last();
        if (!is_last) {
            if (in_flight == 0 || file.reference_count() > in_flight) return;
            if (!g_may_be_circular.load(std::memory_order_relaxed) || is_surely_held(socket)) return;
        }
    }
    if (is_last) file.release();
    else collect();
}

void UnixGarbage::note_closed() {
    if (!g_may_be_circular.load(std::memory_order_acquire)) return;
    if (g_in_flight_count.load(std::memory_order_relaxed) <= kTracedAtOnce) collect();
    else deferred_collection_.schedule();
}

} // namespace martlet
