// Stream transfer: bytes without boundaries, except where descriptors or other credentials come in between.
#include "net/unix/unix_garbage.h"
#include "net/unix/unix_socket.h"
#include "vfs/caller.h"

namespace martlet {
namespace {

/// One packet's bytes at most: a heap block of eight pages.
constexpr usize kStreamPacketSize = 32 * kKiB - sizeof(UnixPacket);

} // namespace

Errno UnixSocket::broken_pipe(const OutgoingMessage& message) {
    if (!(message.flags & kMsgNoSignal)) raise_broken_pipe_signal();
    return Errno::EPIPE;
}

/// Until the send buffer has room for another packet.
Result<void> UnixSocket::wait_for_room(Deadline deadline, bool may_wait) {
    for (;;) {
        if (has_error()) return Error(take_error());
        if (has_shut(kShutWrite)) return Error(Errno::EPIPE);
        if (has_room()) [[likely]] return {};
        note_no_room();
        if (!may_wait) return Error(Errno::EAGAIN);
        auto waited = writers_.wait([this] { return has_room() || has_error() || has_shut(kShutWrite); },
                                    WaitMode::Interruptible, deadline);
        if (!waited) return Error(wait_error(waited.error(), deadline));
    }
}

Result<usize> UnixSocket::send_stream(OutgoingMessage& message, bool may_wait) {
    usize urgent_bytes = message.flags & kMsgOob ? 1 : 0; // the last one
    if (message.data.remaining() < urgent_bytes) return Error(Errno::EOPNOTSUPP);
    UnixSocket* peer = connected_peer_.load(std::memory_order_acquire);
    if (message.to) return Error(peer ? Errno::EISCONN : Errno::EOPNOTSUPP);
    if (!peer) return Error(Errno::ENOTCONN);
    if (has_shut(kShutWrite)) return Error(broken_pipe(message));
    Deadline deadline = send_deadline();
    usize done = 0;
    auto send_one = [&]() -> Result<void> {
        TRY(wait_for_room(deadline, may_wait));
        usize limit = options.send_buffer.load(std::memory_order_relaxed) / 2;
        if (limit > kStreamPacketSize) limit = kStreamPacketSize;
        usize ordinary = message.data.remaining() - urgent_bytes;
        bool is_urgent = ordinary == 0;
        usize size = is_urgent ? 1 : ordinary < limit ? ordinary : limit;
        Own<UnixPacket> packet = TRY(UnixPacket::create(size));
        usize copied = TRY(message.data.take(packet->bytes(), size));
        packet->size = static_cast<u32>(copied); // less: a fault further on
        packet->is_urgent = is_urgent;
        TRY(packet->attach(done == 0 ? message.ancillary : nullptr, wanted_details(*peer)));
        TRY(peer->push(std::move(packet), *this));
        if (is_urgent) [[unlikely]] peer->tell_urgent();
        done += copied;
        if (copied < size) return Error(Errno::EFAULT);
        return {};
    };
    while (message.data.remaining() > 0) {
        auto sent = send_one();
        if (sent) continue;
        if (done > 0) return done;
        return Error(sent.error() == Errno::EPIPE ? broken_pipe(message) : sent.error());
    }
    return done;
}

/// The first packet, or when peeking the one after `last`; urgent bytes are passed over.
UnixPacket* UnixSocket::next_in_stream(StreamRead& read, UnixPacket* last, bool has_copied) {
    UnixPacket* packet;
    {
        LockGuard guard(lock_);
        packet = read.peeks() && last ? queue_.next(*last) : queue_.front();
    }
    bool is_ordinary = !packet || (packet != urgent_.load(std::memory_order_relaxed) && packet->left() > 0);
    return is_ordinary ? packet : pass_urgent(read, packet, has_copied);
}

/// Whether a read would find something; urgent bytes are no news to a peek, which leaves them where they are.
bool UnixSocket::has_stream_data(bool peeks) {
    if (!peeks || !has_data()) return has_data();
    LockGuard guard(lock_);
    for (UnixPacket& packet : queue_)
        if (packet.left() > 0 &&
            (&packet != urgent_.load(std::memory_order_relaxed) || has_option(kOptionOobInline)))
            return true;
    return false;
}

/// Copies what is queued.
Result<usize> UnixSocket::take_stream(StreamRead& read) {
    IncomingMessage& message = read.message;
    bool peeks = read.peeks();
    i32 peek_offset = options.peek_offset.load(std::memory_order_relaxed);
    usize skip = peeks && peek_offset > 0 ? static_cast<usize>(peek_offset) : 0;
    bool reports_credentials = has_option(kOptionPassCredentials | kOptionPassPidfd);
    usize copied = 0;
    UnixPacket* packet = nullptr;
    while (!read.must_stop) {
        packet = next_in_stream(read, packet, read.done + copied > 0);
        if (!packet) break;
        if (skip >= packet->left()) {
            skip -= packet->left();
            continue;
        }
        if (reports_credentials) {
            if (message.ancillary.has_credentials && !(message.ancillary.credentials == packet->credentials)) break;
            message.ancillary.credentials = packet->credentials;
            message.ancillary.has_credentials = true;
            message.ancillary.sender = packet->process;
        }
        usize wanted = packet->left() - skip < message.data.remaining() ? packet->left() - skip
                                                                        : message.data.remaining();
        auto put = message.data.put(packet->bytes() + packet->offset + skip, wanted);
        usize count = put ? *put : 0;
        if (count == 0 && wanted > 0) {
            if (read.done + copied == 0) return Error(Errno::EFAULT);
            read.must_stop = true;
            break;
        }
        copied += count;
        skip = 0;
        read.must_stop = count < wanted || message.data.remaining() == 0 || packet->rights != nullptr;
        if (peeks) {
            if (packet->rights && message.wants_ancillary) TRY(packet->copy_files(message.ancillary.files));
            continue;
        }
        packet->offset += static_cast<u32>(count);
        queued_bytes_.fetch_sub(count, std::memory_order_relaxed);
        if (packet->rights) UnixGarbage::detach(*packet, message.ancillary.files);
        if (packet->left() > 0) break;
        Own<UnixPacket> taken;
        take_off(*packet, taken);
        if (UnixSocket* peer = connected_peer_.load(std::memory_order_acquire)) peer->release_room(taken->charge);
    }
    if (peek_offset >= 0 && copied > 0)
        options.peek_offset.store(peeks ? peek_offset + static_cast<i32>(copied)
                                  : static_cast<usize>(peek_offset) > copied
                                      ? peek_offset - static_cast<i32>(copied)
                                      : 0,
                                  std::memory_order_relaxed);
    return copied;
}

Result<usize> UnixSocket::receive_stream(IncomingMessage& message, bool may_wait) {
    if (state() != UnixState::Connected) return Error(Errno::EINVAL);
    if (message.flags & kMsgOob) return receive_urgent(message);
    usize size = message.data.remaining();
    usize target = options.receive_low_water.load(std::memory_order_relaxed);
    if ((message.flags & kMsgWaitAll) || target > size) target = size;
    if (target == 0) target = 1;
    Deadline deadline = receive_deadline();
    StreamRead read{message};
    usize& done = read.done;
    bool peeks = read.peeks();
    for (;;) {
        if (has_data()) {
            Result<usize> taken = 0;
            {
                MutexGuard guard(read_mutex_);
                taken = take_stream(read);
            }
            if (!read.dropped.is_empty()) free_unix_packets(read.dropped);
            if (!taken && done == 0) return taken;
            read.must_stop |= !taken;
            done += taken.value_or(0);
        }
        if (read.must_stop || done >= target) break;
        // A peer that peeks has seen all there is; a further round would show it again.
        if (peeks && done > 0) break;
        if (has_error()) {
            if (done == 0) return Error(take_error());
            break;
        }
        if (has_shut(kShutRead)) {
            if (has_stream_data(peeks)) continue; // came before the end
            break;
        }
        if (!may_wait) {
            if (done == 0) return Error(Errno::EAGAIN);
            break;
        }
        auto waited = readers_.wait(
            [this, peeks] { return has_stream_data(peeks) || has_error() || has_shut(kShutRead); },
            WaitMode::Interruptible, deadline);
        if (waited) continue;
        if (done == 0) return Error(wait_error(waited.error(), deadline));
        break;
    }
    if (has_data()) readers_.wake_one(); // the rest is for the next
    if (done > 0) {
        if (UnixSocket* peer = connected_peer_.load(std::memory_order_acquire);
            peer && peer->is_bound_.load(std::memory_order_acquire))
            message.from = peer->address_;
    }
    return done;
}

} // namespace martlet
