#include "net/unix/unix_garbage.h"

#include "net/socket_file.h"
#include "net/unix/unix_socket.h"

namespace martlet {

SpinLock unix_rights_lock{LockRank::UnixRights};

namespace {

List<UnixSocket, &UnixSocket::in_flight_node_> g_in_flight GUARDED_BY(unix_rights_lock);
std::atomic<u32> g_in_flight_count = 0;

UnixSocket* socket_of(const Descriptor& descriptor) {
    SocketFile* socket_file = descriptor.file->as<SocketFile>();
    return socket_file ? as_unix_socket(socket_file->socket()) : nullptr;
}

} // namespace

bool UnixGarbage::is_possible() { return g_in_flight_count.load(std::memory_order_acquire) != 0; }

void UnixGarbage::queue(UnixPacket& packet) {
    if (!packet.rights) return;
    for (const Descriptor& descriptor : packet.rights->files) {
        UnixSocket* socket = socket_of(descriptor);
        if (!socket) continue;
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
        if (socket->in_flight_.fetch_sub(1, std::memory_order_relaxed) != 1) continue;
        socket->in_flight_node_.unlink();
        g_in_flight_count.fetch_sub(1, std::memory_order_release);
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

/// `socket` and the connections that it has not accepted yet. Only a live socket accepts, and one that changes meanwhile
/// is not garbage; the list is walked by position so that no two locks nest.
template <typename Visit> void UnixGarbage::for_each_holder(UnixSocket& socket, Visit visit) {
    visit(socket);
    for (u32 index = 0;; ++index) {
        Ref<UnixSocket> connection;
        {
            LockGuard guard(socket.lock_);
            u32 position = 0;
            for (UnixSocket& waiting : socket.connections_) {
                if (position++ != index) continue;
                connection = Ref<UnixSocket>(waiting);
                break;
            }
        }
        if (!connection) return;
        visit(*connection);
    }
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
void UnixGarbage::find_candidates(const File* closing) {
    for (UnixSocket& socket : g_in_flight) {
        const File* file = socket.file_.load(std::memory_order_acquire);
        u32 references = file->reference_count() - (file == closing ? 1 : 0);
        socket.is_candidate_ = references == socket.in_flight_.load(std::memory_order_relaxed);
        socket.is_reachable_ = false;
        socket.found_in_queues_ = 0;
    }
    for (UnixSocket& socket : g_in_flight)
        if (socket.is_candidate_) for_each_child(socket, [](UnixSocket& child) { ++child.found_in_queues_; });
}

/// A candidate that also lies in the queue of a socket outside is reachable, and so is what its queue holds.
void UnixGarbage::mark_reachable() {
    for (bool has_changed = true; has_changed;) {
        has_changed = false;
        for (UnixSocket& socket : g_in_flight) {
            if (!socket.is_candidate_ || socket.is_reachable_) continue;
            bool is_held_outside = socket.in_flight_.load(std::memory_order_relaxed) > socket.found_in_queues_;
            if (!is_held_outside) continue;
            socket.is_reachable_ = true;
            has_changed = true;
            for_each_child(socket, [](UnixSocket& child) {
                if (child.found_in_queues_ > 0) --child.found_in_queues_; // now held from a reachable queue
            });
        }
    }
}

void UnixGarbage::take_packets(UnixSocket& socket, UnixPacketList& packets) {
    LockGuard guard(socket.lock_);
    for (UnixPacket& packet : socket.queue_) {
        if (!packet.rights) continue;
        socket.unlink(packet);
        if (socket.urgent_.load(std::memory_order_relaxed) == &packet) socket.urgent_.store(nullptr, std::memory_order_relaxed);
        unqueue(packet);
        packets.push_back(packet);
    }
}

UnixSocket* UnixGarbage::next_garbage() {
    for (UnixSocket& socket : g_in_flight)
        if (socket.is_candidate_ && !socket.is_reachable_) return &socket;
    return nullptr;
}

void collect_unix_garbage(const File* closing) {
    UnixPacketList garbage;
    {
        UnixRightsGuard guard;
        UnixGarbage::find_candidates(closing);
        UnixGarbage::mark_reachable();
        while (UnixSocket* socket = UnixGarbage::next_garbage()) {
            socket->is_candidate_ = false;
            UnixGarbage::for_each_holder(*socket, [&](UnixSocket& holder) NO_THREAD_SAFETY_ANALYSIS {
                UnixGarbage::take_packets(holder, garbage);
            });
        }
    }
    free_unix_packets(garbage);
}

} // namespace martlet
