// poll, select and epoll on many descriptors of which one is ready.
#include "meter.h"

#include <cstdio>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

namespace {

constexpr int kMost = 1000;
int g_descriptors[kMost];

void measure_poll(Meter& meter, int count) {
    char name[32];
    snprintf(name, sizeof(name), "poll_%d", count);
    static pollfd entries[kMost];
    for (int i = 0; i < count; ++i) entries[i] = {g_descriptors[kMost - count + i], POLLIN, 0};
    meter.each(name, 200, [&] { require(poll(entries, static_cast<nfds_t>(count), -1) == 1, "poll"); });
}

void measure_select(Meter& meter, int count) {
    char name[32];
    snprintf(name, sizeof(name), "select_%d", count);
    fd_set wanted;
    FD_ZERO(&wanted);
    int highest = 0;
    for (int i = kMost - count; i < kMost; ++i) {
        FD_SET(g_descriptors[i], &wanted);
        if (g_descriptors[i] > highest) highest = g_descriptors[i];
    }
    meter.each(name, 200, [&] {
        fd_set set = wanted;
        require(select(highest + 1, &set, nullptr, nullptr, nullptr) == 1, "select");
    });
}

void measure_epoll(Meter& meter, int count) {
    char name[32];
    snprintf(name, sizeof(name), "epoll_%d", count);
    int epoll = epoll_create1(0);
    if (epoll < 0) return meter.unsupported(name);
    for (int i = kMost - count; i < kMost; ++i) {
        epoll_event event = {.events = EPOLLIN, .data = {.fd = i}};
        require(epoll_ctl(epoll, EPOLL_CTL_ADD, g_descriptors[i], &event) == 0, "epoll_ctl");
    }
    meter.each(name, 2000, [&] {
        epoll_event events[8];
        require(epoll_wait(epoll, events, 8, -1) == 1, "epoll_wait");
    });
    close(epoll);
}

} // namespace

void measure_waiting(Meter& meter) {
    int silent[2], ready[2];
    require(pipe(silent) == 0 && pipe(ready) == 0 && write(ready[1], "x", 1) == 1, "pipe");
    for (int i = 0; i < kMost - 1; ++i) require((g_descriptors[i] = dup(silent[0])) >= 0, "dup");
    g_descriptors[kMost - 1] = ready[0];
    for (int count : {10, 100, 1000}) {
        measure_poll(meter, count);
        measure_select(meter, count);
        measure_epoll(meter, count);
    }
    for (int i = 0; i < kMost; ++i) close(g_descriptors[i]);
    for (int descriptor : {silent[0], silent[1], ready[1]}) close(descriptor);
}
