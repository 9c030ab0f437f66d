// poll(2) and select(2) on many descriptors: more than fit on a kernel stack or into one block of waiters.
#include <fcntl.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "selftest.h"

namespace {

constexpr int kMany = 200;

/// Duplicates of one empty pipe's read end, all open for reading only.
struct ManyPipeEnds {
    int ends[2];
    int copies[kMany];
    ManyPipeEnds() {
        CHECK_EQUAL(pipe(ends), 0);
        for (int& copy : copies) CHECK((copy = dup(ends[0])) >= 0);
    }
};

/// Writes a byte once the parent had time to fall asleep; what is tested does not depend on it.
void write_soon(int end) {
    if (fork() != 0) return;
    usleep(20'000);
    _exit(write(end, "x", 1) == 1 ? 0 : 1);
}

} // namespace

CASE(waiting, poll_answers_each_of_many) {
    ManyPipeEnds many;
    int ready[2];
    CHECK_EQUAL(pipe(ready), 0);
    CHECK_EQUAL(write(ready[1], "x", 1), 1);
    pollfd watched[kMany];
    for (int i = 0; i < kMany; ++i) watched[i] = {many.copies[i], POLLIN, static_cast<short>(-1)};
    close(many.copies[3]);
    watched[70].fd = ready[0];
    watched[150].fd = -7;
    watched[199].fd = ready[1];
    watched[199].events = POLLOUT;
    CHECK_EQUAL(poll(watched, kMany, -1), 3);
    for (int i = 0; i < kMany; ++i) {
        int expected = i == 3 ? POLLNVAL : i == 70 ? POLLIN : i == 199 ? POLLOUT : 0;
        CHECK_EQUAL(watched[i].revents, expected);
        CHECK_EQUAL(watched[i].events, i == 199 ? POLLOUT : POLLIN);
    }
    CHECK_EQUAL(poll(watched, kMany, 0), 3);
}

CASE(waiting, poll_of_many_wakes_for_the_last) {
    ManyPipeEnds many;
    int late[2];
    CHECK_EQUAL(pipe(late), 0);
    pollfd watched[kMany];
    for (int i = 0; i < kMany; ++i) watched[i] = {many.copies[i], POLLIN, 0};
    watched[kMany - 1].fd = late[0];
    CHECK_EQUAL(poll(watched, kMany, 5), 0);
    write_soon(late[1]);
    CHECK_EQUAL(poll(watched, kMany, 10'000), 1);
    CHECK_EQUAL(watched[kMany - 1].revents, POLLIN);
    CHECK(wait(nullptr) > 0);
    // All at once, when the other end goes.
    close(many.ends[1]);
    CHECK_EQUAL(poll(watched, kMany, -1), kMany);
    CHECK_EQUAL(watched[0].revents, POLLHUP);
}

CASE(waiting, select_of_many_wakes_for_the_last) {
    ManyPipeEnds many;
    int late[2];
    CHECK_EQUAL(pipe(late), 0);
    fd_set readable;
    FD_ZERO(&readable);
    for (int copy : many.copies) FD_SET(copy, &readable);
    FD_SET(late[0], &readable);
    FD_SET(late[1] + 1, &readable); // beyond the count: not looked at, open or not
    write_soon(late[1]);
    timeval timeout = {10, 0};
    CHECK_EQUAL(select(late[0] + 1, &readable, nullptr, nullptr, &timeout), 1);
    CHECK(FD_ISSET(late[0], &readable));
    for (int copy : many.copies) CHECK(!FD_ISSET(copy, &readable));
    CHECK(timeout.tv_sec < 10);
    CHECK(wait(nullptr) > 0);
}

CASE(waiting, select_refuses_times_that_overflow) {
    struct { long long seconds, microseconds; } given = {0x7fffffffffffffff, 0x7fffffffffffffff};
    CHECK_ERROR(syscall(SYS_select, 0, nullptr, nullptr, nullptr, &given), EINVAL);
}

CASE(waiting, select_counts_each_set) {
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    CHECK_EQUAL(write(ends[1], "x", 1), 1);
    int both = open("/dev/null", O_RDWR);
    CHECK(both >= 0);
    fd_set readable, writable, exceptional;
    FD_ZERO(&readable);
    FD_ZERO(&writable);
    FD_ZERO(&exceptional);
    for (int fd : {ends[0], both}) FD_SET(fd, &readable);
    for (int fd : {ends[1], both}) FD_SET(fd, &writable);
    FD_SET(both, &exceptional);
    CHECK_EQUAL(select(both + 1, &readable, &writable, &exceptional, nullptr), 4);
    CHECK(FD_ISSET(both, &readable) && FD_ISSET(both, &writable) && !FD_ISSET(both, &exceptional));
}
