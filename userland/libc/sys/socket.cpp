// Sockets (POSIX.1-2017 <sys/socket.h>): the kernel's calls as they are.
#include "sysdep/syscall.hpp"

#include <sys/ioctl.h>
#include <sys/socket.h>

using libc::checked;

namespace {

template <typename... Arguments> int answer(long number, Arguments... arguments) {
    return static_cast<int>(checked(number, arguments...));
}

} // namespace

extern "C" {

int socket(int domain, int type, int protocol) { return answer(SYS_socket, domain, type, protocol); }
int socketpair(int domain, int type, int protocol, int ends[2]) {
    return answer(SYS_socketpair, domain, type, protocol, ends);
}
int bind(int fd, const sockaddr *address, socklen_t size) { return answer(SYS_bind, fd, address, size); }
int listen(int fd, int backlog) { return answer(SYS_listen, fd, backlog); }
int accept(int fd, sockaddr *__restrict address, socklen_t *__restrict size) {
    return answer(SYS_accept, fd, address, size);
}
int accept4(int fd, sockaddr *__restrict address, socklen_t *__restrict size, int flags) {
    return answer(SYS_accept4, fd, address, size, flags);
}
int connect(int fd, const sockaddr *address, socklen_t size) { return answer(SYS_connect, fd, address, size); }
int shutdown(int fd, int how) { return answer(SYS_shutdown, fd, how); }
ssize_t sendto(int fd, const void *bytes, size_t size, int flags, const sockaddr *address, socklen_t address_size) {
    return checked(SYS_sendto, fd, bytes, size, flags, address, address_size);
}
ssize_t recvfrom(int fd, void *__restrict bytes, size_t size, int flags, sockaddr *__restrict address,
                 socklen_t *__restrict address_size) {
    return checked(SYS_recvfrom, fd, bytes, size, flags, address, address_size);
}
ssize_t send(int fd, const void *bytes, size_t size, int flags) { return sendto(fd, bytes, size, flags, nullptr, 0); }
ssize_t recv(int fd, void *bytes, size_t size, int flags) {
    return recvfrom(fd, bytes, size, flags, nullptr, nullptr);
}
ssize_t sendmsg(int fd, const msghdr *message, int flags) { return checked(SYS_sendmsg, fd, message, flags); }
ssize_t recvmsg(int fd, msghdr *message, int flags) { return checked(SYS_recvmsg, fd, message, flags); }
int sendmmsg(int fd, mmsghdr *messages, unsigned count, unsigned flags) {
    return answer(SYS_sendmmsg, fd, messages, count, flags);
}
int recvmmsg(int fd, mmsghdr *messages, unsigned count, unsigned flags, timespec *timeout) {
    return answer(SYS_recvmmsg, fd, messages, count, flags, timeout);
}
int getsockname(int fd, sockaddr *__restrict address, socklen_t *__restrict size) {
    return answer(SYS_getsockname, fd, address, size);
}
int getpeername(int fd, sockaddr *__restrict address, socklen_t *__restrict size) {
    return answer(SYS_getpeername, fd, address, size);
}
int getsockopt(int fd, int level, int option, void *__restrict value, socklen_t *__restrict size) {
    return answer(SYS_getsockopt, fd, level, option, value, size);
}
int setsockopt(int fd, int level, int option, const void *value, socklen_t size) {
    return answer(SYS_setsockopt, fd, level, option, value, size);
}
int sockatmark(int fd) {
    constexpr unsigned long kAtMark = 0x8905;
    int result;
    return ioctl(fd, kAtMark, &result) < 0 ? -1 : result;
}
}
