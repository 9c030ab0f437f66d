// The events that init waits for: descriptors that become readable, each with what to do then.
#pragma once
#include <cstdint>
#include <functional>
#include <map>

#include "system.h"

namespace init {

class Poller {
public:
    Poller();
    enum class Interest { Read, Write, Change }; // Change: what a file of sysfs(5) tells of itself
    /// Calls `ready` whenever `fd` has what is of interest. The caller forgets it before closing.
    void watch(int fd, std::function<void()> ready, Interest interest = Interest::Read);
    void forget(int fd);
    /// Waits until monotonic `deadline_ms` for one event and handles it. One at a time: what a handler closes
    /// or forgets cannot be reported afterwards.
    void wait(uint64_t deadline_ms);

private:
    Descriptor epoll_;
    std::map<int, std::function<void()>> watched_;
};

} // namespace init
