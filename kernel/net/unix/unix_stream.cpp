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
        auto waited = writers_.wait([this] { return has_room() || has_error() || has_shut(kShutWrite); }, WaitMode::Interruptible, deadline);
        if (!waited) return Error(wait_error(waited.error(), deadline));
    }
}

Result<usize> UnixSocket::send_stream(OutgoingMessage& message, bool may_wait) {
    if (message.flags & kMsgOob) return Error(Errno::EOPNOTSUPP);
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
        usize size = message.data.remaining() < limit ? message.data.remaining() : limit;
        Own<UnixPacket> packet = TRY(UnixPacket::create(size));
        usize copied = TRY(message.data.take(packet->bytes(), size));
        packet->size = static_cast<u32>(copied); // less: a fault further on
        TRY(packet->attach(done == 0 ? message.ancillary : nullptr, wants_credentials(*peer)));
        TRY(peer->push(std::move(packet), *this));
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

/// Copies what is queued. `must_stop`: nothing further may join what was copied.
Result<usize> UnixSocket::take_stream(IncomingMessage& message, usize done, bool& must_stop) {
    bool peeks = (message.flags & kMsgPeek) != 0;
    i32 peek_offset = options.peek_offset.load(std::memory_order_relaxed);
    usize skip = peeks && peek_offset > 0 ? static_cast<usize>(peek_offset) : 0;
    bool reports_credentials = has_option(kOptionPassCredentials);
    usize copied = 0;
    UnixPacket* packet = nullptr;
    while (!must_stop) {
        {
            LockGuard guard(lock_);
            packet = peeks && packet ? queue_.next(*packet) : queue_.front();
        }
        if (!packet) break;
        if (skip >= packet->left() && packet->left() > 0) {
            skip -= packet->left();
            continue;
        }
        if (reports_credentials) {
            if (message.ancillary.has_credentials && !(message.ancillary.credentials == packet->credentials)) break;
            message.ancillary.credentials = packet->credentials;
            message.ancillary.has_credentials = true;
        }
        usize wanted = packet->left() - skip < message.data.remaining() ? packet->left() - skip : message.data.remaining();
        auto put = message.data.put(packet->bytes() + packet->offset + skip, wanted);
        usize count = put ? *put : 0;
        if (count == 0 && wanted > 0) {
            if (done + copied == 0) return Error(Errno::EFAULT);
            must_stop = true;
            break;
        }
        copied += count;
        skip = 0;
        must_stop = count < wanted || message.data.remaining() == 0 || packet->rights != nullptr;
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
                                  : static_cast<usize>(peek_offset) > copied ? peek_offset - static_cast<i32>(copied) : 0,
                                  std::memory_order_relaxed);
    return copied;
}

Result<usize> UnixSocket::receive_stream(IncomingMessage& message, bool may_wait) {
    if (message.flags & kMsgOob) return Error(Errno::EOPNOTSUPP);
    if (state() != UnixState::Connected) return Error(Errno::EINVAL);
    usize size = message.data.remaining();
    usize target = options.receive_low_water.load(std::memory_order_relaxed);
    if ((message.flags & kMsgWaitAll) || target > size) target = size;
    if (target == 0) target = 1;
    Deadline deadline = receive_deadline();
    usize done = 0;
    bool must_stop = false;
    for (;;) {
        if (has_data()) {
            MutexGuard guard(read_mutex_);
            auto taken = take_stream(message, done, must_stop);
            if (!taken && done == 0) return taken;
            must_stop |= !taken;
            done += taken.value_or(0);
        }
        if (must_stop || done >= target) break;
        // A peer that peeks has seen all there is; a further round would show it again.
        if ((message.flags & kMsgPeek) && done > 0) break;
        if (has_error()) {
            if (done == 0) return Error(take_error());
            break;
        }
        if (has_shut(kShutRead)) {
            if (has_data()) continue; // came before the end
            break;
        }
        if (!may_wait) {
            if (done == 0) return Error(Errno::EAGAIN);
            break;
        }
        auto waited = readers_.wait([this] { return has_data() || has_error() || has_shut(kShutRead); }, WaitMode::Interruptible, deadline);
        if (waited) continue;
        if (done == 0) return Error(wait_error(waited.error(), deadline));
        break;
    }
    if (has_data()) readers_.wake_one(); // the rest is for the next
    if (done > 0) {
        if (UnixSocket* peer = connected_peer_.load(std::memory_order_acquire); peer && peer->is_bound_.load(std::memory_order_acquire))
            message.from = peer->address_;
    }
    return done;
}

} // namespace martlet
