// ChangeCount: how often something changed that programs may wait for: files that show it answer POLLPRI and
// POLLERR when it changed since they last told (proc(5), mounts). Counting and waiting need no lock.
#pragma once
#include <atomic>

#include "vfs/poll.h"

namespace martlet {

class ChangeCount : NonCopyable {
public:
    /// After the change.
    void note() {
        count_.fetch_add(1, std::memory_order_release);
        queue_.announce(kPollPri | kPollErr);
    }
    u32 value() const { return count_.load(std::memory_order_acquire); }
    WaitQueue& queue() { return queue_; }

private:
    std::atomic<u32> count_ = 0;
    WaitQueue queue_;
};

} // namespace martlet
