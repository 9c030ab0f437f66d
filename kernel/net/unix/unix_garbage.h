// Descriptors in flight and the sockets that only each other's queues hold.
//
// A socket whose descriptor lies in its own queue, or in a circle of queues, is never closed by counting references. So
// sockets in flight are counted where they are queued; when one is closed, those with no reference but from queues are
// traced, and the packets of the unreachable ones are freed. Queue and count change together under unix_rights_lock.
#pragma once
#include "net/unix/unix_packet.h"
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
    /// The packet joined or left a queue.
    static void queue(UnixPacket& packet) REQUIRES(unix_rights_lock);
    static void unqueue(UnixPacket& packet) REQUIRES(unix_rights_lock);
    static void unqueue(UnixPacketList& packets) REQUIRES(unix_rights_lock);
    /// Takes the files out of a queued packet for its receiver.
    static void detach(UnixPacket& packet, Vector<Descriptor>& files) EXCLUDES(unix_rights_lock);
    static bool is_possible();

private:
    friend void collect_unix_garbage(const File*);
    template <typename Visit> static void for_each_holder(UnixSocket& socket, Visit visit) REQUIRES(unix_rights_lock);
    template <typename Visit> static void for_each_child(UnixSocket& socket, Visit visit) REQUIRES(unix_rights_lock);
    static UnixSocket* next_garbage() REQUIRES(unix_rights_lock);
    static void find_candidates(const File* closing) REQUIRES(unix_rights_lock);
    static void mark_reachable() REQUIRES(unix_rights_lock);
    static void take_packets(UnixSocket& socket, UnixPacketList& packets) REQUIRES(unix_rights_lock);
};

} // namespace martlet
