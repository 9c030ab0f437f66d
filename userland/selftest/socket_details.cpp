// What sockets tell beside their data: urgent bytes, filters, time stamps, process descriptors (unix(7),
// socket(7), tcp(7)).
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

namespace {

// Numbers of <linux/…> that the C library's headers do not have on every system.
constexpr int kAtMark = 0x8905, kBoundFile = 0x89e0;
constexpr int kAttachFilter = 26, kDetachFilter = 27, kTimestamp = 29, kTimestampNs = 35, kTimestamping = 37,
              kLockFilter = 44, kPassPidfd = 76, kPeerPidfd = 77, kScmPidfd = 4;

struct Pair {
    Pair(int type = SOCK_STREAM) { CHECK_EQUAL(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, ends), 0); }
    int ends[2];
    int operator[](int index) const { return ends[index]; }
};

int option(int socket, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    CHECK_EQUAL(getsockopt(socket, SOL_SOCKET, name, &value, &size), 0);
    return value;
}

int set_option(int socket, int name, int value) { return setsockopt(socket, SOL_SOCKET, name, &value, sizeof value); }

bool is_at_mark(int socket) {
    int answer = -1;
    CHECK_EQUAL(ioctl(socket, kAtMark, &answer), 0);
    return answer == 1;
}

short events_of(int socket) {
    pollfd watched = {socket, POLLIN | POLLPRI, 0};
    CHECK(poll(&watched, 1, 0) >= 0);
    return watched.revents;
}

volatile sig_atomic_t g_urgent_signals = 0;

struct Instruction { // struct sock_filter
    unsigned short code;
    unsigned char jump_true, jump_false;
    unsigned operand;
};

int attach(int socket, const Instruction* program, unsigned short count) {
    struct { unsigned short count; const Instruction* program; } argument = {count, program};
    return setsockopt(socket, SOL_SOCKET, kAttachFilter, &argument, sizeof argument);
}

struct Received {
    char data[64];
    ssize_t size;
    int flags;
    alignas(cmsghdr) char control[512];
    size_t control_size;

    Received(int socket, size_t control_room = sizeof control) {
        iovec vector = {data, sizeof data};
        msghdr message = {};
        message.msg_iov = &vector;
        message.msg_iovlen = 1;
        message.msg_control = control_room ? control : nullptr;
        message.msg_controllen = control_room;
        size = recvmsg(socket, &message, 0);
        flags = message.msg_flags;
        control_size = message.msg_controllen;
    }
    const cmsghdr* find(int type) {
        msghdr message = {};
        message.msg_control = control;
        message.msg_controllen = control_size;
        for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header))
            if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == type) return header;
        return nullptr;
    }
};

long long pid_of(int pidfd) {
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
    int fd = open(path, O_RDONLY);
    ssize_t size = read(fd, text, sizeof text - 1);
    CHECK(size > 0);
    close(fd);
    text[size] = 0;
    const char* line = strstr(text, "Pid:");
    CHECK(line != nullptr);
    return atoll(line + 4);
}

} // namespace

CASE(sockets, urgent_bytes_come_first_and_part_the_data) {
    Pair pair;
    char data[8] = {};
    CHECK_ERROR(recv(pair[1], data, 1, MSG_OOB), EINVAL);
    CHECK_ERROR(send(pair[0], data, 0, MSG_OOB), EOPNOTSUPP);
    CHECK_EQUAL(send(pair[0], "abc", 3, MSG_OOB), 3);
    CHECK_EQUAL(send(pair[0], "de", 2, 0), 2);
    CHECK_EQUAL(events_of(pair[1]), POLLIN | POLLPRI);
    CHECK_EQUAL(recv(pair[1], data, 8, MSG_PEEK), 2);
    CHECK_EQUAL(recv(pair[1], data, 8, MSG_OOB | MSG_PEEK), 1);
    CHECK_EQUAL(data[0], 'c');
    CHECK(!is_at_mark(pair[1]));
    CHECK_EQUAL(recv(pair[1], data, 8, 0), 2); // up to the mark
    CHECK(is_at_mark(pair[1]));
    CHECK_EQUAL(recv(pair[1], data, 8, MSG_OOB), 1);
    CHECK_EQUAL(data[0], 'c');
    CHECK_EQUAL(events_of(pair[1]), POLLIN);
    CHECK_ERROR(recv(pair[1], data, 8, MSG_OOB), EINVAL);
    CHECK_EQUAL(recv(pair[1], data, 8, 0), 2);
    CHECK(memcmp(data, "de", 2) == 0 && !is_at_mark(pair[1]));
    CHECK_EQUAL(events_of(pair[1]), 0);
}

CASE(sockets, an_urgent_byte_that_nobody_fetched_is_lost_or_inline) {
    Pair pair;
    char data[8] = {};
    CHECK_EQUAL(send(pair[0], "x", 1, MSG_OOB), 1);
    CHECK_ERROR(recv(pair[1], data, 8, MSG_PEEK), EAGAIN);
    CHECK_ERROR(recv(pair[1], data, 8, 0), EAGAIN);
    CHECK_ERROR(recv(pair[1], data, 1, MSG_OOB), EINVAL);
    // The newer one is urgent; the older is ordinary again.
    CHECK_EQUAL(send(pair[0], "a", 1, MSG_OOB), 1);
    CHECK_EQUAL(send(pair[0], "b", 1, MSG_OOB), 1);
    CHECK_EQUAL(recv(pair[1], data, 8, 0), 1);
    CHECK_EQUAL(data[0], 'a');
    CHECK_EQUAL(recv(pair[1], data, 8, MSG_OOB), 1);
    CHECK_EQUAL(data[0], 'b');
    CHECK_EQUAL(set_option(pair[1], SO_OOBINLINE, 1), 0);
    CHECK_EQUAL(send(pair[0], "pq", 2, MSG_OOB), 2);
    CHECK_ERROR(recv(pair[1], data, 1, MSG_OOB), EINVAL);
    CHECK_EQUAL(recv(pair[1], data, 8, 0), 1);
    CHECK(is_at_mark(pair[1]));
    CHECK_EQUAL(recv(pair[1], data, 8, 0), 1);
    CHECK_EQUAL(data[0], 'q');
    Pair packets(SOCK_SEQPACKET);
    CHECK_ERROR(send(packets[0], "x", 1, MSG_OOB), EOPNOTSUPP);
    CHECK_ERROR(recv(packets[1], data, 1, MSG_OOB), EOPNOTSUPP);
}

CASE(sockets, an_urgent_byte_signals_the_owner) {
    Pair pair;
    signal(SIGURG, [](int) { g_urgent_signals = g_urgent_signals + 1; });
    CHECK_EQUAL(send(pair[0], "a", 1, MSG_OOB), 1); // nobody is told
    CHECK_EQUAL(fcntl(pair[1], F_SETOWN, getpid()), 0);
    CHECK_EQUAL(send(pair[0], "b", 1, MSG_OOB), 1);
    CHECK_EQUAL(send(pair[0], "c", 1, 0), 1);
    CHECK_EQUAL(g_urgent_signals, 1);
}

CASE(sockets, a_peek_at_nothing_but_urgent_data_waits) {
    Pair pair;
    fcntl(pair[1], F_SETFL, 0);
    CHECK_EQUAL(send(pair[0], "u", 1, MSG_OOB), 1);
    if (fork() == 0) {
        usleep(20'000);
        _exit(send(pair[0], "v", 1, 0) == 1 ? 0 : 1);
    }
    char data[4] = {};
    CHECK_EQUAL(recv(pair[1], data, 4, MSG_PEEK), 1);
    CHECK_EQUAL(data[0], 'v');
    CHECK_EQUAL(recv(pair[1], data, 4, 0), 1);
    CHECK_EQUAL(wait(nullptr) > 0, true);
}

CASE(sockets, flags_and_control_that_cannot_be) {
    Pair pair;
    CHECK_ERROR(fcntl(pair[0], F_SETFL, O_DIRECT), EINVAL);
    char byte = 'x';
    iovec data = {&byte, 1};
    msghdr message = {};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_controllen = 5;
    CHECK_ERROR(sendmsg(pair[0], &message, 0), EFAULT);
}

CASE(sockets, filters_drop_and_cut_messages) {
    Pair pair(SOCK_DGRAM);
    // Messages that begin with 'd' go, others keep as many bytes as their second one says; shorter ones go as well.
    const Instruction program[] = {
        {0x30, 0, 0, 0}, {0x15, 2, 0, 'd'}, {0x30, 0, 0, 1}, {0x16, 0, 0, 0}, {0x06, 0, 0, 0}};
    CHECK_ERROR(set_option(pair[1], kDetachFilter, 0), ENOENT);
    CHECK_EQUAL(attach(pair[1], program, 5), 0);
    char data[16];
    CHECK_EQUAL(send(pair[0], "drop", 4, 0), 4);
    CHECK_EQUAL(send(pair[0], "x", 1, 0), 1);
    CHECK_EQUAL(send(pair[0], "k\003cut", 5, 0), 5);
    CHECK_EQUAL(recv(pair[1], data, sizeof data, MSG_TRUNC), 3);
    CHECK_ERROR(recv(pair[1], data, sizeof data, 0), EAGAIN);
    CHECK_EQUAL(send(pair[1], "drop", 4, 0), 4); // the other way nothing is filtered
    CHECK_EQUAL(recv(pair[0], data, sizeof data, 0), 4);

    Instruction shown[8] = {};
    socklen_t count = 0;
    CHECK_EQUAL(getsockopt(pair[1], SOL_SOCKET, kAttachFilter, shown, &count), 0);
    CHECK_EQUAL(count, 5);
    count = 4;
    CHECK_ERROR(getsockopt(pair[1], SOL_SOCKET, kAttachFilter, shown, &count), EINVAL);
    count = 8;
    CHECK_EQUAL(getsockopt(pair[1], SOL_SOCKET, kAttachFilter, shown, &count), 0);
    CHECK(count == 5 && memcmp(shown, program, sizeof program) == 0);

    CHECK_EQUAL(set_option(pair[1], kLockFilter, 1), 0);
    CHECK_ERROR(set_option(pair[1], kLockFilter, 0), EPERM);
    CHECK_ERROR(set_option(pair[1], kDetachFilter, 0), EPERM);
    CHECK_ERROR(attach(pair[1], program, 5), EPERM);
}

CASE(sockets, filters_load_network_order_and_what_is_beside_the_bytes) {
    Pair pair(SOCK_DGRAM);
    char data[32] = {};
    auto kept = [&](const Instruction* program, unsigned short count) {
        CHECK_EQUAL(attach(pair[1], program, count), 0);
        CHECK_EQUAL(send(pair[0], "\0\0\0\5\0\003abcdefghij", 16, 0), 16);
        return recv(pair[1], data, sizeof data, 0);
    };
    const Instruction word[] = {{0x20, 0, 0, 0}, {0x16, 0, 0, 0}};
    CHECK_EQUAL(kept(word, 2), 5);
    const Instruction half_indexed[] = {{0x01, 0, 0, 2}, {0x48, 0, 0, 2}, {0x16, 0, 0, 0}};
    CHECK_EQUAL(kept(half_indexed, 3), 3);
    const Instruction header_length[] = {{0xb1, 0, 0, 5}, {0x87, 0, 0, 0}, {0x16, 0, 0, 0}}; // 4 * (3 & 15)
    CHECK_EQUAL(kept(header_length, 3), 12);
    const Instruction remainder[] = {{0x80, 0, 0, 0}, {0x94, 0, 0, 9}, {0x16, 0, 0, 0}}; // 16 % 9
    CHECK_EQUAL(kept(remainder, 3), 7);
    const Instruction exclusive_or[] = {
        {0x01, 0, 0, 6}, {0x00, 0, 0, 2}, {0x20, 0, 0, 0xfffff000 + 40}, {0x16, 0, 0, 0}};
    CHECK_EQUAL(kept(exclusive_or, 4), 4);
    const Instruction processor[] = {
        {0x20, 0, 0, 0xfffff000 + 36}, {0x25, 1, 0, 4095}, {0x06, 0, 0, 9}, {0x06, 0, 0, 0}};
    CHECK_EQUAL(kept(processor, 4), 9);
    const Instruction no_device[] = {{0x20, 0, 0, 0xfffff000 + 8}, {0x06, 0, 0, 9}};
    CHECK_ERROR(kept(no_device, 2), EAGAIN);
    const Instruction outside[] = {{0x20, 0, 0, 13}, {0x06, 0, 0, 9}};
    CHECK_ERROR(kept(outside, 2), EAGAIN);
}

CASE(sockets, filters_are_checked) {
    Pair pair(SOCK_DGRAM);
    const Instruction unknown_fact[] = {{0x20, 0, 0, 0xfffff000 + 64}, {0x06, 0, 0, 1}};
    const Instruction no_return[] = {{0x00, 0, 0, 1}};
    const Instruction division[] = {{0x94, 0, 0, 0}, {0x06, 0, 0, 1}};
    const Instruction good[] = {{0x06, 0, 0, 1}};
    CHECK_ERROR(attach(pair[0], unknown_fact, 2), EINVAL);
    CHECK_ERROR(attach(pair[0], no_return, 1), EINVAL);
    CHECK_ERROR(attach(pair[0], division, 2), EINVAL);
    CHECK_ERROR(attach(pair[0], good, 0), EINVAL);
    CHECK_ERROR(attach(pair[0], nullptr, 1), EINVAL);
    CHECK_ERROR(attach(pair[0], reinterpret_cast<const Instruction*>(8), 1), EFAULT);
    CHECK_ERROR(setsockopt(pair[0], SOL_SOCKET, kAttachFilter, good, 8), EINVAL);
    CHECK_EQUAL(option(pair[0], 48), 64); // SO_BPF_EXTENSIONS
}

CASE(sockets, datagrams_tell_when_they_came) {
    Pair pair(SOCK_DGRAM);
    CHECK_EQUAL(set_option(pair[1], kTimestamp, 1), 0);
    timeval before, after, stamp;
    gettimeofday(&before, nullptr);
    CHECK_EQUAL(send(pair[0], "a", 1, 0), 1);
    gettimeofday(&after, nullptr);
    Received first(pair[1]);
    const cmsghdr* header = first.find(kTimestamp);
    CHECK(header && header->cmsg_len == CMSG_LEN(sizeof stamp));
    memcpy(&stamp, CMSG_DATA(header), sizeof stamp);
    CHECK(!timercmp(&stamp, &before, <) && !timercmp(&stamp, &after, >));
    // The last form asked for counts.
    CHECK_EQUAL(set_option(pair[1], kTimestampNs, 1), 0);
    CHECK(option(pair[1], kTimestamp) == 0 && option(pair[1], kTimestampNs) == 1);
    CHECK_EQUAL(set_option(pair[1], kTimestamping, 1 << 4), 0); // SOF_TIMESTAMPING_SOFTWARE
    CHECK_EQUAL(send(pair[0], "b", 1, 0), 1);
    Received second(pair[1]);
    const cmsghdr *exact = second.find(kTimestampNs), *all = second.find(kTimestamping);
    CHECK(exact && exact->cmsg_len == CMSG_LEN(sizeof(timespec)) && !second.find(kTimestamp));
    CHECK(all && all->cmsg_len == CMSG_LEN(3 * sizeof(timespec)) &&
          memcmp(CMSG_DATA(all), CMSG_DATA(exact), sizeof(timespec)) == 0);
    CHECK_EQUAL(send(pair[0], "c", 1, 0), 1);
    Received without_room(pair[1], 0);
    CHECK_EQUAL(without_room.flags & MSG_CTRUNC, MSG_CTRUNC);
    CHECK_EQUAL(set_option(pair[1], kTimestampNs, 0), 0);
    CHECK_EQUAL(send(pair[0], "d", 1, 0), 1);
    CHECK_EQUAL(Received(pair[1]).control_size, 0);
}

CASE(sockets, the_peer_as_a_process_descriptor) {
    int ready[2];
    CHECK_EQUAL(pipe(ready), 0);
    Pair pair;
    int pidfd = -1;
    socklen_t size = sizeof pidfd;
    if (getsockopt(pair[0], SOL_SOCKET, kPeerPidfd, &pidfd, &size) != 0 && errno == ENOPROTOOPT)
        return; // a Linux before 6.5
    CHECK_EQUAL(pid_of(pidfd), getpid());
    CHECK_EQUAL(fcntl(pidfd, F_GETFD), FD_CLOEXEC);
    int alone = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_ERROR(getsockopt(alone, SOL_SOCKET, kPeerPidfd, &pidfd, &size), ENODATA);
    CHECK_EQUAL(set_option(pair[1], kPassPidfd, 1), 0);
    pid_t child = fork();
    if (child == 0) {
        bool is_sent = send(pair[0], "x", 1, 0) == 1 && write(ready[1], "", 1) == 1;
        pause();
        _exit(is_sent ? 0 : 1);
    }
    char byte;
    CHECK_EQUAL(read(ready[0], &byte, 1), 1);
    Received received(pair[1]);
    const cmsghdr* header = received.find(kScmPidfd);
    CHECK(header && header->cmsg_len == CMSG_LEN(sizeof(int)) && !received.find(SCM_CREDENTIALS));
    memcpy(&pidfd, CMSG_DATA(header), sizeof pidfd);
    CHECK_EQUAL(pid_of(pidfd), child);
    CHECK_EQUAL(fcntl(pidfd, F_GETFD), FD_CLOEXEC);
    CHECK_EQUAL(syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, nullptr, 0), 0);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
    CHECK_EQUAL(send(pair[0], "y", 1, 0), 1);
    Received cut(pair[1], sizeof(cmsghdr));
    CHECK(cut.control_size == 0 && (cut.flags & MSG_CTRUNC));
}

CASE(sockets, the_file_of_a_bound_name) {
    if (geteuid() != 0) return; // asks for CAP_NET_ADMIN
    enter_fresh_directory();
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    strcpy(address.sun_path, "bound");
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    CHECK_ERROR(ioctl(fd, kBoundFile, 0), ENOENT);
    CHECK_EQUAL(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    int file = ioctl(fd, kBoundFile, 0);
    struct stat by_descriptor, by_name;
    CHECK(file >= 0 && fstat(file, &by_descriptor) == 0 && stat("bound", &by_name) == 0);
    CHECK(by_descriptor.st_ino == by_name.st_ino && S_ISSOCK(by_descriptor.st_mode));
    CHECK_EQUAL(fcntl(file, F_GETFL) & O_PATH, O_PATH);
    CHECK_EQUAL(fcntl(file, F_GETFD), FD_CLOEXEC);
}
