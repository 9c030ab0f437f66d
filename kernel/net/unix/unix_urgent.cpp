// Out-of-band data of streams (MSG_OOB, SO_OOBINLINE, SIOCATMARK): one byte that can be read before what came
// earlier.
//
// The newest such byte is the urgent one; an older one is ordinary data again. An ordinary read ends before
// it, and the next one goes on behind it, unless SO_OOBINLINE makes it part of the data. Read out of band,
// its packet stays in the queue, empty, as the mark, until an ordinary read passes it.
#include "event/file_owner.h"
#include "net/unix/unix_garbage.h"
#include "net/unix/unix_socket.h"

namespace martlet {

Result<usize> UnixSocket::receive_urgent(IncomingMessage& message) {
    bool takes = !(message.flags & kMsgPeek);
    MutexGuard guard(read_mutex_);
    UnixPacket* urgent;
    {
        LockGuard queue_guard(lock_);
        urgent = urgent_.load(std::memory_order_relaxed);
        if (!urgent || has_option(kOptionOobInline)) return Error(Errno::EINVAL);
        if (takes) urgent_.store(nullptr, std::memory_order_relaxed);
    }
    auto put = message.data.put(urgent->bytes(), 1);
    if (takes) {
        urgent->offset = 1;
        queued_bytes_.fetch_sub(1, std::memory_order_relaxed);
    }
    if (put.value_or(0) == 0) return Error(Errno::EFAULT);
    message.flags_out |= kMsgOob;
    return 1;
}

/// From `packet`, which is urgent or a mark, to the one that an ordinary read goes on with; null if the read ends here.
UnixPacket* UnixSocket::pass_urgent(StreamRead& read, UnixPacket* packet, bool has_copied) {
    while (packet) {
        UnixPacket* next;
        {
            LockGuard guard(lock_);
            UnixPacket* urgent = urgent_.load(std::memory_order_relaxed);
            bool is_urgent = packet == urgent;
            if (packet->left() > 0 && !is_urgent) return packet;
            if (has_copied && (is_urgent || !urgent)) {
                read.must_stop = true;
                return nullptr;
            }
            if (is_urgent && !read.peeks()) urgent_.store(nullptr, std::memory_order_relaxed);
            if (is_urgent && has_option(kOptionOobInline)) return packet;
            next = queue_.next(*packet);
        }
        if (!read.peeks()) drop(*packet, read.dropped);
        packet = next;
    }
    return nullptr;
}

void UnixSocket::drop(UnixPacket& packet, UnixPacketList& dropped) {
    {
        UnixRightsGuard rights_guard;
        UnixGarbage::unqueue(packet);
        LockGuard guard(lock_);
        unlink(packet);
    }
    if (UnixSocket* peer = connected_peer_.load(std::memory_order_acquire)) peer->release_room(packet.charge);
    dropped.push_back(packet);
}

/// SIGURG to the owner of this socket's file.
void UnixSocket::tell_urgent() {
    Ref<const File> file;
    {
        LockGuard guard(lock_);
        const File* holder = file_.load(std::memory_order_relaxed);
        if (holder && holder->try_acquire()) file = Ref<const File>::adopt(holder);
    }
    if (file) FileOwner::tell_urgent(*file);
}

Result<bool> UnixSocket::is_at_urgent_mark() {
    if (type() != kSocketStream) return Error(Errno::EOPNOTSUPP);
    MutexGuard read_guard(read_mutex_);
    LockGuard guard(lock_);
    UnixPacket* first = queue_.front();
    if (!first) return false;
    UnixPacket* urgent = urgent_.load(std::memory_order_relaxed);
    return first == urgent || (first->left() == 0 && (!urgent || queue_.next(*first) == urgent));
}

} // namespace martlet
