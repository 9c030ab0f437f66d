// signal(7), "Interruption of system calls and library functions": which blocking calls a handler with SA_RESTART lets
// go on, and which it ends with EINTR whatever its flags say.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

namespace {

volatile sig_atomic_t g_count;

/// A signal after 30 ms, handled with `flags`.
void expect_signal_soon(int flags) {
    struct sigaction action = {};
    action.sa_handler = [](int) { g_count = g_count + 1; };
    action.sa_flags = flags;
    CHECK_EQUAL(sigaction(SIGALRM, &action, nullptr), 0);
    itimerval timer = {{0, 0}, {0, 30'000}};
    CHECK_EQUAL(setitimer(ITIMER_REAL, &timer, nullptr), 0);
}

/// The call ends with EINTR, with and without SA_RESTART.
void expect_never_restarted(long (*call)()) {
    for (int flags : {0, SA_RESTART}) {
        g_count = 0;
        expect_signal_soon(flags);
        CHECK_ERROR(call(), EINTR);
        CHECK_EQUAL(g_count, 1);
    }
}

/// The call ends with EINTR without SA_RESTART; with it, it goes on to its result, which `release` in another process
/// brings about later.
void expect_restarted(long (*call)(), void (*release)()) {
    expect_signal_soon(0);
    CHECK_ERROR(call(), EINTR);
    CHECK_EQUAL(g_count, 1);
    pid_t child = fork();
    if (child == 0) {
        usleep(100'000);
        release();
        _exit(0);
    }
    expect_signal_soon(SA_RESTART);
    CHECK(call() >= 0);
    CHECK_EQUAL(g_count, 2);
    kill(child, SIGKILL);
}

int g_pipe[2];
pid_t g_child;

void make_pipe() { CHECK_EQUAL(pipe(g_pipe), 0); }

} // namespace

CASE(interrupts, poll_and_select_never_restart) {
    make_pipe();
    expect_never_restarted([] {
        pollfd watched = {g_pipe[0], POLLIN, 0};
        return static_cast<long>(poll(&watched, 1, -1));
    });
    expect_never_restarted([] {
        pollfd watched = {g_pipe[0], POLLIN, 0};
        timespec timeout = {5, 0};
        return static_cast<long>(ppoll(&watched, 1, &timeout, nullptr));
    });
    expect_never_restarted([] {
        fd_set readable;
        FD_ZERO(&readable);
        FD_SET(g_pipe[0], &readable);
        return static_cast<long>(select(g_pipe[0] + 1, &readable, nullptr, nullptr, nullptr));
    });
}

CASE(interrupts, sleeps_and_signal_waits_never_restart) {
    expect_never_restarted([] {
        timespec time = {5, 0};
        return static_cast<long>(nanosleep(&time, nullptr));
    });
    expect_never_restarted([] { return static_cast<long>(pause()); });
    expect_never_restarted([] {
        sigset_t none;
        sigemptyset(&none);
        return static_cast<long>(sigsuspend(&none));
    });
    expect_never_restarted([] {
        sigset_t wanted;
        sigemptyset(&wanted);
        sigaddset(&wanted, SIGUSR1);
        return static_cast<long>(sigwaitinfo(&wanted, nullptr));
    });
}

CASE(interrupts, wait_restarts) {
    g_child = fork();
    if (g_child == 0) {
        usleep(200'000);
        _exit(0);
    }
    expect_signal_soon(0);
    CHECK_ERROR(waitpid(g_child, nullptr, 0), EINTR);
    expect_signal_soon(SA_RESTART);
    CHECK_EQUAL(waitpid(g_child, nullptr, 0), g_child);
    CHECK_EQUAL(g_count, 2);
}

CASE(interrupts, a_write_to_a_full_pipe_restarts) {
    make_pipe();
    CHECK_EQUAL(fcntl(g_pipe[1], F_SETPIPE_SZ, 4096), 4096);
    static char block[4096];
    CHECK_EQUAL(write(g_pipe[1], block, 4096), 4096);
    expect_restarted([] { return static_cast<long>(write(g_pipe[1], block, 4096)); },
                     [] { (void)!read(g_pipe[0], block, 4096); });
}

CASE(interrupts, a_write_that_moved_something_answers_how_much) {
    make_pipe();
    CHECK_EQUAL(fcntl(g_pipe[1], F_SETPIPE_SZ, 4096), 4096);
    static char block[10'000];
    expect_signal_soon(SA_RESTART);
    CHECK_EQUAL(write(g_pipe[1], block, 10'000), 4096);
}

CASE(interrupts, a_fifo_open_restarts) {
    enter_fresh_directory();
    CHECK_EQUAL(mkfifo("fifo", 0600), 0);
    expect_restarted([] { return static_cast<long>(open("fifo", O_RDONLY)); }, [] { open("fifo", O_WRONLY); });
}

CASE(interrupts, locks_restart) {
    enter_fresh_directory();
    static int fd;
    write_file("file", "");
    fd = open("file", O_RDWR);
    make_pipe();
    g_child = fork();
    if (g_child == 0) {
        struct flock whole = {};
        whole.l_type = F_WRLCK;
        int own = open("file", O_RDWR);
        CHECK_EQUAL(flock(own, LOCK_EX), 0);
        CHECK_EQUAL(fcntl(own, F_SETLK, &whole), 0);
        CHECK_EQUAL(write(g_pipe[1], "x", 1), 1);
        usleep(300'000);
        _exit(0);
    }
    char byte;
    CHECK_EQUAL(read(g_pipe[0], &byte, 1), 1);
    struct flock lock = {};
    lock.l_type = F_RDLCK;
    expect_signal_soon(0);
    CHECK_ERROR(flock(fd, LOCK_SH), EINTR);
    expect_signal_soon(0);
    CHECK_ERROR(fcntl(fd, F_SETLKW, &lock), EINTR);
    expect_signal_soon(SA_RESTART);
    CHECK_EQUAL(fcntl(fd, F_SETLKW, &lock), 0);
    CHECK_EQUAL(flock(fd, LOCK_SH), 0);
    CHECK_EQUAL(g_count, 3);
}

CASE(interrupts, a_stop_and_a_continue_do_not_end_a_sleep) {
    g_child = fork();
    if (g_child == 0) {
        timespec time = {0, 150'000'000};
        _exit(nanosleep(&time, nullptr) == 0 ? 0 : 1);
    }
    usleep(30'000);
    kill(g_child, SIGSTOP);
    usleep(30'000);
    kill(g_child, SIGCONT);
    int status;
    CHECK_EQUAL(waitpid(g_child, &status, 0), g_child);
    CHECK_EQUAL(status, 0);
}

CASE(interrupts, an_ignored_signal_ends_nothing) {
    make_pipe();
    signal(SIGALRM, SIG_IGN);
    itimerval timer = {{0, 0}, {0, 20'000}};
    setitimer(ITIMER_REAL, &timer, nullptr);
    pollfd watched = {g_pipe[0], POLLIN, 0};
    CHECK_EQUAL(poll(&watched, 1, 80), 0);
}

CASE(interrupts, shortest_and_longest_periods_leave_the_cpu_free) {
    make_pipe();
    signal(SIGALRM, SIG_IGN);
    pollfd watched = {g_pipe[0], POLLIN, 0};
    for (itimerval timer : {itimerval{{0, 1}, {0, 1}}, itimerval{{INT64_MAX, 999'999}, {0, 1}}}) {
        CHECK_EQUAL(setitimer(ITIMER_REAL, &timer, nullptr), 0);
        CHECK_EQUAL(poll(&watched, 1, 50), 0);
    }
    itimerval off = {};
    CHECK_EQUAL(setitimer(ITIMER_REAL, &off, nullptr), 0);
}
