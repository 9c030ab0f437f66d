// Signals from files: O_ASYNC, F_SETOWN, F_SETOWN_EX, F_SETSIG (fcntl(2)).
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "selftest.h"

namespace {

constexpr int kSetSignal = 10, kGetSignal = 11, kSetOwnerEx = 15, kGetOwnerEx = 16; // F_SETSIG …
constexpr unsigned long kSetAsync = 0x5452;                                         // FIOASYNC
constexpr unsigned long kSetSocketOwner = 0x8901, kGetSocketGroup = 0x8904;         // FIOSETOWN, SIOCGPGRP

struct OwnerEx {
    int type, id;
};

sigset_t block(int signal) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    CHECK_EQUAL(sigprocmask(SIG_BLOCK, &set, nullptr), 0);
    return set;
}

/// The next signal of `set`, or 0 when there is none.
int next_signal(const sigset_t& set, siginfo_t* info) {
    timespec none = {0, 0};
    int signal = sigtimedwait(&set, info, &none);
    return signal < 0 ? 0 : signal;
}

void own(int fd) {
    CHECK_EQUAL(fcntl(fd, F_SETOWN, getpid()), 0);
    CHECK_EQUAL(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC), 0);
    CHECK(fcntl(fd, F_GETFL) & O_ASYNC);
}

} // namespace

CASE(file_signals, owners_are_set_and_told) {
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    CHECK_EQUAL(fcntl(ends[0], F_GETOWN), 0);
    CHECK_EQUAL(fcntl(ends[0], F_SETOWN, getpid()), 0);
    CHECK_EQUAL(fcntl(ends[0], F_GETOWN), getpid());
    CHECK_EQUAL(syscall(SYS_fcntl, ends[0], F_SETOWN, -getpgrp()), 0);
    OwnerEx owner;
    CHECK_EQUAL(fcntl(ends[0], kGetOwnerEx, &owner), 0);
    CHECK_EQUAL(owner.type, 2);
    CHECK_EQUAL(owner.id, getpgrp());
    owner = {0, static_cast<int>(syscall(SYS_gettid))};
    CHECK_EQUAL(fcntl(ends[0], kSetOwnerEx, &owner), 0);
    CHECK_EQUAL(fcntl(ends[0], F_GETOWN), syscall(SYS_gettid));
    owner = {3, getpid()};
    CHECK_ERROR(fcntl(ends[0], kSetOwnerEx, &owner), EINVAL);
    owner = {1, 4'000'000};
    CHECK_ERROR(fcntl(ends[0], kSetOwnerEx, &owner), ESRCH);
    CHECK_ERROR(fcntl(ends[0], F_SETOWN, 4'000'000), ESRCH);
    CHECK_ERROR(fcntl(ends[0], F_SETOWN, INT_MIN), EINVAL);
    CHECK_EQUAL(fcntl(ends[0], F_SETOWN, 0), 0);
    CHECK_EQUAL(fcntl(ends[0], F_GETOWN), 0);
    CHECK_EQUAL(fcntl(ends[0], kGetSignal), 0);
    CHECK_EQUAL(fcntl(ends[0], kSetSignal, 34), 0);
    CHECK_EQUAL(fcntl(ends[0], kGetSignal), 34);
    CHECK_ERROR(fcntl(ends[0], kSetSignal, 65), EINVAL);
    CHECK_ERROR(fcntl(ends[0], kSetSignal, -1), EINVAL);
}

CASE(file_signals, an_owner_that_ended_is_nobody) {
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    int child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    CHECK_EQUAL(fcntl(ends[0], F_SETOWN, child), 0);
    CHECK_EQUAL(fcntl(ends[0], F_GETOWN), child);
    kill(child, SIGKILL);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
    CHECK_EQUAL(fcntl(ends[0], F_GETOWN), 0);
}

CASE(file_signals, a_pipe_tells_its_reader) {
    sigset_t set = block(SIGIO);
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    own(ends[0]);
    siginfo_t info;
    CHECK_EQUAL(next_signal(set, &info), 0);
    CHECK_EQUAL(write(ends[1], "x", 1), 1);
    CHECK_EQUAL(next_signal(set, &info), SIGIO);
    CHECK_EQUAL(info.si_code, SI_KERNEL);
    CHECK_EQUAL(fcntl(ends[0], F_SETFL, 0), 0);
    CHECK_EQUAL(write(ends[1], "x", 1), 1);
    CHECK_EQUAL(next_signal(set, &info), 0);
}

CASE(file_signals, a_chosen_signal_carries_descriptor_and_band) {
    sigset_t set = block(SIGRTMIN + 1);
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    CHECK_EQUAL(fcntl(ends[0], kSetSignal, SIGRTMIN + 1), 0);
    CHECK_EQUAL(fcntl(ends[1], kSetSignal, SIGRTMIN + 1), 0);
    own(ends[0]);
    own(ends[1]);
    CHECK_EQUAL(write(ends[1], "abc", 3), 3);
    CHECK_EQUAL(write(ends[1], "d", 1), 1);
    siginfo_t info;
    for (int i = 0; i < 2; ++i) {
        CHECK_EQUAL(next_signal(set, &info), SIGRTMIN + 1);
        CHECK_EQUAL(info.si_code, POLL_IN);
        CHECK_EQUAL(info.si_fd, ends[0]);
        CHECK_EQUAL(info.si_band, POLLIN | POLLRDNORM);
    }
    CHECK_EQUAL(next_signal(set, &info), 0);
    char buffer[8];
    CHECK_EQUAL(read(ends[0], buffer, 8), 4);
    int signal = next_signal(set, &info);
    if (signal != 0) { // Linux tells of room only when the pipe was full
        CHECK_EQUAL(info.si_code, POLL_OUT);
        CHECK_EQUAL(info.si_fd, ends[1]);
    }
    close(ends[1]);
    CHECK_EQUAL(next_signal(set, &info), SIGRTMIN + 1);
    CHECK_EQUAL(info.si_code, POLL_IN);
}

CASE(file_signals, a_socket_tells_its_owner) {
    sigset_t set = block(SIGIO);
    int ends[2];
    CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    int self = getpid(), on = 1;
    CHECK_EQUAL(ioctl(ends[0], kSetSocketOwner, &self), 0);
    CHECK_EQUAL(ioctl(ends[0], kSetAsync, &on), 0);
    CHECK_EQUAL(fcntl(ends[0], kSetSignal, SIGIO), 0);
    int owner = 0;
    CHECK_EQUAL(ioctl(ends[0], kGetSocketGroup, &owner), 0);
    CHECK_EQUAL(owner, self);
    CHECK_EQUAL(write(ends[1], "x", 1), 1);
    siginfo_t info;
    CHECK_EQUAL(next_signal(set, &info), SIGIO);
    CHECK_EQUAL(info.si_code, POLL_IN);
    char byte;
    CHECK_EQUAL(read(ends[0], &byte, 1), 1);
    CHECK_EQUAL(write(ends[0], "y", 1), 1); // room is nothing new
    CHECK_EQUAL(read(ends[1], &byte, 1), 1);
    CHECK_EQUAL(next_signal(set, &info), 0);
    close(ends[1]);
    CHECK_EQUAL(next_signal(set, &info), SIGIO);
    CHECK_EQUAL(info.si_code, POLL_HUP);
}

CASE(file_signals, files_without_events_have_no_async) {
    int file = open("/tmp/file_signals", O_RDWR | O_CREAT, 0600);
    CHECK(file >= 0);
    CHECK_EQUAL(fcntl(file, F_SETFL, O_ASYNC), 0);
    CHECK_EQUAL(fcntl(file, F_GETFL) & O_ASYNC, 0);
    int on = 1;
    CHECK_ERROR(ioctl(file, kSetAsync, &on), ENOTTY);
    CHECK_ERROR(ioctl(file, kGetSocketGroup, &on), ENOTTY);
    close(file);
    unlink("/tmp/file_signals");
}

CASE(file_signals, a_terminal_tells_its_group) {
    sigset_t set = block(SIGIO);
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    CHECK(slave >= 0);
    CHECK_EQUAL(fcntl(slave, F_SETFL, O_ASYNC), 0);
    CHECK_EQUAL(fcntl(slave, F_GETOWN), getpid()); // no session has it
    CHECK_EQUAL(write(master, "line\n", 5), 5);
    timespec soon = {10, 0};
    CHECK_EQUAL(sigtimedwait(&set, nullptr, &soon), SIGIO);
}

CASE(file_signals, a_handler_runs_before_the_next_instruction) {
    static volatile int count = 0;
    struct sigaction action = {};
    action.sa_handler = [](int) { count = count + 1; };
    CHECK_EQUAL(sigaction(SIGIO, &action, nullptr), 0);
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    own(ends[0]);
    for (int i = 1; i <= 100; ++i) {
        CHECK_EQUAL(write(ends[1], "x", 1), 1);
        CHECK_EQUAL(count, i);
    }
}
