// listen, accept and connect.
#include "net/unix/unix_garbage.h"
#include "net/unix/unix_socket.h"

namespace martlet {

/// Both sockets' locks, in order of address.
class SCOPED_CAPABILITY LockBoth : NonCopyable {
public:
    LockBoth(UnixSocket& first, UnixSocket& second) ACQUIRE(first.lock_, second.lock_) NO_THREAD_SAFETY_ANALYSIS
        : lower_(&first < &second ? first : second), upper_(&first < &second ? second : first) {
        lower_.lock_.lock();
        upper_.lock_.lock();
    }
    ~LockBoth() RELEASE() NO_THREAD_SAFETY_ANALYSIS {
        upper_.lock_.unlock();
        lower_.lock_.unlock();
    }

private:
    UnixSocket &lower_, &upper_;
};

Result<void> UnixSocket::listen(u32 backlog) {
    if (!is_stream_like()) return Error(Errno::EOPNOTSUPP);
    if (!is_bound_.load(std::memory_order_acquire)) return Error(Errno::EINVAL);
    {
        LockGuard guard(lock_);
        if (state() != UnixState::Unconnected && state() != UnixState::Listening) return Error(Errno::EINVAL);
        backlog_ = backlog < kBacklogMaximum ? backlog : kBacklogMaximum;
        state_.store(UnixState::Listening, std::memory_order_release);
    }
    set_peer_identity(current_unix_peer());
    writers_.wake_all(); // there may be room for those who wait to connect
    return {};
}

Result<Ref<Socket>> UnixSocket::accept(Deadline deadline, bool may_wait) {
    if (!is_stream_like()) return Error(Errno::EOPNOTSUPP);
    if (!is_listening()) return Error(Errno::EINVAL);
    for (;;) {
        Ref<UnixSocket> connection;
        bool has_more = false;
        {
            LockGuard guard(lock_);
            if (UnixSocket* first = connections_.pop_front()) {
                connection = Ref<UnixSocket>::adopt(first);
                u32 left = queued_.load(std::memory_order_relaxed) - 1;
                queued_.store(left, std::memory_order_release);
                has_more = left > 0;
            }
        }
        if (connection) {
            if (has_more) readers_.wake_one();
            writers_.wake_all();
            return Ref<Socket>(std::move(connection));
        }
        if (has_shut(kShutRead)) return Error(Errno::EINVAL);
        if (!may_wait) return Error(Errno::EAGAIN);
        auto waited = readers_.wait([this] { return has_data() || has_shut(kShutRead); },
                                    WaitMode::Interruptible, deadline);
        if (!waited) return Error(wait_error(waited.error(), deadline));
    }
}

Result<void> UnixSocket::connect(const SocketAddress& address, bool may_wait) {
    if (address.size < 2) return Error(Errno::EINVAL);
    return is_stream_like() ? connect_stream(address, may_wait) : connect_datagram(address);
}

/// The connection is made here; accept(2) only picks it up.
Result<void> UnixSocket::connect_stream(const SocketAddress& address, bool may_wait) {
    if (has_option(kOptionPassCredentials | kOptionPassPidfd)) TRY(bind_automatically());
    Deadline deadline = send_deadline();
    Ref<UnixSocket> made = TRY(create(type(), protocol()));
    made->state_.store(UnixState::Connected, std::memory_order_relaxed);
    for (;;) {
        Ref<UnixSocket> listener = TRY(find(address, type()));
        bool is_full = false;
        if (listener.get() == this) return Error(is_listening() ? Errno::EINVAL : Errno::ECONNREFUSED);
        {
            LockBoth guard(*this, *listener);
            if (listener->state() != UnixState::Listening || listener->has_shut(kShutRead))
                return Error(Errno::ECONNREFUSED);
            is_full = listener->queued_.load(std::memory_order_relaxed) > listener->backlog_;
            if (!is_full) {
                if (state() == UnixState::Connected) return Error(Errno::EISCONN);
                if (state() != UnixState::Unconnected) return Error(Errno::EINVAL);
                // Nobody else knows `made` yet.
                [&]() NO_THREAD_SAFETY_ANALYSIS {
                    made->peer_ = Ref<UnixSocket>(*this);
                    made->connected_peer_.store(this, std::memory_order_relaxed);
                    made->peer_identity_ = current_unix_peer();
                    made->options.flags.store(listener->options.flags.load(std::memory_order_relaxed),
                                              std::memory_order_relaxed);
                    made->address_ = listener->address_;
                    made->is_bound_.store(true, std::memory_order_relaxed);
                    peer_identity_ = listener->peer_identity_;
                    peer_ = made;
                }();
                connected_peer_.store(made.get(), std::memory_order_release);
                state_.store(UnixState::Connected, std::memory_order_release);
                listener->connections_.push_back(*Ref<UnixSocket>(made).leak());
                listener->queued_.fetch_add(1, std::memory_order_release);
            }
        }
        if (!is_full) {
            listener->announce_readable();
            announce_writable();
            return {};
        }
        if (!may_wait) return Error(Errno::EAGAIN);
        UnixSocket& full = *listener;
        auto has_changed = [&full]() NO_THREAD_SAFETY_ANALYSIS {
            return full.state() != UnixState::Listening || full.has_shut(kShutRead) ||
                   full.queued_.load(std::memory_order_acquire) <= full.backlog_;
        };
        auto waited = listener->writers_.wait(has_changed, WaitMode::Interruptible, deadline);
        if (!waited) return Error(wait_error(waited.error(), deadline));
    }
}

/// Sets or, with AF_UNSPEC, removes whom send(2) sends to and from whom alone messages come.
Result<void> UnixSocket::connect_datagram(const SocketAddress& address) {
    Ref<UnixSocket> peer;
    if (address.family() != kFamilyUnspecified) {
        if (has_option(kOptionPassCredentials | kOptionPassPidfd)) TRY(bind_automatically());
        peer = TRY(find(address, type()));
        LockGuard guard(peer->lock_);
        if (peer->peer_ && peer->peer_ != this) return Error(Errno::EPERM);
    }
    {
        LockGuard guard(lock_);
        std::swap(peer_, peer);
    }
    set_peer_identity({});
    announce_writable();
    return {};
}

} // namespace martlet
