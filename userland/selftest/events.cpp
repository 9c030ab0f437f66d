// eventfd(2), timerfd_create(2), signalfd(2).
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "selftest.h"

namespace {

short events_of(int fd) {
    pollfd watched = {fd, POLLIN | POLLOUT, 0};
    CHECK(poll(&watched, 1, 0) >= 0);
    return watched.revents;
}

uint64_t read_number(int fd) {
    uint64_t value = 0;
    CHECK_EQUAL(read(fd, &value, sizeof value), sizeof value);
    return value;
}

/// What /proc/self/fdinfo shows after `key`.
long information_of(int fd, const char* key, int base) {
    char name[64], text[1024];
    snprintf(name, sizeof name, "/proc/self/fdinfo/%d", fd);
    int information = open(name, O_RDONLY);
    CHECK(information >= 0);
    ssize_t size = read(information, text, sizeof text - 1);
    CHECK(size > 0);
    close(information);
    text[size] = '\0';
    const char* found = strstr(text, key);
    CHECK(found);
    return strtol(found + strlen(key), nullptr, base);
}

itimerspec setting(long value_ns, long interval_ns) {
    return {{interval_ns / 1'000'000'000, interval_ns % 1'000'000'000},
            {value_ns / 1'000'000'000, value_ns % 1'000'000'000}};
}

constexpr long kMillisecond = 1'000'000;

void block(int signal_number, sigset_t& set) {
    sigemptyset(&set);
    sigaddset(&set, signal_number);
    CHECK_EQUAL(sigprocmask(SIG_BLOCK, &set, nullptr), 0);
}

} // namespace

CASE(events, eventfd_counts) {
    int fd = eventfd(3, EFD_NONBLOCK | EFD_CLOEXEC);
    CHECK_EQUAL(fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK_EQUAL(fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_RDWR | O_NONBLOCK);
    CHECK_EQUAL(events_of(fd), POLLIN | POLLOUT);
    CHECK_EQUAL(information_of(fd, "eventfd-count:", 16), 3);
    uint64_t value = 4;
    CHECK_EQUAL(write(fd, &value, sizeof value), sizeof value);
    CHECK_EQUAL(read_number(fd), 7);
    CHECK_EQUAL(events_of(fd), POLLOUT);
    CHECK_ERROR(read(fd, &value, sizeof value), EAGAIN);
    CHECK_ERROR(read(fd, &value, 7), EINVAL);
    CHECK_ERROR(write(fd, &value, 7), EINVAL);
    CHECK_EQUAL(lseek(fd, 5, SEEK_SET), 0);
    CHECK_ERROR(eventfd(0, 2), EINVAL);
}

CASE(events, eventfd_never_overflows) {
    int fd = eventfd(0, EFD_NONBLOCK);
    uint64_t value = ~0ull;
    CHECK_ERROR(write(fd, &value, sizeof value), EINVAL);
    value = ~0ull - 1;
    CHECK_EQUAL(write(fd, &value, sizeof value), sizeof value);
    CHECK_EQUAL(events_of(fd), POLLIN);
    value = 1;
    CHECK_ERROR(write(fd, &value, sizeof value), EAGAIN);
    value = 0;
    CHECK_EQUAL(write(fd, &value, sizeof value), sizeof value);
    CHECK_EQUAL(read_number(fd), ~0ull - 1);
}

CASE(events, eventfd_as_a_semaphore_gives_one_at_a_time) {
    int fd = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
    CHECK_EQUAL(read_number(fd), 1);
    CHECK_EQUAL(read_number(fd), 1);
    eventfd_t value;
    CHECK_ERROR(eventfd_read(fd, &value), EAGAIN);
    CHECK_EQUAL(eventfd_write(fd, 5), 0);
    CHECK_EQUAL(read_number(fd), 1);
    CHECK_EQUAL(information_of(fd, "eventfd-count:", 16), 4);
}

CASE(events, eventfd_wakes_blocked_readers_and_writers) {
    int to_child = eventfd(0, 0), to_parent = eventfd(0, 0);
    pid_t child = fork();
    if (child == 0) {
        for (uint64_t round = 1; round <= 100; ++round) {
            if (read_number(to_child) != round || eventfd_write(to_parent, round) != 0) _exit(1);
        }
        eventfd_write(to_parent, ~0ull - 1);
        _exit(eventfd_write(to_parent, 9) == 0 ? 0 : 1); // waits for room
    }
    for (uint64_t round = 1; round <= 100; ++round) {
        CHECK_EQUAL(eventfd_write(to_child, round), 0);
        CHECK_EQUAL(read_number(to_parent), round);
    }
    CHECK_EQUAL(read_number(to_parent), ~0ull - 1);
    CHECK_EQUAL(read_number(to_parent), 9);
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
}

CASE(events, timerfd_expires_once) {
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    itimerspec wanted = {{0, 0}, {60, 0}}, now;
    CHECK_EQUAL(timerfd_settime(fd, 0, &wanted, nullptr), 0);
    CHECK_EQUAL(events_of(fd), 0);
    CHECK_EQUAL(timerfd_gettime(fd, &now), 0);
    CHECK(now.it_value.tv_sec <= 60 && now.it_value.tv_sec > 0);
    wanted = setting(20 * kMillisecond, 0);
    CHECK_EQUAL(timerfd_settime(fd, 0, &wanted, nullptr), 0);
    CHECK_EQUAL(read_number(fd), 1);
    CHECK_EQUAL(timerfd_gettime(fd, &now), 0);
    CHECK(now.it_value.tv_sec == 0 && now.it_value.tv_nsec == 0);
    CHECK_EQUAL(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    uint64_t value;
    CHECK_ERROR(read(fd, &value, sizeof value), EAGAIN);
    CHECK_ERROR(read(fd, &value, 4), EINVAL);
    CHECK_ERROR(write(fd, &value, sizeof value), EINVAL);
}

CASE(events, timerfd_counts_the_expiries_of_an_interval) {
    int fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK);
    itimerspec wanted = setting(kMillisecond, kMillisecond), old;
    CHECK_EQUAL(timerfd_settime(fd, 0, &wanted, nullptr), 0);
    usleep(30'000);
    CHECK_EQUAL(events_of(fd), POLLIN);
    CHECK(read_number(fd) >= 29);
    wanted = setting(0, 0);
    CHECK_EQUAL(timerfd_settime(fd, 0, &wanted, &old), 0);
    CHECK_EQUAL(old.it_interval.tv_nsec, kMillisecond);
    CHECK(old.it_value.tv_sec == 0 && old.it_value.tv_nsec <= kMillisecond);
    uint64_t value;
    CHECK_ERROR(read(fd, &value, sizeof value), EAGAIN);
    CHECK_EQUAL(events_of(fd), 0);
}

CASE(events, timerfd_takes_absolute_times) {
    int fd = timerfd_create(CLOCK_REALTIME, 0);
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    itimerspec wanted = {{0, 0}, {now.tv_sec - 10, 0}}; // in the past: at once
    CHECK_EQUAL(timerfd_settime(fd, TFD_TIMER_ABSTIME, &wanted, nullptr), 0);
    CHECK_EQUAL(read_number(fd), 1);
    wanted = {{0, 100 * kMillisecond}, {now.tv_sec - 10, 0}};
    CHECK_EQUAL(timerfd_settime(fd, TFD_TIMER_ABSTIME, &wanted, nullptr), 0);
    usleep(1000);
    CHECK(read_number(fd) >= 100);
    CHECK_EQUAL(information_of(fd, "settime flags:", 8), 01);
    CHECK_EQUAL(information_of(fd, "clockid:", 10), CLOCK_REALTIME);
}

CASE(events, timerfd_errors) {
    CHECK_ERROR(timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0), EINVAL);
    CHECK_ERROR(timerfd_create(CLOCK_MONOTONIC, 1), EINVAL);
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    itimerspec wanted = setting(0, 0);
    CHECK_ERROR(timerfd_settime(fd, 4, &wanted, nullptr), EINVAL);
    CHECK_ERROR(syscall(SYS_timerfd_settime, fd, 0, nullptr, nullptr), EFAULT);
    wanted.it_value.tv_nsec = 1'000'000'000;
    CHECK_ERROR(timerfd_settime(fd, 0, &wanted, nullptr), EINVAL);
    wanted.it_value = {-1, 0};
    CHECK_ERROR(timerfd_settime(fd, 0, &wanted, nullptr), EINVAL);
    wanted.it_value = {0, 0};
    int other = eventfd(0, 0);
    CHECK_ERROR(timerfd_settime(other, 0, &wanted, nullptr), EINVAL);
    CHECK_ERROR(timerfd_gettime(other, &wanted), EINVAL);
    CHECK_ERROR(timerfd_gettime(-1, &wanted), EBADF);
    CHECK_ERROR(timerfd_gettime(fd, reinterpret_cast<itimerspec*>(8)), EFAULT);
}

CASE(events, timerfd_follows_a_step_of_its_clock) {
    timespec before;
    CHECK_EQUAL(clock_gettime(CLOCK_REALTIME, &before), 0);
    if (clock_settime(CLOCK_REALTIME, &before) != 0) return; // not allowed to
    int cancelled = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK), plain = timerfd_create(CLOCK_REALTIME, 0);
    itimerspec far = {{0, 0}, {before.tv_sec + 1000, 0}};
    CHECK_EQUAL(timerfd_settime(cancelled, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, nullptr), 0);
    CHECK_EQUAL(timerfd_settime(plain, TFD_TIMER_ABSTIME, &far, nullptr), 0);
    CHECK_EQUAL(events_of(cancelled), 0);
    timespec stepped = {before.tv_sec + 2000, before.tv_nsec};
    CHECK_EQUAL(clock_settime(CLOCK_REALTIME, &stepped), 0);
    CHECK_EQUAL(events_of(cancelled), POLLIN);
    uint64_t value;
    CHECK_ERROR(read(cancelled, &value, sizeof value), ECANCELED);
    CHECK_EQUAL(read_number(plain), 1);
    CHECK_EQUAL(clock_gettime(CLOCK_REALTIME, &stepped), 0);
    stepped.tv_sec -= 2000;
    CHECK_EQUAL(clock_settime(CLOCK_REALTIME, &stepped), 0);
}

CASE(events, signalfd_reads_what_is_pending) {
    sigset_t set;
    block(SIGUSR1, set);
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    signalfd_siginfo info[2];
    CHECK_ERROR(read(fd, info, sizeof info), EAGAIN);
    CHECK_ERROR(read(fd, info, sizeof info[0] - 1), EINVAL);
    CHECK_EQUAL(events_of(fd), 0);
    CHECK_EQUAL(kill(getpid(), SIGUSR1), 0);
    CHECK_EQUAL(events_of(fd), POLLIN);
    CHECK_EQUAL(read(fd, info, sizeof info), sizeof info[0]);
    CHECK_EQUAL(info[0].ssi_signo, SIGUSR1);
    CHECK_EQUAL(info[0].ssi_code, SI_USER);
    CHECK_EQUAL(info[0].ssi_pid, getpid());
    CHECK_EQUAL(info[0].ssi_uid, getuid());
    CHECK_EQUAL(events_of(fd), 0);
    sigset_t pending;
    sigpending(&pending);
    CHECK(!sigismember(&pending, SIGUSR1));
}

CASE(events, signalfd_carries_queued_values_and_children) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 3);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGKILL); // ignored
    CHECK_EQUAL(sigprocmask(SIG_BLOCK, &set, nullptr), 0);
    int fd = signalfd(-1, &set, 0);
    sigval value;
    value.sival_ptr = reinterpret_cast<void*>(0x123456789);
    CHECK_EQUAL(sigqueue(getpid(), SIGRTMIN + 3, value), 0);
    value.sival_ptr = reinterpret_cast<void*>(0x22);
    CHECK_EQUAL(sigqueue(getpid(), SIGRTMIN + 3, value), 0);
    signalfd_siginfo info[4];
    CHECK_EQUAL(read(fd, info, sizeof info), 2 * sizeof info[0]);
    CHECK_EQUAL(info[0].ssi_code, SI_QUEUE);
    CHECK_EQUAL(info[0].ssi_ptr, 0x123456789);
    CHECK_EQUAL(info[0].ssi_int, 0x23456789);
    CHECK_EQUAL(info[1].ssi_ptr, 0x22);
    pid_t child = fork();
    if (child == 0) _exit(7);
    CHECK_EQUAL(read(fd, info, sizeof info), sizeof info[0]);
    CHECK_EQUAL(info[0].ssi_signo, SIGCHLD);
    CHECK_EQUAL(info[0].ssi_code, CLD_EXITED);
    CHECK_EQUAL(info[0].ssi_pid, child);
    CHECK_EQUAL(info[0].ssi_status, 7);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
}

CASE(events, signalfd_changes_its_set) {
    sigset_t first, second;
    block(SIGUSR1, first);
    block(SIGUSR2, second);
    int fd = signalfd(-1, &first, SFD_NONBLOCK);
    CHECK_EQUAL(raise(SIGUSR2), 0);
    signalfd_siginfo info;
    CHECK_ERROR(read(fd, &info, sizeof info), EAGAIN);
    CHECK_EQUAL(signalfd(fd, &second, 0), fd);
    CHECK_EQUAL(information_of(fd, "sigmask:", 16), 1l << (SIGUSR2 - 1));
    CHECK_EQUAL(read(fd, &info, sizeof info), sizeof info);
    CHECK_EQUAL(info.ssi_signo, SIGUSR2);
    CHECK_ERROR(signalfd(-1, &first, 1), EINVAL);
    CHECK_ERROR(signalfd(0x7fff, &first, 0), EBADF);
    CHECK_ERROR(signalfd(eventfd(0, 0), &first, 0), EINVAL);
    CHECK_ERROR(syscall(SYS_signalfd4, -1, &first, 4, 0), EINVAL);
    CHECK_ERROR(syscall(SYS_signalfd4, -1, nullptr, 8, 0), EFAULT);
}

CASE(events, signalfd_wakes_a_sleeping_reader) {
    sigset_t set;
    block(SIGUSR1, set);
    int fd = signalfd(-1, &set, 0);
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        usleep(30'000);
        _exit(kill(parent, SIGUSR1));
    }
    pollfd watched = {fd, POLLIN, 0};
    CHECK_EQUAL(poll(&watched, 1, -1), 1);
    signalfd_siginfo info;
    CHECK_EQUAL(read(fd, &info, sizeof info), sizeof info);
    CHECK_EQUAL(info.ssi_pid, child);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
}

CASE(events, eventfd_takes_a_number_from_each_buffer) {
    int fd = eventfd(0, EFD_NONBLOCK);
    uint64_t numbers[2] = {5, 6};
    auto* bytes = reinterpret_cast<char*>(numbers);
    iovec halves[2] = {{bytes, 4}, {bytes + 4, 4}}, two[2] = {{bytes, 8}, {bytes + 8, 8}},
          cut[2] = {{bytes, 8}, {bytes + 8, 4}};
    iovec after_empty[2] = {{bytes, 0}, {bytes, 8}}, wild[2] = {{bytes, 8}, {nullptr, 8}};
    CHECK_ERROR(writev(fd, halves, 2), EINVAL);
    CHECK_ERROR(writev(fd, after_empty, 2), EINVAL);
    CHECK_EQUAL(writev(fd, two, 2), 16);
    CHECK_EQUAL(read_number(fd), 11);
    CHECK_EQUAL(writev(fd, cut, 2), 8);
    CHECK_EQUAL(writev(fd, wild, 2), 8);
    CHECK_EQUAL(read_number(fd), 10);
}

CASE(events, files_without_a_cache_to_bypass_refuse_o_direct) {
    int ends[2], memory = static_cast<int>(syscall(SYS_memfd_create, "x", 0));
    CHECK_EQUAL(pipe(ends), 0);
    for (int fd : {memory, eventfd(0, 0), open("/dev/null", O_RDWR), open("/proc/version", O_RDONLY),
                   open("/proc", O_RDONLY)}) {
        int flags = fcntl(fd, F_GETFL);
        CHECK(flags >= 0);
        CHECK_ERROR(fcntl(fd, F_SETFL, O_DIRECT | O_NONBLOCK), EINVAL);
        CHECK_EQUAL(fcntl(fd, F_GETFL), flags);
    }
    CHECK_EQUAL(fcntl(ends[1], F_SETFL, O_DIRECT), 0);
    CHECK_ERROR(open("/dev/null", O_RDWR | O_DIRECT), EINVAL);
    CHECK_ERROR(open("/proc/version", O_RDONLY | O_DIRECT), EINVAL);
    CHECK_ERROR(open("/proc/self/fd", O_RDONLY | O_DIRECT | O_DIRECTORY), EINVAL);
}
