// Datagram and seqpacket transfer: whole messages.
#include "net/unix/unix_garbage.h"
#include "net/unix/unix_socket.h"
#include "time/clock.h"

namespace martlet {

/// A peer connected to the sender takes as much as the send buffer allows; others queue a few messages only.
bool UnixSocket::accepts_from(const UnixSocket& sender) {
    if (!is_queue_full()) return true;
    LockGuard guard(lock_);
    return peer_ == &sender;
}

/// The connected peer of a datagram socket is gone.
void UnixSocket::disconnect_datagram(UnixSocket& dead) {
    Ref<UnixSocket> dropped;
    LockGuard guard(lock_);
    if (!is_stream_like() && peer_ == &dead) dropped = std::move(peer_);
}

Result<Ref<UnixSocket>> UnixSocket::choose_receiver(const OutgoingMessage& message) {
    if (type() == kSocketSeqPacket && state() != UnixState::Connected) return Error(Errno::ENOTCONN);
    if (message.to && type() == kSocketDatagram) {
        if (message.to->family() != kFamilyUnix) return Error(Errno::EINVAL);
        return find(*message.to, type());
    }
    LockGuard guard(lock_);
    if (!peer_) return Error(Errno::ENOTCONN);
    return peer_;
}

Result<usize> UnixSocket::send_datagram(OutgoingMessage& message, bool may_wait) {
    if (message.flags & kMsgOob) return Error(Errno::EOPNOTSUPP);
    Ref<UnixSocket> receiver = TRY(choose_receiver(message));
    if (has_option(kOptionPassCredentials | kOptionPassPidfd)) TRY(bind_automatically());
    usize size = message.data.remaining();
    if (size > options.send_buffer.load(std::memory_order_relaxed) - 32) return Error(Errno::EMSGSIZE);
    Deadline deadline = send_deadline();
    TRY(wait_for_room(deadline, may_wait));
    Own<UnixPacket> packet = TRY(UnixPacket::create(size));
    if (size > 0 && TRY(message.data.take(packet->bytes(), size)) != size) return Error(Errno::EFAULT);
    TRY(packet->attach(message.ancillary, wanted_details(*receiver)));
    if (receiver->has_filter()) [[unlikely]] {
        // What the filter drops is sent all the same.
        Ref<SocketFilter> filter = receiver->filter();
        u32 kept = filter ? filter->run({packet->bytes(), size}) : packet->size;
        if (kept == 0) return size;
        if (kept < packet->size) packet->size = kept;
    }
    if (receiver->has_option(kOptionTimestamp)) packet->timestamp_ns = realtime_ns();
    for (;;) {
        if (receiver->state() == UnixState::Closed) {
            disconnect_datagram(*receiver);
            return Error(type() == kSocketSeqPacket ? Errno::EPIPE : Errno::ECONNREFUSED);
        }
        if (receiver->has_shut(kShutRead)) return Error(Errno::EPIPE);
        if (type() == kSocketDatagram) {
            LockGuard guard(receiver->lock_);
            if (receiver->peer_ && receiver->peer_ != this) return Error(Errno::EPERM);
        }
        if (receiver->accepts_from(*this)) break;
        if (!may_wait) return Error(Errno::EAGAIN);
        UnixSocket& full = *receiver;
        auto has_changed = [&full] {
            return !full.is_queue_full() || full.state() == UnixState::Closed || full.has_shut(kShutRead);
        };
        auto waited = receiver->writers_.wait(has_changed, WaitMode::Interruptible, deadline);
        if (!waited) return Error(wait_error(waited.error(), deadline));
    }
    TRY(receiver->push(std::move(packet), *this));
    return size;
}

Result<usize> UnixSocket::receive_datagram(IncomingMessage& message, bool may_wait) {
    if (message.flags & kMsgOob) return Error(Errno::EOPNOTSUPP);
    if (type() == kSocketSeqPacket && state() != UnixState::Connected) return Error(Errno::ENOTCONN);
    Deadline deadline = receive_deadline();
    bool peeks = (message.flags & kMsgPeek) != 0;
    Own<UnixPacket> taken;
    usize count = 0, whole = 0;
    for (;;) {
        {
            MutexGuard guard(read_mutex_);
            if (has_error()) return Error(take_error());
            i32 peek_offset = options.peek_offset.load(std::memory_order_relaxed);
            usize skip = peeks && peek_offset > 0 ? static_cast<usize>(peek_offset) : 0;
            UnixPacket* packet;
            {
                LockGuard queue_guard(lock_);
                packet = queue_.front();
                while (packet && skip > 0 && skip >= packet->size) {
                    skip -= packet->size;
                    packet = queue_.next(*packet);
                }
            }
            if (packet) {
                whole = packet->size - skip;
                usize wanted = whole < message.data.remaining() ? whole : message.data.remaining();
                if (!peeks) {
                    if (packet->rights) UnixGarbage::detach(*packet, message.ancillary.files);
                    take_off(*packet, taken);
                } else if (packet->rights && message.wants_ancillary) {
                    TRY(packet->copy_files(message.ancillary.files));
                }
                count = wanted > 0 ? message.data.put(packet->bytes() + skip, wanted).value_or(0) : 0;
                if (packet->sender->is_bound_.load(std::memory_order_acquire)) message.from = packet->sender->address_;
                message.ancillary.credentials = packet->credentials;
                message.ancillary.has_credentials = has_option(kOptionPassCredentials);
                if (has_option(kOptionPassPidfd)) message.ancillary.sender = packet->process;
                if (has_option(kOptionTimestamp)) // asked for only now: it counts as come now
                    message.ancillary.timestamp_ns = packet->timestamp_ns ? packet->timestamp_ns : realtime_ns();
                if (peek_offset >= 0)
                    options.peek_offset.store(peeks ? peek_offset + static_cast<i32>(count)
                                              : peek_offset > static_cast<i32>(whole)
                                                  ? peek_offset - static_cast<i32>(whole)
                                                  : 0,
                                              std::memory_order_relaxed);
                if (count < wanted) return Error(Errno::EFAULT);
                break;
            }
        }
        if (has_shut(kShutRead)) {
            if (has_data()) continue;
            if (type() == kSocketDatagram && !may_wait) return Error(Errno::EAGAIN); // as Linux: only a wait ends so
            return 0;
        }
        if (!may_wait) return Error(Errno::EAGAIN);
        auto waited = readers_.wait([this] { return has_data() || has_error() || has_shut(kShutRead); },
                                    WaitMode::Interruptible, deadline);
        if (!waited) return Error(wait_error(waited.error(), deadline));
    }
    if (has_data()) readers_.wake_one();
    // Senders that are not connected to us may have waited for the queue.
    if (!peeks && (writers_.has_waiters() || pollers_.has_waiters())) announce_writable();
    if (whole > count) message.flags_out |= kMsgTrunc;
    return message.flags & kMsgTrunc ? whole : count;
}

} // namespace martlet
