#include "net/socket.h"

extern martlet::SocketFamily* const __start_martlet_socket_families[];
extern martlet::SocketFamily* const __stop_martlet_socket_families[];

namespace martlet {

SocketFamily* find_socket_family(int number) {
    for (SocketFamily* const* family = __start_martlet_socket_families;
         family != __stop_martlet_socket_families; ++family)
        if ((*family)->number() == number) return *family;
    return nullptr;
}

Ref<SocketFilter> Socket::filter() {
    LockGuard guard(filter_lock_);
    return filter_;
}

void Socket::set_filter(Ref<SocketFilter> filter) {
    LockGuard guard(filter_lock_);
    std::swap(filter_, filter); // the old one goes behind the lock
    has_filter_.store(static_cast<bool>(filter_), std::memory_order_relaxed);
}

u64 Socket::cookie() {
    static constinit std::atomic<u64> last = 0;
    u64 known = cookie_.load(std::memory_order_relaxed);
    if (known != 0) return known;
    u64 fresh = last.fetch_add(1, std::memory_order_relaxed) + 1;
    return cookie_.compare_exchange_strong(known, fresh, std::memory_order_relaxed) ? fresh : known;
}

Deadline Socket::deadline_of(const std::atomic<u64>& timeout_ns) {
    u64 timeout = timeout_ns.load(std::memory_order_relaxed);
    return timeout == ~0ull ? Deadline::never() : Deadline::after(timeout);
}

Errno Socket::wait_error(Errno error, Deadline deadline) {
    if (error == Errno::ETIMEDOUT) return Errno::EAGAIN;
    if (error == Errno::kRestartSys && !deadline.is_never()) return Errno::EINTR;
    return error;
}

} // namespace martlet
