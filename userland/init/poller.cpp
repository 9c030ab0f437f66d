#include "poller.h"

#include <sys/epoll.h>

#include <algorithm>

namespace init {

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

void Poller::watch(int fd, std::function<void()> ready, Interest interest) {
    epoll_event event = {};
    event.events = interest == Interest::Read ? EPOLLIN : interest == Interest::Write ? EPOLLOUT : EPOLLPRI;
    event.data.fd = fd;
    if (epoll_ctl(epoll_.get(), watched_.contains(fd) ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) == 0)
        watched_[fd] = std::move(ready);
}

void Poller::forget(int fd) {
    if (watched_.erase(fd) != 0) epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void Poller::wait(uint64_t deadline_ms) {
    int timeout_ms = -1;
    if (deadline_ms != UINT64_MAX) {
        uint64_t now = monotonic_ms();
        timeout_ms =
            static_cast<int>(std::min<uint64_t>(deadline_ms > now ? deadline_ms - now : 0, 3'600'000));
    }
    epoll_event event;
    if (epoll_wait(epoll_.get(), &event, 1, timeout_ms) != 1) return;
    auto found = watched_.find(event.data.fd);
    if (found == watched_.end()) return;
    std::function<void()> ready = found->second; // a handler may forget itself
    ready();
}

} // namespace init
