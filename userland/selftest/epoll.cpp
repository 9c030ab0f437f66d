// epoll(7): epoll_create(2), epoll_ctl(2), epoll_wait(2).
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "selftest.h"

namespace {

int control(int set, int operation, int fd, uint32_t events, uint64_t data = 0) {
    epoll_event event = {};
    event.events = events;
    event.data.u64 = data;
    return epoll_ctl(set, operation, fd, &event);
}

/// The events that the one ready item reports, 0 if none is ready.
uint32_t ready(int set) {
    epoll_event event[2];
    int count = epoll_wait(set, event, 2, 0);
    CHECK(count == 0 || count == 1);
    return count ? event[0].events : 0;
}

struct Pipe {
    Pipe() { CHECK_EQUAL(pipe2(ends, O_NONBLOCK), 0); }
    int ends[2];
    int reader() const { return ends[0]; }
    int writer() const { return ends[1]; }
    void put() const { CHECK_EQUAL(write(ends[1], "x", 1), 1); }
    void get() const {
        char byte;
        CHECK_EQUAL(read(ends[0], &byte, 1), 1);
    }
};

} // namespace

CASE(epoll, level_triggered_items_stay_ready) {
    int set = epoll_create1(EPOLL_CLOEXEC);
    CHECK_EQUAL(fcntl(set, F_GETFD), FD_CLOEXEC);
    Pipe pipe;
    CHECK_EQUAL(control(set, EPOLL_CTL_ADD, pipe.reader(), EPOLLIN, 0x1234567890), 0);
    CHECK_EQUAL(ready(set), 0);
    pipe.put();
    epoll_event event = {};
    CHECK_EQUAL(epoll_wait(set, &event, 1, -1), 1);
    CHECK_EQUAL(event.data.u64, 0x1234567890);
    CHECK_EQUAL(ready(set), EPOLLIN);
    pipe.get();
    CHECK_EQUAL(ready(set), 0);
    close(pipe.writer());
    CHECK_EQUAL(ready(set), EPOLLHUP); // reported whether wanted or not
}

CASE(epoll, edge_triggered_items_report_each_arrival_once) {
    int set = epoll_create1(0);
    Pipe pipe;
    CHECK_EQUAL(control(set, EPOLL_CTL_ADD, pipe.reader(), EPOLLIN | EPOLLET), 0);
    pipe.put();
    CHECK_EQUAL(ready(set), EPOLLIN);
    CHECK_EQUAL(ready(set), 0);
    pipe.put();
    CHECK_EQUAL(ready(set), EPOLLIN);
    CHECK_EQUAL(ready(set), 0);
    pipe.get();
    CHECK_EQUAL(ready(set), 0);
    CHECK_EQUAL(control(set, EPOLL_CTL_MOD, pipe.reader(), EPOLLIN | EPOLLET), 0); // asks again
    CHECK_EQUAL(ready(set), EPOLLIN);
    CHECK_EQUAL(ready(set), 0);
}

CASE(epoll, one_shot_items_wait_to_be_armed_again) {
    int set = epoll_create1(0);
    Pipe pipe;
    CHECK_EQUAL(control(set, EPOLL_CTL_ADD, pipe.reader(), EPOLLIN | EPOLLONESHOT), 0);
    pipe.put();
    CHECK_EQUAL(ready(set), EPOLLIN);
    pipe.put();
    CHECK_EQUAL(ready(set), 0);
    close(pipe.writer());
    CHECK_EQUAL(ready(set), 0); // not even a hang-up
    CHECK_EQUAL(control(set, EPOLL_CTL_MOD, pipe.reader(), EPOLLIN | EPOLLONESHOT), 0);
    CHECK_EQUAL(ready(set), EPOLLIN | EPOLLHUP);
}

CASE(epoll, control_errors) {
    CHECK_ERROR(epoll_create(0), EINVAL);
    CHECK_ERROR(epoll_create1(1), EINVAL);
    int set = epoll_create(1);
    Pipe pipe;
    CHECK_ERROR(control(set, EPOLL_CTL_MOD, pipe.reader(), EPOLLIN), ENOENT);
    CHECK_ERROR(control(set, EPOLL_CTL_DEL, pipe.reader(), 0), ENOENT);
    CHECK_EQUAL(control(set, EPOLL_CTL_ADD, pipe.reader(), EPOLLIN), 0);
    CHECK_ERROR(control(set, EPOLL_CTL_ADD, pipe.reader(), EPOLLIN), EEXIST);
    CHECK_ERROR(control(set, EPOLL_CTL_ADD, set, EPOLLIN), EINVAL);
    CHECK_ERROR(control(pipe.writer(), EPOLL_CTL_ADD, pipe.reader(), EPOLLIN), EINVAL);
    CHECK_ERROR(control(set, 77, pipe.reader(), EPOLLIN), EINVAL);
    CHECK_ERROR(control(set, EPOLL_CTL_ADD, 999, EPOLLIN), EBADF);
    CHECK_ERROR(control(999, EPOLL_CTL_ADD, pipe.reader(), EPOLLIN), EBADF);
    CHECK_ERROR(syscall(SYS_epoll_ctl, set, EPOLL_CTL_ADD, pipe.writer(), nullptr), EFAULT);
    CHECK_EQUAL(syscall(SYS_epoll_ctl, set, EPOLL_CTL_DEL, pipe.reader(), nullptr), 0);
    CHECK_ERROR(control(set, EPOLL_CTL_ADD, open("/", O_RDONLY), EPOLLIN), EPERM);
    CHECK_ERROR(control(set, EPOLL_CTL_ADD, open("/proc/self/exe", O_RDONLY), EPOLLIN), EPERM);
    CHECK_ERROR(control(set, EPOLL_CTL_ADD, open("/dev/null", O_RDONLY), EPOLLIN), EPERM);
    CHECK_ERROR(control(set, EPOLL_CTL_ADD, open("/proc/self/exe", O_PATH), EPOLLIN), EBADF);
    char byte;
    CHECK_ERROR(read(set, &byte, 1), EINVAL);
}

CASE(epoll, wait_errors) {
    int set = epoll_create1(0);
    Pipe pipe;
    epoll_event event;
    CHECK_ERROR(epoll_wait(set, &event, 0, 0), EINVAL);
    CHECK_ERROR(epoll_wait(set, &event, -1, 0), EINVAL);
    CHECK_ERROR(epoll_wait(999, &event, 1, 0), EBADF);
    CHECK_ERROR(epoll_wait(pipe.reader(), &event, 1, 0), EINVAL);
    CHECK_ERROR(epoll_wait(set, reinterpret_cast<epoll_event*>(~0ull - 100), 1, 0), EFAULT);
    CHECK_EQUAL(control(set, EPOLL_CTL_ADD, pipe.writer(), EPOLLOUT), 0);
    CHECK_ERROR(syscall(SYS_epoll_wait, set, 8, 1, 0), EFAULT);
    CHECK_EQUAL(ready(set), EPOLLOUT); // the event is not lost
    timespec bad = {0, -1};
    CHECK_ERROR(epoll_pwait2(set, &event, 1, &bad, nullptr), EINVAL);
    CHECK_ERROR(syscall(SYS_epoll_pwait, set, &event, 1, 0, &bad, 4), EINVAL);
}

CASE(epoll, exclusive_rules) {
    int set = epoll_create1(0), other = epoll_create1(0);
    Pipe pipe;
    CHECK_ERROR(control(set, EPOLL_CTL_ADD, pipe.reader(), EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT), EINVAL);
    CHECK_ERROR(control(set, EPOLL_CTL_ADD, pipe.reader(), EPOLLRDHUP | EPOLLEXCLUSIVE), EINVAL);
    CHECK_ERROR(control(set, EPOLL_CTL_ADD, other, EPOLLIN | EPOLLEXCLUSIVE), EINVAL);
    CHECK_EQUAL(control(set, EPOLL_CTL_ADD, pipe.reader(), EPOLLIN | EPOLLEXCLUSIVE), 0);
    CHECK_ERROR(control(set, EPOLL_CTL_MOD, pipe.reader(), EPOLLIN | EPOLLEXCLUSIVE), EINVAL);
    CHECK_ERROR(control(set, EPOLL_CTL_MOD, pipe.reader(), EPOLLIN), EINVAL);
    pipe.put();
    CHECK_EQUAL(ready(set), EPOLLIN);
    CHECK_EQUAL(control(set, EPOLL_CTL_DEL, pipe.reader(), 0), 0);
}

CASE(epoll, items_belong_to_descriptor_and_open_file) {
    int set = epoll_create1(0);
    Pipe pipe;
    int copy = dup(pipe.reader());
    CHECK_EQUAL(control(set, EPOLL_CTL_ADD, pipe.reader(), EPOLLIN, 1), 0);
    CHECK_EQUAL(control(set, EPOLL_CTL_ADD, copy, EPOLLIN, 2), 0);
    pipe.put();
    epoll_event events[4];
    CHECK_EQUAL(epoll_wait(set, events, 4, 0), 2);
    close(pipe.reader()); // its item stays as long as the copy keeps the pipe's end open
    CHECK_EQUAL(epoll_wait(set, events, 4, 0), 2);
    CHECK_ERROR(control(set, EPOLL_CTL_DEL, pipe.reader(), 0), EBADF);
    close(copy);
    CHECK_EQUAL(epoll_wait(set, events, 4, 0), 0);
}

CASE(epoll, a_busy_item_does_not_hide_the_others) {
    int set = epoll_create1(0);
    int files[5];
    for (int& fd : files) {
        fd = eventfd(1, 0);
        CHECK_EQUAL(control(set, EPOLL_CTL_ADD, fd, EPOLLIN, static_cast<uint64_t>(fd)), 0);
    }
    unsigned seen = 0;
    for (int round = 0; round < 5; ++round) {
        epoll_event event;
        CHECK_EQUAL(epoll_wait(set, &event, 1, 0), 1);
        seen |= 1u << (event.data.fd - files[0]);
    }
    CHECK_EQUAL(seen, 31);
    epoll_event events[10];
    CHECK_EQUAL(epoll_wait(set, events, 10, 0), 5);
}

CASE(epoll, sets_nest_without_circles_up_to_five_deep) {
    int sets[6];
    for (int& set : sets) set = epoll_create1(0);
    Pipe pipe;
    CHECK_EQUAL(control(sets[0], EPOLL_CTL_ADD, pipe.reader(), EPOLLIN), 0);
    for (int level = 1; level < 5; ++level)
        CHECK_EQUAL(control(sets[level], EPOLL_CTL_ADD, sets[level - 1], EPOLLIN), 0);
    CHECK_ERROR(control(sets[0], EPOLL_CTL_ADD, sets[1], EPOLLIN), ELOOP);
    CHECK_ERROR(control(sets[0], EPOLL_CTL_ADD, sets[4], EPOLLIN), ELOOP);
    CHECK_ERROR(control(sets[5], EPOLL_CTL_ADD, sets[4], EPOLLIN), ELOOP);
    CHECK_EQUAL(ready(sets[4]), 0);
    pipe.put();
    CHECK_EQUAL(ready(sets[4]), EPOLLIN);
    pollfd watched = {sets[2], POLLIN, 0};
    CHECK_EQUAL(poll(&watched, 1, 0), 1);
    pipe.get();
    CHECK_EQUAL(ready(sets[4]), 0);
    pipe.put();
    CHECK_EQUAL(ready(sets[4]), EPOLLIN);
    close(sets[1]); // breaks the chain
    CHECK_EQUAL(ready(sets[4]), 0);
    CHECK_EQUAL(ready(sets[0]), EPOLLIN);
}

CASE(epoll, a_nested_set_wakes_the_outer_one) {
    int inner = epoll_create1(0), outer = epoll_create1(0);
    int file = eventfd(0, 0);
    CHECK_EQUAL(control(inner, EPOLL_CTL_ADD, file, EPOLLIN), 0);
    CHECK_EQUAL(control(outer, EPOLL_CTL_ADD, inner, EPOLLIN), 0);
    for (int round = 0; round < 3; ++round) {
        pid_t child = fork();
        if (child == 0) {
            usleep(20'000);
            _exit(eventfd_write(file, 1));
        }
        epoll_event event;
        CHECK_EQUAL(epoll_wait(outer, &event, 1, 10'000), 1);
        eventfd_t value;
        CHECK_EQUAL(eventfd_read(file, &value), 0);
        CHECK_EQUAL(waitpid(child, nullptr, 0), child);
        CHECK_EQUAL(epoll_wait(outer, &event, 1, 0), 0);
    }
}

CASE(epoll, an_edge_of_a_nested_set_is_told_once) {
    Pipe pipe;
    int inner = epoll_create1(0), outer = epoll_create1(0);
    CHECK_EQUAL(control(inner, EPOLL_CTL_ADD, pipe.reader(), EPOLLIN), 0);
    CHECK_EQUAL(control(outer, EPOLL_CTL_ADD, inner, EPOLLIN | EPOLLET), 0);
    for (int round = 0; round < 2; ++round) {
        pipe.put();
        CHECK_EQUAL(ready(outer), EPOLLIN);
        CHECK_EQUAL(ready(outer), 0);
        CHECK_EQUAL(ready(inner), EPOLLIN); // stays ready, but nothing new happened
        CHECK_EQUAL(ready(outer), 0);
        CHECK_EQUAL(control(inner, EPOLL_CTL_MOD, pipe.reader(), EPOLLIN), 0);
        CHECK_EQUAL(ready(outer), 0);
    }
    pipe.get();
    pipe.get();
    CHECK_EQUAL(ready(inner), 0);
    CHECK_EQUAL(control(inner, EPOLL_CTL_MOD, pipe.reader(), EPOLLIN), 0);
    pipe.put();
    CHECK_EQUAL(ready(outer), EPOLLIN);
}

CASE(epoll, items_come_and_go_while_others_deliver) {
    constexpr int kPipes = 16;
    static Pipe pipes[kPipes];
    static int set = epoll_create1(0);
    static bool must_stop = false;
    auto take = [](void*) -> void* {
        while (!__atomic_load_n(&must_stop, __ATOMIC_RELAXED)) {
            epoll_event events[4];
            int count = epoll_wait(set, events, 4, 5);
            CHECK(count >= 0);
            for (int index = 0; index < count; ++index) {
                char byte;
                ssize_t got = read(pipes[events[index].data.u64].reader(), &byte, 1);
                CHECK(got == 1 || errno == EAGAIN); // armed again below before the other taker had read
            }
        }
        return nullptr;
    };
    for (int index = 0; index < kPipes; ++index)
        CHECK_EQUAL(control(set, EPOLL_CTL_ADD, pipes[index].reader(), EPOLLIN | EPOLLONESHOT,
                            static_cast<uint64_t>(index)),
                    0);
    pthread_t takers[2];
    for (pthread_t& taker : takers) CHECK_EQUAL(pthread_create(&taker, nullptr, take, nullptr), 0);
    for (int round = 0; round < 2'000; ++round) {
        int index = round % kPipes;
        pipes[index].put();
        if (round % 3 == 0) CHECK_EQUAL(epoll_ctl(set, EPOLL_CTL_DEL, pipes[index].reader(), nullptr), 0);
        int operation = round % 3 == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
        CHECK_EQUAL(control(set, operation, pipes[index].reader(), EPOLLIN | EPOLLONESHOT,
                            static_cast<uint64_t>(index)),
                    0);
    }
    // Armed once more, each of those that still hold something is told of.
    for (int tries = 0; tries < 2'000; ++tries) {
        int left = 0;
        for (int index = 0; index < kPipes; ++index) {
            int bytes;
            CHECK_EQUAL(ioctl(pipes[index].reader(), FIONREAD, &bytes), 0);
            if (bytes == 0) continue;
            ++left;
            CHECK_EQUAL(control(set, EPOLL_CTL_MOD, pipes[index].reader(), EPOLLIN | EPOLLONESHOT,
                                static_cast<uint64_t>(index)),
                        0);
        }
        if (left == 0) break;
        usleep(1'000);
    }
    __atomic_store_n(&must_stop, true, __ATOMIC_RELAXED);
    for (pthread_t taker : takers) CHECK_EQUAL(pthread_join(taker, nullptr), 0);
    for (const Pipe& pipe : pipes) {
        int bytes;
        CHECK_EQUAL(ioctl(pipe.reader(), FIONREAD, &bytes), 0);
        CHECK_EQUAL(bytes, 0);
    }
}

CASE(epoll, devices_and_files_of_proc_that_can_be_waited_for) {
    struct {
        const char* name;
        int error;
    } const kFiles[] = {{"/dev/random", 0}, {"/dev/urandom", EPERM}, {"/dev/null", EPERM}, {"/proc/self/mounts", 0},
                        {"/proc/self/mountinfo", 0}, {"/proc/self/stat", EPERM}, {"/proc/sys/kernel/hostname", 0},
                        {"/proc/sys/kernel/pid_max", 0}, {"/proc/version", 0}, {"/proc", EPERM}};
    int set = epoll_create1(0);
    for (const auto& file : kFiles) {
        int fd = open(file.name, O_RDONLY);
        CHECK(fd >= 0);
        if (file.error) CHECK_ERROR(control(set, EPOLL_CTL_ADD, fd, EPOLLIN), file.error);
        else CHECK_EQUAL(control(set, EPOLL_CTL_ADD, fd, EPOLLIN), 0);
        close(fd);
    }
}

CASE(epoll, waits_end_with_the_timeout_or_a_signal) {
    int set = epoll_create1(0);
    epoll_event event;
    timespec before, after, timeout = {0, 20'000'000};
    clock_gettime(CLOCK_MONOTONIC, &before);
    CHECK_EQUAL(epoll_pwait2(set, &event, 1, &timeout, nullptr), 0);
    clock_gettime(CLOCK_MONOTONIC, &after);
    long elapsed_ns = (after.tv_sec - before.tv_sec) * 1'000'000'000 + after.tv_nsec - before.tv_nsec;
    CHECK(elapsed_ns >= 20'000'000);
    struct sigaction action = {};
    action.sa_handler = [](int) {};
    action.sa_flags = SA_RESTART; // does not matter
    CHECK_EQUAL(sigaction(SIGUSR1, &action, nullptr), 0);
    sigset_t blocked, none;
    sigemptyset(&none);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    CHECK_EQUAL(sigprocmask(SIG_BLOCK, &blocked, nullptr), 0);
    CHECK_EQUAL(raise(SIGUSR1), 0);
    CHECK_EQUAL(epoll_wait(set, &event, 1, 1), 0); // blocked
    CHECK_ERROR(epoll_pwait(set, &event, 1, -1, &none), EINTR);
    sigset_t now;
    sigprocmask(SIG_BLOCK, nullptr, &now);
    CHECK(sigismember(&now, SIGUSR1));
}

namespace {

int g_set, g_file, g_taken[4];

void* take_events(void* index) {
    epoll_event event;
    while (epoll_wait(g_set, &event, 1, -1) == 1) {
        eventfd_t value;
        if (eventfd_read(g_file, &value) != 0) continue; // another thread was faster
        if (value > 1000) break;
        ++g_taken[reinterpret_cast<intptr_t>(index)];
        control(g_set, EPOLL_CTL_MOD, g_file, EPOLLIN | EPOLLONESHOT);
    }
    eventfd_write(g_file, 2000); // the end, for the next
    control(g_set, EPOLL_CTL_MOD, g_file, EPOLLIN | EPOLLONESHOT);
    return nullptr;
}

} // namespace

CASE(epoll, several_waiters_share_the_events) {
    g_set = epoll_create1(0);
    g_file = eventfd(0, EFD_NONBLOCK | EFD_SEMAPHORE);
    CHECK_EQUAL(control(g_set, EPOLL_CTL_ADD, g_file, EPOLLIN | EPOLLONESHOT), 0);
    close(g_file);
    g_file = eventfd(0, EFD_NONBLOCK);
    CHECK_EQUAL(control(g_set, EPOLL_CTL_ADD, g_file, EPOLLIN | EPOLLONESHOT), 0);
    pthread_t threads[4];
    for (intptr_t index = 0; index < 4; ++index)
        CHECK_EQUAL(pthread_create(&threads[index], nullptr, take_events, reinterpret_cast<void*>(index)), 0);
    int done = 0;
    for (; done < 200; ++done) {
        CHECK_EQUAL(eventfd_write(g_file, 1), 0);
        for (;;) { // until somebody has taken it
            int taken = 0;
            for (int& count : g_taken) taken += __atomic_load_n(&count, __ATOMIC_SEQ_CST);
            if (taken == done + 1) break;
            usleep(10);
        }
    }
    CHECK_EQUAL(eventfd_write(g_file, 2000), 0);
    for (pthread_t thread : threads) CHECK_EQUAL(pthread_join(thread, nullptr), 0);
}

CASE(epoll, many_items) {
    constexpr int kCount = 600;
    rlimit limit = {1024, 1024};
    CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
    int set = epoll_create1(0);
    static int files[kCount];
    for (int& fd : files) {
        fd = eventfd(0, 0);
        CHECK_EQUAL(control(set, EPOLL_CTL_ADD, fd, EPOLLIN, static_cast<uint64_t>(fd)), 0);
    }
    static epoll_event events[kCount];
    for (int index = 0; index < kCount; index += 7) CHECK_EQUAL(eventfd_write(files[index], 1), 0);
    int count = epoll_wait(set, events, kCount, 0);
    CHECK_EQUAL(count, (kCount + 6) / 7);
    for (int index = 0; index < count; ++index)
        CHECK_EQUAL(events[index].data.fd, files[index * 7]); // in order of arrival
    for (int fd : files) close(fd);
    CHECK_EQUAL(epoll_wait(set, events, kCount, 0), 0);
}

CASE(epoll, fdinfo_tells_what_is_watched) {
    int set = epoll_create1(0), file = eventfd(0, 0);
    CHECK_EQUAL(control(set, EPOLL_CTL_ADD, file, EPOLLIN, 0xabc), 0);
    char name[64], text[1024], wanted[128];
    snprintf(name, sizeof name, "/proc/self/fdinfo/%d", set);
    int information = open(name, O_RDONLY);
    ssize_t size = read(information, text, sizeof text - 1);
    CHECK(size > 0);
    text[size] = '\0';
    snprintf(wanted, sizeof wanted, "tfd: %8d events: %8x data: %16x  pos:", file, EPOLLIN | EPOLLERR | EPOLLHUP, 0xabc);
    CHECK(strstr(text, wanted));
}
