// unix(7): socket(2), bind(2), connect(2), accept(2), send(2), recv(2), cmsg(3).
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

namespace {

constexpr socklen_t kFamilySize = offsetof(sockaddr_un, sun_path);

struct Pair {
    Pair(int type = SOCK_STREAM) { CHECK_EQUAL(socketpair(AF_UNIX, type, 0, ends), 0); }
    int ends[2];
    int operator[](int index) const { return ends[index]; }
};

struct Name {
    sockaddr_un address = {};
    socklen_t size = kFamilySize;
    Name(const char* text, size_t length) {
        address.sun_family = AF_UNIX;
        memcpy(address.sun_path, text, length);
        size = static_cast<socklen_t>(kFamilySize + length);
    }
    Name(const char* path) : Name(path, strlen(path) + 1) {}
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

int listening(const Name& name, int type = SOCK_STREAM, int backlog = 5) {
    int fd = socket(AF_UNIX, type, 0);
    CHECK_EQUAL(bind(fd, name.get(), name.size), 0);
    CHECK_EQUAL(listen(fd, backlog), 0);
    return fd;
}

int connected(const Name& name, int type = SOCK_STREAM) {
    int fd = socket(AF_UNIX, type, 0);
    CHECK_EQUAL(connect(fd, name.get(), name.size), 0);
    return fd;
}

short events_of(int fd, short wanted = POLLIN | POLLOUT | POLLRDHUP) {
    pollfd watched = {fd, wanted, 0};
    CHECK(poll(&watched, 1, 0) >= 0);
    return watched.revents;
}

/// Sends a byte and, beside it, descriptors.
ssize_t send_files(int socket, const int* files, int count) {
    char byte = 'x';
    iovec data = {&byte, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * 16)] = {};
    msghdr message = {};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * static_cast<unsigned>(count));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * static_cast<unsigned>(count));
    memcpy(CMSG_DATA(header), files, sizeof(int) * static_cast<unsigned>(count));
    return sendmsg(socket, &message, 0);
}

struct Received {
    ssize_t size;
    int flags = 0, count = 0, files[16];
};

Received receive_files(int socket, int flags = 0, size_t room = CMSG_SPACE(sizeof(int) * 16)) {
    char bytes[16];
    iovec data = {bytes, sizeof bytes};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * 16)] = {};
    msghdr message = {};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = room;
    Received received;
    received.size = recvmsg(socket, &message, flags);
    received.flags = message.msg_flags;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); received.size >= 0 && header;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_type != SCM_RIGHTS) continue;
        received.count = static_cast<int>((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(received.files, CMSG_DATA(header), sizeof(int) * static_cast<unsigned>(received.count));
    }
    return received;
}

} // namespace

CASE(sockets, a_stream_has_no_boundaries) {
    Pair pair;
    CHECK_EQUAL(send(pair[0], "abc", 3, 0), 3);
    CHECK_EQUAL(write(pair[0], "def", 3), 3);
    int waiting = 0;
    CHECK_EQUAL(ioctl(pair[1], FIONREAD, &waiting), 0);
    CHECK_EQUAL(waiting, 6);
    char buffer[10] = {};
    CHECK_EQUAL(recv(pair[1], buffer, 2, MSG_PEEK), 2);
    CHECK_EQUAL(read(pair[1], buffer, 4), 4);
    CHECK_EQUAL(memcmp(buffer, "abcd", 4), 0);
    CHECK_EQUAL(recv(pair[1], buffer, 10, 0), 2);
    CHECK_ERROR(recv(pair[1], buffer, 1, MSG_DONTWAIT), EAGAIN);
    CHECK_EQUAL(read(pair[1], buffer, 0), 0);
    CHECK_ERROR(lseek(pair[0], 0, SEEK_SET), ESPIPE);
}

CASE(sockets, datagrams_keep_their_boundaries) {
    for (int type : {SOCK_DGRAM, SOCK_SEQPACKET}) {
        Pair pair(type);
        CHECK_EQUAL(send(pair[0], "abcdef", 6, 0), 6);
        CHECK_EQUAL(send(pair[0], "", 0, 0), 0);
        CHECK_EQUAL(send(pair[0], "gh", 2, 0), 2);
        char buffer[10];
        CHECK_EQUAL(recv(pair[1], buffer, 3, MSG_PEEK | MSG_TRUNC), 6);
        iovec data = {buffer, 3};
        msghdr message = {};
        message.msg_iov = &data;
        message.msg_iovlen = 1;
        CHECK_EQUAL(recvmsg(pair[1], &message, 0), 3);
        CHECK_EQUAL(message.msg_flags, MSG_TRUNC);
        CHECK_EQUAL(recv(pair[1], buffer, 10, 0), 0);
        CHECK_EQUAL(recv(pair[1], buffer, 10, 0), 2);
        CHECK_ERROR(recv(pair[1], buffer, 10, MSG_DONTWAIT), EAGAIN);
    }
}

CASE(sockets, the_end_of_a_stream) {
    Pair pair;
    char buffer[4];
    CHECK_EQUAL(events_of(pair[0]), POLLOUT);
    CHECK_EQUAL(write(pair[1], "end", 3), 3);
    CHECK_EQUAL(shutdown(pair[1], SHUT_WR), 0);
    CHECK_EQUAL(events_of(pair[0]), POLLIN | POLLOUT | POLLRDHUP);
    CHECK_EQUAL(read(pair[0], buffer, 4), 3);
    CHECK_EQUAL(read(pair[0], buffer, 4), 0);
    CHECK_EQUAL(write(pair[0], "x", 1), 1); // the other direction is open
    signal(SIGPIPE, SIG_IGN);
    CHECK_ERROR(write(pair[1], "x", 1), EPIPE);
    close(pair[1]); // with a byte unread
    CHECK_EQUAL(events_of(pair[0]), POLLIN | POLLOUT | POLLRDHUP | POLLHUP | POLLERR);
    CHECK_ERROR(read(pair[0], buffer, 4), ECONNRESET);
    CHECK_EQUAL(read(pair[0], buffer, 4), 0);
    CHECK_ERROR(send(pair[0], "x", 1, 0), EPIPE);
}

CASE(sockets, sigpipe_unless_told_otherwise) {
    int status = in_child([] {
        Pair pair;
        close(pair[1]);
        CHECK_ERROR(send(pair[0], "x", 1, MSG_NOSIGNAL), EPIPE);
        (void)!write(pair[0], "x", 1);
    });
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
}

CASE(sockets, creation_errors) {
    CHECK_ERROR(socket(AF_UNIX, SOCK_STREAM, 7), EPROTONOSUPPORT);
    CHECK_ERROR(socket(AF_UNIX, SOCK_RDM, 0), ESOCKTNOSUPPORT);
    CHECK_ERROR(socket(77, SOCK_STREAM, 0), EAFNOSUPPORT);
    CHECK_ERROR(socket(AF_UNIX, 0xff, 0), EINVAL);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    CHECK_EQUAL(fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK_EQUAL(fcntl(fd, F_GETFL), O_RDWR | O_NONBLOCK);
    struct stat status;
    CHECK_EQUAL(fstat(fd, &status), 0);
    CHECK(S_ISSOCK(status.st_mode));
    CHECK_EQUAL(events_of(fd), POLLOUT | POLLHUP);
    char byte;
    CHECK_ERROR(send(fd, "x", 1, MSG_NOSIGNAL), ENOTCONN);
    CHECK_ERROR(recv(fd, &byte, 1, 0), EINVAL);
    CHECK_ERROR(listen(fd, 1), EINVAL);
    CHECK_ERROR(accept(fd, nullptr, nullptr), EINVAL);
    CHECK_ERROR(send(0x7777, "x", 1, 0), EBADF);
    CHECK_ERROR(send(open("/", O_RDONLY), "x", 1, 0), ENOTSOCK);
    CHECK_ERROR(shutdown(fd, 3), EINVAL);
    sockaddr_un name;
    socklen_t size = sizeof name;
    CHECK_ERROR(getpeername(fd, reinterpret_cast<sockaddr*>(&name), &size), ENOTCONN);
}

CASE(sockets, names_in_the_file_system) {
    enter_fresh_directory();
    Name name("socket");
    int listener = listening(name);
    struct stat status;
    CHECK_EQUAL(stat("socket", &status), 0);
    CHECK(S_ISSOCK(status.st_mode));
    CHECK_ERROR(open("socket", O_RDWR), ENXIO);
    int other = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_ERROR(bind(other, name.get(), name.size), EADDRINUSE);
    CHECK_ERROR(bind(listener, Name("second").get(), name.size), EINVAL);
    CHECK_ERROR(bind(other, Name("no/socket").get(), Name("no/socket").size), ENOENT);
    int client = connected(name);
    CHECK_ERROR(connect(client, name.get(), name.size), EISCONN);
    sockaddr_un peer = {};
    socklen_t size = sizeof peer;
    int server = accept4(listener, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC);
    CHECK_EQUAL(size, kFamilySize);
    CHECK_EQUAL(peer.sun_family, AF_UNIX);
    size = sizeof peer;
    CHECK_EQUAL(getpeername(client, reinterpret_cast<sockaddr*>(&peer), &size), 0);
    CHECK_EQUAL(size, kFamilySize + 7);
    CHECK_EQUAL(strcmp(peer.sun_path, "socket"), 0);
    size = sizeof peer;
    CHECK_EQUAL(getsockname(server, reinterpret_cast<sockaddr*>(&peer), &size), 0);
    CHECK_EQUAL(size, kFamilySize + 7);
    CHECK_EQUAL(write(client, "hi", 2), 2);
    char buffer[4];
    CHECK_EQUAL(read(server, buffer, 4), 2);
    int datagram = socket(AF_UNIX, SOCK_DGRAM, 0);
    CHECK_ERROR(connect(datagram, name.get(), name.size), EPROTOTYPE);
    close(listener);
    CHECK_ERROR(connect(other, name.get(), name.size), ECONNREFUSED);
    CHECK_EQUAL(close(open("plain", O_CREAT | O_RDWR, 0600)), 0);
    CHECK_ERROR(connect(other, Name("plain").get(), Name("plain").size), ECONNREFUSED);
    CHECK_EQUAL(unlink("socket"), 0);
    CHECK_ERROR(connect(other, name.get(), name.size), ENOENT);
}

CASE(sockets, abstract_and_automatic_names) {
    Name name("\0self-test\0x", 12);
    int listener = listening(name);
    int other = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_ERROR(bind(other, name.get(), name.size), EADDRINUSE);
    int datagram = socket(AF_UNIX, SOCK_DGRAM, 0);
    CHECK_EQUAL(bind(datagram, name.get(), name.size), 0); // another type, another space
    close(connected(name));
    close(listener);
    CHECK_ERROR(connect(other, name.get(), name.size), ECONNREFUSED);
    CHECK_EQUAL(bind(other, name.get(), kFamilySize), 0);
    sockaddr_un automatic = {};
    socklen_t size = sizeof automatic;
    CHECK_EQUAL(getsockname(other, reinterpret_cast<sockaddr*>(&automatic), &size), 0);
    CHECK_EQUAL(size, kFamilySize + 6);
    CHECK_EQUAL(automatic.sun_path[0], 0);
}

CASE(sockets, a_full_backlog) {
    Name name("\0self-test-backlog", 18);
    int listener = listening(name, SOCK_STREAM, 1);
    int first = connected(name), second = connected(name);
    int third = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK_ERROR(connect(third, name.get(), name.size), EAGAIN);
    int accepted = accept(listener, nullptr, nullptr);
    CHECK(accepted >= 0);
    CHECK_EQUAL(connect(third, name.get(), name.size), 0);
    close(first);
    char byte;
    CHECK_EQUAL(read(accepted, &byte, 1), 0);
    close(listener);
    CHECK_ERROR(read(second, &byte, 1), ECONNRESET);
}

CASE(sockets, an_accepting_process_wakes) {
    Name name("\0self-test-accept", 17);
    int listener = listening(name);
    pid_t child = fork();
    if (child == 0) {
        usleep(20'000);
        int fd = connected(name);
        _exit(write(fd, "hello", 5) == 5 ? 0 : 1);
    }
    pollfd watched = {listener, POLLIN, 0};
    CHECK_EQUAL(poll(&watched, 1, 10'000), 1);
    int fd = accept(listener, nullptr, nullptr);
    char buffer[8];
    CHECK_EQUAL(recv(fd, buffer, 5, MSG_WAITALL), 5);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
    ucred peer = {};
    socklen_t size = sizeof peer;
    CHECK_EQUAL(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size), 0);
    CHECK_EQUAL(peer.pid, child);
    CHECK_EQUAL(peer.uid, getuid());
}

CASE(sockets, datagrams_between_names) {
    Name server_name("\0self-test-server", 17), client_name("\0self-test-client", 17);
    int server = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0),
        client = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    CHECK_EQUAL(bind(server, server_name.get(), server_name.size), 0);
    CHECK_ERROR(send(client, "x", 1, 0), ENOTCONN);
    CHECK_EQUAL(bind(client, client_name.get(), client_name.size), 0);
    CHECK_EQUAL(sendto(client, "ping", 4, 0, server_name.get(), server_name.size), 4);
    char buffer[8];
    sockaddr_un from;
    socklen_t size = sizeof from;
    CHECK_EQUAL(recvfrom(server, buffer, 8, 0, reinterpret_cast<sockaddr*>(&from), &size), 4);
    CHECK_EQUAL(size, client_name.size);
    CHECK_EQUAL(memcmp(&from, &client_name.address, size), 0);
    int count = 0;
    while (sendto(client, "fill", 4, 0, server_name.get(), server_name.size) == 4) ++count;
    CHECK_EQUAL(errno, EAGAIN);
    CHECK_EQUAL(count, 11);
    CHECK_EQUAL(connect(server, client_name.get(), client_name.size), 0);
    int stranger = socket(AF_UNIX, SOCK_DGRAM, 0);
    CHECK_ERROR(sendto(stranger, "x", 1, 0, server_name.get(), server_name.size), EPERM);
    close(client);
    CHECK_ERROR(send(server, "x", 1, 0), ECONNREFUSED);
}

CASE(sockets, descriptors_travel) {
    Pair pair;
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    CHECK_EQUAL(send_files(pair[0], ends, 2), 1);
    close(ends[0]);
    CHECK_EQUAL(write(ends[1], "kept", 4), 4);
    close(ends[1]);
    Received peeked = receive_files(pair[1], MSG_PEEK);
    CHECK_EQUAL(peeked.count, 2);
    close(peeked.files[0]);
    close(peeked.files[1]);
    Received received = receive_files(pair[1], MSG_CMSG_CLOEXEC);
    CHECK_EQUAL(received.size, 1);
    CHECK_EQUAL(received.count, 2);
    CHECK_EQUAL(fcntl(received.files[0], F_GETFD), FD_CLOEXEC);
    char buffer[8];
    CHECK_EQUAL(read(received.files[0], buffer, 8), 4);
    close(received.files[1]);
    CHECK_EQUAL(read(received.files[0], buffer, 8), 0);
    int closed = 0x7777;
    CHECK_ERROR(send_files(pair[0], &closed, 1), EBADF);
    // Room for one of two: the other is closed, and the flag says so.
    CHECK_EQUAL(pipe(ends), 0);
    CHECK_EQUAL(send_files(pair[0], ends, 2), 1);
    received = receive_files(pair[1], 0, CMSG_LEN(sizeof(int)));
    CHECK_EQUAL(received.count, 1);
    CHECK(received.flags & MSG_CTRUNC);
}

CASE(sockets, descriptors_divide_a_stream) {
    Pair pair;
    int file = dup(0);
    CHECK_EQUAL(write(pair[0], "ab", 2), 2);
    CHECK_EQUAL(send_files(pair[0], &file, 1), 1);
    CHECK_EQUAL(write(pair[0], "cd", 2), 2);
    Received received = receive_files(pair[1]);
    CHECK_EQUAL(received.size, 3);
    CHECK_EQUAL(received.count, 1);
    received = receive_files(pair[1]);
    CHECK_EQUAL(received.size, 2);
    CHECK_EQUAL(received.count, 0);
}

CASE(sockets, a_socket_in_its_own_queue_is_collected) {
    int watched[2];
    CHECK_EQUAL(pipe(watched), 0);
    for (int round = 0; round < 20; ++round) {
        Pair pair, other;
        // A circle of two pairs, with the pipe's end in it.
        CHECK_EQUAL(send_files(pair[0], &other.ends[1], 1), 1);
        CHECK_EQUAL(send_files(other[0], &pair.ends[1], 1), 1);
        CHECK_EQUAL(send_files(pair[1], &pair.ends[0], 1), 1);
        CHECK_EQUAL(send_files(other[0], &watched[1], 1), 1);
        for (int fd : {pair[0], pair[1], other[0], other[1]}) close(fd);
    }
    close(watched[1]);
    int again = socket(AF_UNIX, SOCK_STREAM, 0);
    close(again);
    char byte;
    pollfd reader = {watched[0], POLLIN, 0};
    CHECK_EQUAL(poll(&reader, 1, 10'000), 1); // no writer is left (Linux collects a little later)
    CHECK_EQUAL(reader.revents, POLLHUP);
    CHECK_EQUAL(read(watched[0], &byte, 1), 0);
}

/// The end of a chain of sockets, each in the queue of the next; `bottom` lies in the first one's queue, whose peer is
/// `first`. The last is watched by an epoll that travels too.
int chain_of_sockets(int length, int bottom, int& first) {
    int last = -1;
    for (int step = 0; step < length; ++step) {
        Pair pair;
        CHECK_EQUAL(send_files(pair[0], step == 0 ? &bottom : &last, 1), 1);
        if (step == 0) first = pair[0];
        else close(last), close(pair[0]);
        last = pair[1];
    }
    int watch = epoll_create1(0);
    epoll_event event = {EPOLLIN, {}};
    CHECK_EQUAL(epoll_ctl(watch, EPOLL_CTL_ADD, last, &event), 0);
    CHECK_EQUAL(send_files(first, &watch, 1), 1);
    close(watch);
    return last;
}

CASE(sockets, deep_chains_and_circles_are_collected) {
    constexpr int kLength = 2'000;
    for (bool is_circle : {false, true}) {
        int watched[2], first;
        CHECK_EQUAL(pipe(watched), 0);
        int last = chain_of_sockets(kLength, watched[1], first);
        close(watched[1]);
        if (is_circle) CHECK_EQUAL(send_files(first, &last, 1), 1);
        close(last);
        close(first);
        close(socket(AF_UNIX, SOCK_STREAM, 0)); // Linux looks for garbage when a socket goes
        pollfd reader = {watched[0], POLLIN, 0};
        CHECK_EQUAL(poll(&reader, 1, 20'000), 1);
        CHECK_EQUAL(reader.revents, POLLHUP);
        close(watched[0]);
    }
}

CASE(sockets, circles_through_connections_not_accepted_are_collected) {
    int watched[2];
    CHECK_EQUAL(pipe(watched), 0);
    for (int round = 0; round < 100; ++round) {
        int listener = socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un name = {};
        name.sun_family = AF_UNIX;
        CHECK_EQUAL(bind(listener, reinterpret_cast<sockaddr*>(&name), sizeof name.sun_family), 0);
        socklen_t size = sizeof name;
        CHECK_EQUAL(getsockname(listener, reinterpret_cast<sockaddr*>(&name), &size), 0);
        CHECK_EQUAL(listen(listener, 4), 0);
        for (int client = 0; client < 3; ++client) {
            int connection = socket(AF_UNIX, SOCK_STREAM, 0);
            CHECK_EQUAL(connect(connection, reinterpret_cast<sockaddr*>(&name), size), 0);
            const int files[] = {listener, watched[1], connection};
            CHECK_EQUAL(send_files(connection, files, 3), 1);
            close(connection);
        }
        close(listener);
    }
    close(watched[1]);
    close(socket(AF_UNIX, SOCK_STREAM, 0));
    pollfd reader = {watched[0], POLLIN, 0};
    CHECK_EQUAL(poll(&reader, 1, 20'000), 1);
    CHECK_EQUAL(reader.revents, POLLHUP);
}

CASE(sockets, credentials_travel) {
    Pair pair;
    int on = 1;
    CHECK_EQUAL(setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on), 0);
    CHECK_EQUAL(write(pair[0], "x", 1), 1);
    char byte;
    iovec data = {&byte, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(ucred))];
    msghdr message = {};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    CHECK_EQUAL(recvmsg(pair[1], &message, 0), 1);
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    CHECK(header && header->cmsg_type == SCM_CREDENTIALS && header->cmsg_len == CMSG_LEN(sizeof(ucred)));
    ucred sender;
    memcpy(&sender, CMSG_DATA(header), sizeof sender);
    CHECK_EQUAL(sender.pid, getpid());
    CHECK_EQUAL(sender.uid, getuid());
    CHECK_EQUAL(sender.gid, getgid());
}

CASE(sockets, options) {
    Pair pair;
    int value = 0;
    socklen_t size = sizeof value;
    auto get = [&](int option) {
        size = sizeof value;
        CHECK_EQUAL(getsockopt(pair[0], SOL_SOCKET, option, &value, &size), 0);
        CHECK_EQUAL(size, sizeof value);
        return value;
    };
    CHECK_EQUAL(get(SO_TYPE), SOCK_STREAM);
    CHECK_EQUAL(get(SO_DOMAIN), AF_UNIX);
    CHECK_EQUAL(get(SO_PROTOCOL), 0);
    CHECK_EQUAL(get(SO_ERROR), 0);
    CHECK_EQUAL(get(SO_ACCEPTCONN), 0);
    CHECK_EQUAL(get(SO_SNDBUF), 212'992);
    value = 10'000;
    CHECK_EQUAL(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &value, sizeof value), 0);
    CHECK_EQUAL(get(SO_SNDBUF), 20'000);
    value = 1;
    CHECK_EQUAL(setsockopt(pair[0], SOL_SOCKET, SO_RCVBUF, &value, sizeof value), 0);
    CHECK_EQUAL(get(SO_RCVBUF), 2304);
    CHECK_EQUAL(setsockopt(pair[0], SOL_SOCKET, SO_REUSEADDR, &value, sizeof value), 0);
    CHECK_EQUAL(get(SO_REUSEADDR), 1);
    CHECK_ERROR(setsockopt(pair[0], SOL_SOCKET, SO_TYPE, &value, sizeof value), ENOPROTOOPT);
    CHECK_ERROR(setsockopt(pair[0], SOL_SOCKET, 9999, &value, sizeof value), ENOPROTOOPT);
    CHECK_ERROR(getsockopt(pair[0], SOL_SOCKET, 9999, &value, &size), ENOPROTOOPT);
    CHECK_ERROR(setsockopt(pair[0], 6, 1, &value, sizeof value), EOPNOTSUPP);
    CHECK_ERROR(setsockopt(pair[0], SOL_SOCKET, SO_REUSEADDR, &value, 2), EINVAL);
    timeval timeout = {0, 20'000};
    CHECK_EQUAL(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout), 0);
    char byte;
    CHECK_ERROR(recv(pair[0], &byte, 1, 0), EAGAIN);
}

CASE(sockets, a_full_stream_blocks_its_writer) {
    Pair pair;
    CHECK_EQUAL(fcntl(pair[0], F_SETFL, O_NONBLOCK), 0);
    static char block[65'536];
    long total = 0;
    ssize_t sent;
    while ((sent = write(pair[0], block, sizeof block)) > 0) total += sent;
    CHECK_EQUAL(errno, EAGAIN);
    CHECK(total >= 100'000);
    CHECK_EQUAL(events_of(pair[0]), 0);
    long received = 0;
    while (received < total) {
        ssize_t size = read(pair[1], block, sizeof block);
        CHECK(size > 0);
        received += size;
    }
    CHECK_EQUAL(events_of(pair[0]), POLLOUT);
}

CASE(sockets, much_data_passes_in_order) {
    Pair pair;
    constexpr long kTotal = 3'000'000;
    pid_t child = fork();
    static unsigned char block[100'000];
    if (child == 0) {
        close(pair[1]);
        long done = 0;
        while (done < kTotal) {
            for (unsigned index = 0; index < sizeof block; ++index)
                block[index] = static_cast<unsigned char>((done + index) % 251);
            if (send(pair[0], block, sizeof block, 0) != sizeof block) _exit(1);
            done += sizeof block;
        }
        _exit(0);
    }
    close(pair[0]);
    long received = 0;
    ssize_t size;
    while ((size = recv(pair[1], block, 77'777, 0)) > 0) {
        for (ssize_t index = 0; index < size; ++index) CHECK_EQUAL(block[index], (received + index) % 251);
        received += size;
    }
    CHECK_EQUAL(received, kTotal);
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
}

CASE(sockets, epoll_sees_each_arrival) {
    Pair pair;
    int set = epoll_create1(0);
    epoll_event event = {};
    event.events = EPOLLIN | EPOLLRDHUP | EPOLLET;
    CHECK_EQUAL(epoll_ctl(set, EPOLL_CTL_ADD, pair[0], &event), 0);
    CHECK_EQUAL(epoll_wait(set, &event, 1, 0), 0);
    for (int round = 0; round < 3; ++round) {
        CHECK_EQUAL(write(pair[1], "x", 1), 1);
        CHECK_EQUAL(epoll_wait(set, &event, 1, 1000), 1);
        CHECK_EQUAL(event.events, EPOLLIN);
        CHECK_EQUAL(epoll_wait(set, &event, 1, 0), 0);
    }
    close(pair[1]);
    CHECK_EQUAL(epoll_wait(set, &event, 1, 1000), 1);
    CHECK_EQUAL(event.events, EPOLLIN | EPOLLRDHUP | EPOLLHUP);
}

CASE(sockets, many_messages_in_one_call) {
    Pair pair(SOCK_DGRAM);
    mmsghdr messages[4] = {};
    iovec vectors[4];
    char text[4][8] = {"one", "two", "three", "four"};
    for (int index = 0; index < 4; ++index) {
        vectors[index] = {text[index], strlen(text[index])};
        messages[index].msg_hdr.msg_iov = &vectors[index];
        messages[index].msg_hdr.msg_iovlen = 1;
    }
    CHECK_EQUAL(sendmmsg(pair[0], messages, 3, 0), 3);
    CHECK_EQUAL(messages[2].msg_len, 5);
    for (iovec& vector : vectors) vector.iov_len = 8;
    CHECK_EQUAL(recvmmsg(pair[1], messages, 4, MSG_WAITFORONE, nullptr), 3);
    CHECK_EQUAL(messages[2].msg_len, 5);
    CHECK_EQUAL(memcmp(text[2], "three", 5), 0);
}

CASE(sockets, only_a_wait_sees_the_shutdown_of_a_datagram_socket) {
    Pair pair(SOCK_DGRAM);
    char byte;
    CHECK_EQUAL(shutdown(pair[0], SHUT_RD), 0);
    CHECK_ERROR(recv(pair[0], &byte, 1, MSG_DONTWAIT), EAGAIN);
    CHECK_EQUAL(recv(pair[0], &byte, 1, 0), 0);
    CHECK_ERROR(send(pair[1], "x", 1, MSG_NOSIGNAL), EPIPE);
}

CASE(sockets, a_stream_splices_what_there_is) {
    Pair pair;
    int ends[2];
    char data[5000] = {};
    CHECK_EQUAL(pipe(ends), 0);
    CHECK_EQUAL(send(pair[0], data, sizeof data, 0), 5000);
    CHECK_EQUAL(splice(pair[1], nullptr, ends[1], nullptr, 60'000, 0), 5000);
    CHECK_ERROR(splice(pair[1], nullptr, ends[1], nullptr, 1, SPLICE_F_NONBLOCK), EAGAIN);
}
