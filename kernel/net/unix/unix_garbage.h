// Descriptors in flight and the sockets that only each other's queues hold.
//
// A socket whose descriptor lies in its own queue, or in a circle of queues, is never closed by counting
// references. So sockets in flight are counted where they are queued; when one is closed, those with no
// reference but from queues are traced, and the packets of the unreachable ones are freed. Queue and count
// change together under unix_rights_lock.
//
// Cost: a trace looks at each queue in flight twice and never recurses. It happens only once a socket in
// flight was sent something in flight, without which there is no circle: when the last descriptor of a socket
// in flight is closed, and when a socket goes; the latter, while many are in flight, by deferred work, once
// for however many go meanwhile.
#pragma once
#include "net/unix/unix_socket.h"
#include "sched/deferred_work.h"
#include "sync/spinlock.h"

namespace martlet {

extern SpinLock unix_rights_lock;

/// Holds unix_rights_lock while descriptors enter or leave queues.
class SCOPED_CAPABILITY UnixRightsGuard : NonCopyable {
public:
    UnixRightsGuard() ACQUIRE(unix_rights_lock) { unix_rights_lock.lock(); }
    ~UnixRightsGuard() RELEASE() { unix_rights_lock.unlock(); }
};

class UnixGarbage {
public:
    /// The packet joined the receiver's queue, or left it.
    static void queue(UnixPacket& packet, UnixSocket& receiver) REQUIRES(unix_rights_lock);
    static void unqueue(UnixPacket& packet) REQUIRES(unix_rights_lock);
    static void unqueue(UnixPacketList& packets) REQUIRES(unix_rights_lock);
    /// Takes the files out of a queued packet for its receiver.
    static void detach(UnixPacket& packet, Vector<Descriptor>& files) EXCLUDES(unix_rights_lock);
    /// A socket is gone.
    static void note_closed() EXCLUDES(unix_rights_lock);
    /// Gives a descriptor's reference back under the lock, so that of several the last one to go finds no other.
    static void release_descriptor(const UnixSocket& socket, const File& file) EXCLUDES(unix_rights_lock);

private:
    using TraceList = List<UnixSocket, &UnixSocket::trace_node_>;
    static void collect() EXCLUDES(unix_rights_lock);
    static DeferredWork deferred_collection_;
    /// Whether a queue that holds `socket` is certainly in use, and so is the socket.
    static bool is_surely_held(const UnixSocket& socket) REQUIRES(unix_rights_lock);
    template <typename Visit> static void for_each_holder(UnixSocket& socket, Visit visit) REQUIRES(unix_rights_lock);
    template <typename Visit> static void for_each_child(UnixSocket& socket, Visit visit) REQUIRES(unix_rights_lock);
    static void find_candidates() REQUIRES(unix_rights_lock);
    static void mark_reachable() REQUIRES(unix_rights_lock);
    static void list_garbage(TraceList& garbage) REQUIRES(unix_rights_lock);
    static void take_packets(UnixSocket& socket, UnixPacketList& packets) REQUIRES(unix_rights_lock);
};

} // namespace martlet
