#include "net/socket.h"

extern martlet::SocketFamily* const __start_martlet_socket_families[];
extern martlet::SocketFamily* const __stop_martlet_socket_families[];

namespace martlet {

SocketFamily* find_socket_family(int number) {
    for (SocketFamily* const* family = __start_martlet_socket_families; family != __stop_martlet_socket_families; ++family)
        if ((*family)->number() == number) return *family;
    return nullptr;
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
