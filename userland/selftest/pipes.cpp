// pipe(7), FIFOs, poll(2), select(2).
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

CASE(pipes, bytes_arrive_in_order_and_end_with_eof) {
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    CHECK_EQUAL(write(ends[1], "hello", 5), 5);
    char buffer[10];
    CHECK_EQUAL(read(ends[0], buffer, 2), 2);
    int waiting = -1;
    CHECK_EQUAL(ioctl(ends[0], FIONREAD, &waiting), 0);
    CHECK_EQUAL(waiting, 3);
    CHECK_EQUAL(read(ends[0], buffer, 10), 3);
    close(ends[1]);
    CHECK_EQUAL(read(ends[0], buffer, 10), 0);
    CHECK_ERROR(lseek(ends[0], 0, SEEK_SET), ESPIPE);
    CHECK_ERROR(write(ends[0], "x", 1), EBADF);
}

CASE(pipes, writing_without_a_reader_is_sigpipe_or_epipe) {
    int status = selftest::in_child([] {
        int ends[2];
        CHECK_EQUAL(pipe(ends), 0);
        close(ends[0]);
        (void)!write(ends[1], "x", 1);
    });
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
    signal(SIGPIPE, SIG_IGN);
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    close(ends[0]);
    CHECK_ERROR(write(ends[1], "x", 1), EPIPE);
}

CASE(pipes, nonblocking_ends_answer_eagain) {
    int ends[2];
    CHECK_EQUAL(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    CHECK_EQUAL(fcntl(ends[0], F_GETFD), FD_CLOEXEC);
    char buffer[4096] = {};
    CHECK_ERROR(read(ends[0], buffer, 1), EAGAIN);
    long total = 0;
    ssize_t size;
    while ((size = write(ends[1], buffer, sizeof buffer)) > 0) total += size;
    CHECK_EQUAL(errno, EAGAIN);
    CHECK_EQUAL(total, 65536);
    CHECK_ERROR(pipe2(ends, 0x10), EINVAL);
}

CASE(pipes, a_big_write_passes_through_a_small_pipe) {
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    pid_t child = fork();
    static char block[300'000];
    if (child == 0) {
        close(ends[0]);
        for (size_t index = 0; index < sizeof block; ++index) block[index] = static_cast<char>(index * 7);
        _exit(write(ends[1], block, sizeof block) == sizeof block ? 0 : 1);
    }
    close(ends[1]);
    size_t total = 0;
    ssize_t size;
    char buffer[5000];
    while ((size = read(ends[0], buffer, sizeof buffer)) > 0) {
        for (ssize_t index = 0; index < size; ++index)
            CHECK_EQUAL(buffer[index], static_cast<char>((total + static_cast<size_t>(index)) * 7));
        total += static_cast<size_t>(size);
    }
    CHECK_EQUAL(total, sizeof block);
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
}

CASE(pipes, poll_reports_each_edge) {
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    pollfd watched[2] = {{ends[0], POLLIN, 0}, {ends[1], POLLOUT, 0}};
    CHECK_EQUAL(poll(watched, 2, 0), 1);
    CHECK_EQUAL(watched[0].revents, 0);
    CHECK_EQUAL(watched[1].revents, POLLOUT);
    CHECK_EQUAL(write(ends[1], "x", 1), 1);
    CHECK_EQUAL(poll(watched, 1, -1), 1);
    CHECK_EQUAL(watched[0].revents, POLLIN);
    close(ends[1]);
    CHECK_EQUAL(poll(watched, 1, -1), 1);
    CHECK_EQUAL(watched[0].revents, POLLIN | POLLHUP);
    watched[0].fd = ends[1];
    CHECK_EQUAL(poll(watched, 1, 0), 1);
    CHECK_EQUAL(watched[0].revents, POLLNVAL);
    watched[0].fd = -5;
    CHECK_EQUAL(poll(watched, 1, 10), 0);
}

CASE(pipes, poll_wakes_when_data_comes) {
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        usleep(50'000);
        _exit(write(ends[1], "x", 1) == 1 ? 0 : 1);
    }
    pollfd watched = {ends[0], POLLIN, 0};
    CHECK_EQUAL(poll(&watched, 1, 10'000), 1);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
}

CASE(pipes, select_sets_and_timeouts) {
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    fd_set readable, writable;
    FD_ZERO(&readable);
    FD_ZERO(&writable);
    FD_SET(ends[0], &readable);
    FD_SET(ends[1], &writable);
    timeval timeout = {0, 10'000};
    CHECK_EQUAL(select(ends[1] + 1, &readable, &writable, nullptr, &timeout), 1);
    CHECK(!FD_ISSET(ends[0], &readable) && FD_ISSET(ends[1], &writable));
    FD_SET(ends[0], &readable);
    CHECK_EQUAL(select(ends[0] + 1, &readable, nullptr, nullptr, &timeout), 0);
    CHECK(timeout.tv_sec == 0 && timeout.tv_usec == 0);
    CHECK_ERROR(select(-1, nullptr, nullptr, nullptr, nullptr), EINVAL);
    FD_ZERO(&readable);
    // One that was open: Linux looks no further than its table has grown.
    int closed = dup(ends[0]);
    close(closed);
    FD_SET(closed, &readable);
    CHECK_ERROR(select(closed + 1, &readable, nullptr, nullptr, &timeout), EBADF);
}

CASE(pipes, fifo_joins_two_processes) {
    const char* name = "/tmp/self-test-fifo";
    unlink(name);
    CHECK_EQUAL(mkfifo(name, 0600), 0);
    CHECK_ERROR(mkfifo(name, 0600), EEXIST);
    CHECK_ERROR(open(name, O_WRONLY | O_NONBLOCK), ENXIO);
    pid_t child = fork();
    if (child == 0) {
        int fd = open(name, O_WRONLY);
        _exit(write(fd, "through", 7) == 7 ? 0 : 1);
    }
    int fd = open(name, O_RDONLY);
    char buffer[10];
    CHECK_EQUAL(read(fd, buffer, 10), 7);
    CHECK_EQUAL(read(fd, buffer, 10), 0);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
    unlink(name);
}

CASE(pipes, fifo_opens_wait_for_the_other_side) {
    enter_fresh_directory();
    CHECK_EQUAL(mkfifo("fifo", 0600), 0);
    char buffer[10];
    int reader = open("fifo", O_RDONLY | O_NONBLOCK); // never waits
    CHECK(reader >= 0);
    CHECK_EQUAL(read(reader, buffer, 10), 0);
    pollfd watched = {reader, POLLIN, 0};
    CHECK_EQUAL(poll(&watched, 1, 0), 0); // no writer yet is not a hang-up
    int writer = open("fifo", O_WRONLY | O_NONBLOCK);
    CHECK(writer >= 0);
    CHECK_ERROR(read(reader, buffer, 10), EAGAIN);
    CHECK_EQUAL(write(writer, "abc", 3), 3);
    CHECK_EQUAL(read(reader, buffer, 10), 3);
    CHECK_ERROR(lseek(reader, 0, SEEK_SET), ESPIPE);
    CHECK_ERROR(pread(reader, buffer, 1, 0), ESPIPE);
    close(writer);
    CHECK_EQUAL(poll(&watched, 1, 0), 1);
    CHECK_EQUAL(watched.revents, POLLHUP);
    close(reader);
    int both = open("fifo", O_RDWR); // neither does O_RDWR
    CHECK(both >= 0);
    CHECK_EQUAL(write(both, "kept", 4), 4);
    close(both);
    reader = open("fifo", O_RDONLY | O_NONBLOCK);
    CHECK_EQUAL(read(reader, buffer, 10), 0); // what nobody read went with the last end
}

CASE(pipes, a_fifo_writer_that_is_quickly_gone_is_not_missed) {
    enter_fresh_directory();
    CHECK_EQUAL(mkfifo("fifo", 0600), 0);
    for (int round = 0; round < 200; ++round) {
        pid_t child = fork();
        if (child == 0) _exit(close(open("fifo", O_WRONLY)));
        char byte;
        int fd = open("fifo", O_RDONLY);
        CHECK(fd >= 0);
        CHECK_EQUAL(read(fd, &byte, 1), 0);
        close(fd);
        CHECK_EQUAL(waitpid(child, nullptr, 0), child);
    }
}

CASE(pipes, capacity_is_read_and_set) {
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    CHECK_EQUAL(fcntl(ends[0], F_GETPIPE_SZ), 65'536);
    CHECK_EQUAL(fcntl(ends[1], F_SETPIPE_SZ, 5000), 8192);
    CHECK_EQUAL(fcntl(ends[1], F_SETPIPE_SZ, 4096), 4096);
    CHECK_EQUAL(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    static char block[8000];
    CHECK_EQUAL(write(ends[1], block, 8000), 4096); // more than PIPE_BUF may be cut
    CHECK_ERROR(write(ends[1], block, 1), EAGAIN);
    CHECK_EQUAL(read(ends[0], block, 100), 100);
    CHECK_ERROR(write(ends[1], block, 4096), EAGAIN); // PIPE_BUF is all or nothing
    int stored = 0;
    CHECK_EQUAL(ioctl(ends[0], FIONREAD, &stored), 0);
    CHECK_EQUAL(stored, 3996);
    CHECK_EQUAL(fcntl(ends[1], F_SETPIPE_SZ, 16'384), 16'384);
    CHECK_EQUAL(write(ends[1], block, 4096), 4096);
    CHECK_ERROR(fcntl(open("/dev/null", O_RDWR), F_GETPIPE_SZ), EBADF);
    CHECK_ERROR(pipe2(ends, 0x12345), EINVAL);
}

CASE(pipes, many_writers_and_readers_lose_nothing) {
    constexpr int kWriters = 4, kReaders = 3, kWrites = 150, kSize = 3000;
    int data[2], sums[2];
    CHECK_EQUAL(pipe(data), 0);
    CHECK_EQUAL(pipe(sums), 0);
    for (int writer = 0; writer < kWriters; ++writer) {
        if (fork() != 0) continue;
        close(data[0]);
        char block[kSize];
        memset(block, 'a' + writer, kSize);
        for (int round = 0; round < kWrites; ++round)
            if (write(data[1], block, kSize) != kSize) _exit(1);
        _exit(0);
    }
    for (int reader = 0; reader < kReaders; ++reader) {
        if (fork() != 0) continue;
        close(data[1]);
        char block[kSize];
        long counts[kWriters] = {};
        ssize_t size;
        while ((size = read(data[0], block, 1000)) > 0)
            for (ssize_t index = 0; index < size; ++index) ++counts[block[index] - 'a'];
        _exit(size == 0 && write(sums[1], counts, sizeof counts) == sizeof counts ? 0 : 1);
    }
    close(data[0]);
    close(data[1]);
    long totals[kWriters] = {}, counts[kWriters];
    for (int reader = 0; reader < kReaders; ++reader) {
        CHECK_EQUAL(read(sums[0], counts, sizeof counts), sizeof counts);
        for (int writer = 0; writer < kWriters; ++writer) totals[writer] += counts[writer];
    }
    for (long total : totals) CHECK_EQUAL(total, kWrites * kSize);
    int status;
    while (wait(&status) > 0) CHECK_EQUAL(status, 0);
}

CASE(pipes, poll_on_500_descriptors) {
    constexpr int kCount = 500;
    rlimit limit = {1024, 1024};
    CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    static pollfd watched[kCount];
    for (pollfd& entry : watched) entry = {dup(ends[0]), POLLIN, 0};
    CHECK(watched[kCount - 1].fd >= kCount - 1);
    CHECK_EQUAL(poll(watched, kCount, 0), 0);
    pid_t child = fork();
    if (child == 0) {
        usleep(20'000);
        _exit(write(ends[1], "x", 1) == 1 ? 0 : 1);
    }
    CHECK_EQUAL(poll(watched, kCount, -1), kCount);
    for (pollfd& entry : watched) CHECK_EQUAL(entry.revents, POLLIN);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
    CHECK_ERROR(poll(watched, 1025, 0), EINVAL); // more than RLIMIT_NOFILE
}

CASE(pipes, rwf_nowait_tries_once) {
    constexpr int kNoWait = 8; // RWF_NOWAIT
    char data[8] = {};
    iovec vector = {data, sizeof data};
    auto read_now = [&](int fd) { return syscall(SYS_preadv2, fd, &vector, 1, -1L, 0, kNoWait); };
    auto write_now = [&](int fd) { return syscall(SYS_pwritev2, fd, &vector, 1, -1L, 0, kNoWait); };
    int ends[2], sockets[2];
    CHECK_EQUAL(pipe(ends), 0);
    if (read_now(ends[0]) == -1 && errno == EOPNOTSUPP) return; // a Linux before 6.4
    CHECK_ERROR(read_now(ends[0]), EAGAIN);
    CHECK_EQUAL(write_now(ends[1]), 8);
    CHECK_EQUAL(read_now(ends[0]), 8);
    while (write_now(ends[1]) > 0) {}
    CHECK_EQUAL(errno, EAGAIN);
    CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    CHECK_ERROR(read_now(sockets[0]), EAGAIN);
    CHECK_EQUAL(write_now(sockets[1]), 8);
    CHECK_EQUAL(read_now(sockets[0]), 8);
    int event = eventfd(0, 0);
    CHECK_ERROR(read_now(event), EAGAIN);
    CHECK_ERROR(write_now(event), EOPNOTSUPP);
    enter_fresh_directory();
    CHECK_EQUAL(mkfifo("named", 0600), 0);
    int named = open("named", O_RDWR);
    CHECK_ERROR(read_now(named), EOPNOTSUPP);
    CHECK_ERROR(syscall(SYS_preadv2, ends[0], &vector, 1, -1L, 0, 0x4000), EOPNOTSUPP);
}

CASE(pipes, a_fault_takes_nothing_of_an_atomic_write) {
    int ends[2];
    CHECK_EQUAL(pipe2(ends, O_NONBLOCK), 0);
    char byte = 'x';
    iovec vectors[2] = {{&byte, 1}, {reinterpret_cast<void*>(8), 1}};
    CHECK_ERROR(writev(ends[1], vectors, 2), EFAULT);
    CHECK_ERROR(read(ends[0], &byte, 1), EAGAIN);
    CHECK_EQUAL(write(ends[1], "ab", 2), 2);
    CHECK_ERROR(writev(ends[1], vectors, 2), EFAULT);
    char data[8];
    CHECK_EQUAL(read(ends[0], data, sizeof data), 2);
}

CASE(pipes, packet_mode_is_the_write_end_s) {
    int ends[2];
    CHECK_EQUAL(pipe2(ends, O_DIRECT), 0);
    CHECK_EQUAL(fcntl(ends[0], F_GETFL) & O_DIRECT, 0);
    CHECK_EQUAL(fcntl(ends[1], F_GETFL) & O_DIRECT, O_DIRECT);
}

CASE(pipes, largest_size_is_rounded_to_a_power_of_two) {
    constexpr const char* kSetting = "/proc/sys/fs/pipe-max-size";
    std::string old = read_file(kSetting);
    write_file(kSetting, "100000");
    CHECK_EQUAL(strcmp(read_file(kSetting).c_str(), "131072\n"), 0);
    write_file(kSetting, "1");
    CHECK_EQUAL(strcmp(read_file(kSetting).c_str(), "4096\n"), 0);
    write_file(kSetting, old);
}
